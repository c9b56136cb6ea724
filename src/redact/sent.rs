//! The secrets of a request: who gets it may repeat them.

use super::Secrets;
use crate::seams::{HttpRequest, header};
use crate::text::has;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A header whose name has one of these in it authorizes somebody. Others, such as the id of a request, are of use in an
/// error.
const TELLING: [&str; 16] = [
    "auth",
    "token",
    "secret",
    "key",
    "cookie",
    "passw",
    "cred",
    "session",
    "signature",
    "jwt",
    "dpop",
    "csrf",
    "xsrf",
    "bearer",
    "ticket",
    "assertion",
];

/// Fields of a form that everybody may know.
const PUBLIC_FIELDS: [&str; 6] =
    ["grant_type", "redirect_uri", "client_id", "scope", "token_type_hint", "client_assertion_type"];

impl Secrets {
    /// All that `request` carries.
    pub fn of_request(request: &HttpRequest) -> Self {
        let mut all: Vec<Vec<u8>> = Vec::new();
        for (name, value) in &request.headers {
            if TELLING.iter().any(|part| has(name, part)) {
                all.extend(of_header(name, value));
            }
        }
        let kind = header(&request.headers, "content-type").unwrap_or_default();
        if let Some(body) = request.body.as_deref().filter(|_| kind.ends_with("x-www-form-urlencoded")) {
            let fields = form_urlencoded::parse(body).filter(|(name, _)| !PUBLIC_FIELDS.contains(&name.as_ref()));
            all.extend(fields.map(|(_, value)| value.into_owned().into_bytes()));
        }
        Self::of(all)
    }
}

fn of_header(name: &str, value: &str) -> Vec<Vec<u8>> {
    if name.ends_with("-bin") {
        return vec![BASE64.decode(value).unwrap_or_else(|_| value.into())];
    }
    // The scheme is none.
    let Some((scheme, rest)) = value.split_once(' ') else { return vec![value.into()] };
    let password = if scheme.eq_ignore_ascii_case("basic") { BASE64.decode(rest).ok() } else { None };
    let password = password.and_then(|both| both.splitn(2, |byte| *byte == b':').nth(1).map(<[u8]>::to_vec));
    [Some(rest.into()), password].into_iter().flatten().collect()
}
