//! The claims of an ID token (OpenID Connect Core, 3.1.3.7 and 12.2). Its signature is checked in `jwks`.

use super::config::Issuer;
use super::json::texts;
use super::{AuthCode, AuthError, Secret};
use crate::base64::decode_url;
use crate::json::Fields;
use crate::text::{place, split_once};

/// How far the two clocks may be apart.
const LEEWAY_MS: f64 = 60_000.0;

/// The end of the year 9999. What lies beyond is no time.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// What is read of it.
#[derive(Debug)]
pub(crate) struct Claims {
    pub iss: String,
    pub sub: String,
    pub aud: Vec<String>,
    pub azp: Option<String>,
    /// Seconds since 1970.
    pub exp: f64,
    /// Seconds since 1970.
    pub iat: f64,
    /// Seconds since 1970.
    pub nbf: Option<f64>,
    /// When the person signed in at the provider, in seconds since 1970.
    pub auth_time: Option<f64>,
    pub nonce: Option<String>,
}

/// What a new ID token has to agree with.
pub(crate) struct Expected<'a> {
    /// `None` when the application gave endpoints only.
    pub issuer: Option<&'a Issuer>,
    pub client_id: &'a str,
    /// The nonce that was sent; `None` when none was.
    pub nonce: Option<&'a str>,
    /// How long ago the person may have signed in at the provider, if that was asked for (`max_age`).
    pub max_age_seconds: Option<f64>,
    /// By the provider's clock.
    pub now_wall_ms: f64,
}

impl Claims {
    /// The claims as they stand; `None` when it is no JWT.
    pub fn read(token: &Secret) -> Option<Self> {
        let (_header, rest) = split_once(token.expose(), b'.')?;
        let (payload, signature) = split_once(rest, b'.')?;
        if place(signature.as_bytes(), b'.').is_some() {
            return None;
        }
        let mut fields = Fields::from_signed(&decode_url(payload)?)?;
        let (exp, iat) = (time(&mut fields, "exp")??, time(&mut fields, "iat")??);
        let nbf = time(&mut fields, "nbf")?;
        Some(Self {
            iss: fields.need_text("iss")?,
            sub: fields.need_text("sub")?,
            aud: texts(fields.take("aud")?)?,
            azp: fields.take_text("azp").ok()?,
            exp,
            iat,
            nbf,
            // Of use only to who asked for it.
            auth_time: time(&mut fields, "auth_time").flatten(),
            nonce: fields.take_text("nonce").ok()?,
        })
    }

    /// The claims of `token`, which must be a JWT with what OpenID Connect requires.
    pub fn required(token: &Secret) -> Result<Self, AuthError> {
        Self::read(token).ok_or_else(|| bad("can't be read: it is no JWT with the required claims."))
    }

    /// Whether they are what was expected.
    pub fn check(&self, expected: &Expected<'_>) -> Result<(), AuthError> {
        self.check_parties(expected)?;
        if self.exp <= self.iat {
            return Err(bad("ends before it begins (`exp`, `iat`)."));
        }
        if self.is_over(expected.now_wall_ms) {
            return Err(bad("has expired (`exp`). The computer's clock may be wrong."));
        }
        if self.is_early(expected.now_wall_ms) {
            return Err(bad("is from the future (`iat`, `nbf`). The computer's clock may be wrong."));
        }
        if let Some(seconds) = expected.max_age_seconds {
            match self.auth_time {
                None => {
                    return Err(bad(
                        "does not say when the person signed in (`auth_time`), though `max_age` asks for it.",
                    ));
                }
                Some(time) if (time + seconds) * 1000.0 + LEEWAY_MS < expected.now_wall_ms => {
                    return Err(bad("is of a sign-in longer ago (`auth_time`) than `max_age` allows."));
                }
                Some(_) => {}
            }
        }
        match expected.nonce {
            Some(nonce) if self.nonce.as_deref() != Some(nonce) => {
                Err(bad("does not belong to this sign-in (`nonce`)."))
            }
            _ => Ok(()),
        }
    }

    /// Whether it is about somebody, from the issuer and for this client.
    pub fn check_parties(&self, expected: &Expected<'_>) -> Result<(), AuthError> {
        let audience = &self.aud;
        let us = expected.client_id;
        if expected.issuer.is_some_and(|issuer| !issuer.is(&self.iss)) {
            return Err(bad("is from another issuer (`iss`)."));
        }
        if self.sub.is_empty() {
            return Err(bad("names nobody (`sub`)."));
        }
        if !audience.iter().any(|audience| audience == us) {
            return Err(bad("is meant for another client (`aud`)."));
        }
        match self.azp.as_deref() {
            Some(party) if party != us => Err(bad("was made for another client (`azp`).")),
            None if audience.len() > 1 => {
                Err(bad("is meant for several clients (`aud`) and does not say which one it was made for (`azp`)."))
            }
            _ => Ok(()),
        }
    }

