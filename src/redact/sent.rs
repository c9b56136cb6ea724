//! The secrets of a request: who gets it may repeat them.

use super::Secrets;
use crate::base64::decode;
use crate::text::{any_word, has, place, split_once};

/// A header whose name has one of these in it authorizes somebody. Others, such as the id of a request, are of use in an
/// error.
const TELLING: &str = "auth token secret key cookie passw cred session signature jwt dpop csrf xsrf bearer ticket \
                       assertion";

impl Secrets {
    /// All that these headers carry.
    pub fn of_headers<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut secrets = Vec::new();
        for (name, value) in headers {
            add_header(&mut secrets, name, value);
        }
        Self::of(secrets)
    }

    /// All that a request with these headers (names and values in turn) carries, and these tokens.
    pub fn of_attempts(headers: &[String], tokens: &[String]) -> Self {
        let mut secrets = Vec::new();
        for pair in headers.chunks_exact(2) {
            let [name, value] = pair else { continue };
            add_header(&mut secrets, name, value);
        }
        for token in tokens {
            secrets.push(token.as_bytes().to_vec());
        }
        Self::of(secrets)
    }
}

fn add_header(secrets: &mut Vec<Vec<u8>>, name: &str, value: &str) {
    if !any_word(TELLING, |part| has(name, part)) {
        return;
    }
    if name.ends_with("-bin") {
        return secrets.push(decode(value).unwrap_or_else(|| value.as_bytes().to_vec()));
    }
    // The scheme is none.
    let Some((scheme, rest)) = split_once(value, b' ') else { return secrets.push(value.as_bytes().to_vec()) };
    secrets.push(rest.as_bytes().to_vec());
    if scheme.eq_ignore_ascii_case("basic")
        && let Some(both) = decode(rest)
        && let Some(colon) = place(&both, b':')
        && let Some(password) = both.get(colon + 1..)
    {
        secrets.push(password.to_vec());
    }
}
