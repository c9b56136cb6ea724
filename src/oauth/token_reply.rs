//! The token endpoint's reply.

use super::json::{number, texts};
use super::refusal::{Said, is_form};
use super::refusal_error::refusal;
use super::reply::Reply;
use super::{AuthCode, AuthError, Secret};
use crate::json::{Fields, Json};
use crate::text::header;

/// What a token lives when the provider does not say.
const DEFAULT_LIFE_SECONDS: f64 = 300.0;

/// Ten years: beyond it a number is a mistake, and dates made of it may not be dates.
const LONGEST_LIFE_SECONDS: f64 = 315_360_000.0;

struct Wire {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<f64>,
    refresh_token: Option<String>,
    id_token: Option<String>,
    is_id_token_odd: bool,
    scope: Option<String>,
}

impl Wire {
    fn read(body: &str) -> Option<Self> {
        let mut fields = Fields::parse(body)?;
        let access_token = fields.need_text("access_token")?;
        let expires_in = fields.take("expires_in").and_then(number);
        // Some providers write a list.
        let scope = fields.take("scope").and_then(texts).map(|scopes| scopes.join(" "));
        let is_id_token_odd = fields.iter().any(|(name, value)| name == "id_token" && !matches!(value, Json::Text(_)));
        // What is no text is as good as missing.
        let mut text = |name: &str| fields.take(name).and_then(Json::into_text).filter(|text| !text.is_empty());
        let token_type = text("token_type");
        // With an odd byte in it a token is of no use.
        let mut token = |name: &str| text(name).filter(|token| !token.chars().any(|letter| letter == '\u{fffd}'));
        let (refresh_token, id_token) = (token("refresh_token"), token("id_token"));
        Some(Self { access_token, token_type, expires_in, refresh_token, id_token, is_id_token_odd, scope })
    }
}

/// A reply with an access token that can be used.
#[derive(Debug)]
pub(crate) struct TokenReply {
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    pub id_token: Option<Secret>,
    /// The reply has an `id_token` that is no string.
    pub is_id_token_odd: bool,
    pub scope: Option<String>,
    pub life_ms: f64,
    /// To a key (`token_type` DPoP, RFC 9449, section 5).
    pub is_bound: bool,
}

impl TokenReply {
    /// The tokens of a reply, whatever else it says; otherwise the provider's error, under whatever status, or what is wrong
    /// with the reply. `wants_bound`: a proof was sent, so a token that anybody could use is not taken.
    pub fn of(place: &str, reply: &Reply, wants_bound: bool, secrets: &[&Secret]) -> Result<Self, AuthError> {
        if !reply.is_success() {
            return Err(refusal(place, reply, secrets));
        }
        Self::read(&reply.body, wants_bound).map_err(|mut unusable| {
            if Said::of(reply).word.is_some() {
                return refusal(place, reply, secrets);
            }
            if is_form(header(&reply.headers, "content-type")) {
                unusable.message.push_str(" It is a form; this provider must be set to answer in JSON.");
            }
            unusable.http_status = Some(reply.status);
            unusable
        })
    }

    pub fn read(body: &str, wants_bound: bool) -> Result<Self, AuthError> {
        let wire = Wire::read(body).ok_or_else(|| {
            bad("is not JSON with `access_token`. Check that `endpoints.token` is the token endpoint.")
        })?;
        let wanted = if wants_bound { "DPoP" } else { "Bearer" };
        // Without a word it is Bearer.
        if !wire
            .token_type
            .as_deref()
            .map_or(!wants_bound, |found| found.as_bytes().trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()))
        {
            return Err(bad(&["has another `token_type` than ", wanted, "."].concat()));
        }
        let access_token = Secret::new(wire.access_token);
        if !access_token.fits_a_header() {
            return Err(bad(
                "has an access token that can't be sent: it is empty, or has blanks, control characters or letters beyond ASCII.",
            ));
        }
        let seconds = wire.expires_in.unwrap_or(DEFAULT_LIFE_SECONDS).clamp(0.0, LONGEST_LIFE_SECONDS);
        Ok(Self {
            access_token,
            refresh_token: wire.refresh_token.map(Secret::new),
            id_token: wire.id_token.map(Secret::new),
            is_id_token_odd: wire.is_id_token_odd,
            scope: wire.scope,
            life_ms: seconds * 1000.0,
            is_bound: wants_bound,
        })
    }
}

fn bad(what: &str) -> AuthError {
    AuthError::new(AuthCode::InvalidResponse, ["The token endpoint's reply ", what].concat())
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn life_ms(expires_in: &str) -> f64 {
        let body = format!(r#"{{"access_token":"t","token_type":"bearer","expires_in":{expires_in}}}"#);
        TokenReply::read(&body, false).unwrap().life_ms
    }

    #[test]
    fn expires_in_is_read_in_every_form_that_providers_write() {
        for form in ["3600", "3600.0", "3.6e3", "\"3600\"", "\" 3600 \"", "\"3600.0\""] {
            assert_eq!(life_ms(form), 3_600_000.0, "{form}");
        }
        for silent in ["null", "\"\"", "\"soon\"", "\"NaN\"", "\"-inf\"", "true", "[3600]", r#"{"seconds":3600}"#] {
            assert_eq!(life_ms(silent), 300_000.0, "{silent}");
        }
        assert_eq!((life_ms("0"), life_ms("-5")), (0.0, 0.0));
        assert_eq!(life_ms("1e300"), LONGEST_LIFE_SECONDS * 1000.0);
    }

    #[test]
    fn a_list_is_no_reply() {
        assert!(TokenReply::read(r#"["token","bearer",3600,"refresh","id","scope"]"#, false).is_err());
    }

    #[test]
    fn token_type_is_compared_without_case_and_empty_tokens_are_none() {
        for kind in ["bearer", "Bearer", "BEARER"] {
            let body = format!(r#"{{"access_token":"t","token_type":"{kind}","refresh_token":"","id_token":""}}"#);
            let reply = TokenReply::read(&body, false).unwrap();
            assert!(reply.refresh_token.is_none() && reply.id_token.is_none());
            assert_eq!(reply.life_ms, 300_000.0);
        }
    }
}