    /// Whom the ID token of a refresh is about, after `before`. That it is about somebody else, or for somebody else, is an
    /// error. With other faults it is of no use; the tokens that came with it are.
    pub fn renewed(
        token: &Secret,
        before: Option<&Secret>,
        expected: &Expected<'_>,
    ) -> Result<Option<String>, AuthError> {
        let Some(claims) = Self::read(token) else { return Ok(None) };
        claims.check_parties(expected)?;
        if let Some(before) = before.and_then(Self::read) {
            before.check_successor(&claims)?;
        }
        // This computer's clock may have been set since the sign-in. Nothing here tells that from an old token.
        Ok(claims.is_timely(expected.now_wall_ms).then_some(claims.sub))
    }

    fn is_over(&self, now_wall_ms: f64) -> bool {
        self.exp * 1000.0 + LEEWAY_MS <= now_wall_ms
    }

    fn is_early(&self, now_wall_ms: f64) -> bool {
        self.nbf.map_or(self.iat, |nbf| nbf.max(self.iat)) * 1000.0 - LEEWAY_MS > now_wall_ms
    }

    /// Made, and not over.
    pub fn is_timely(&self, now_wall_ms: f64) -> bool {
        self.exp > self.iat && !self.is_over(now_wall_ms) && !self.is_early(now_wall_ms)
    }

    /// A refreshed ID token must be about the same person, from the same issuer, for the same audience; a nonce may be
    /// missing, but not be another one.
    pub fn check_successor(&self, later: &Claims) -> Result<(), AuthError> {
        if later.iss != self.iss {
            return Err(bad("is from another issuer than before (`iss`)."));
        }
        if later.sub != self.sub {
            return Err(bad("is about another user than before (`sub`)."));
        }
        let (before, after) = (&self.aud, &later.aud);
        if before.len() != after.len() || !before.iter().all(|audience| after.contains(audience)) {
            return Err(bad("has another audience than before (`aud`)."));
        }
        if later.nonce.is_some() && later.nonce != self.nonce {
            return Err(bad("has another nonce than before (`nonce`)."));
        }
        Ok(())
    }
}

/// Seconds since 1970, if it says any; `None` for what is no time.
fn time(fields: &mut Fields, name: &str) -> Option<Option<f64>> {
    match fields.take(name) {
        None => Some(None),
        Some(value) => value.into_number().filter(|seconds| (0.0..=LAST_SECOND).contains(seconds)).map(Some),
    }
}

/// A failed check; `why` goes on after "The ID token".
pub(crate) fn bad(why: &str) -> AuthError {
    AuthError::new(AuthCode::IdTokenInvalid, ["The ID token ", why].concat())
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::base64::encode_url;

    fn read(payload: &str) -> Option<Claims> {
        Claims::read(&Secret::new(format!("h.{}.s", encode_url(payload.as_bytes()))))
    }

    #[test]
    fn dates_may_have_fractions_and_unknown_claims_are_read_over() {
        let claims =
            read(r#"{"iss":"i","sub":"s","aud":["a"],"exp":1.5,"iat":1,"amr":[{"x":1}],"azp":null,"nbf":null}"#)
                .unwrap();
        assert_eq!((claims.exp, claims.iat, claims.azp), (1.5, 1.0, None));
    }

    #[test]
    fn odd_types_are_no_claims() {
        for (name, value) in [
            ("aud", "7"),
            ("aud", r#"["a",7]"#),
            ("exp", "\"1\""),
            ("sub", "7"),
            ("nonce", "[]"),
            ("iat", "1e12"),
            ("exp", "-1"),
            ("nbf", "\"1\""),
        ] {
            let text = format!(r#"{{"iss":"i","sub":"s","aud":"a","exp":1,"iat":1,"{name}":{value}}}"#);
            let text = text.replacen(&format!("\"{name}\":\"a\","), "", 1);
            assert!(read(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_successor_may_have_its_audience_in_another_order() {
        let before = read(r#"{"iss":"i","sub":"s","aud":["a","b"],"exp":1,"iat":1}"#).unwrap();
        let after = read(r#"{"iss":"i","sub":"s","aud":["b","a"],"exp":1,"iat":1}"#).unwrap();
        before.check_successor(&after).unwrap();
    }
}
