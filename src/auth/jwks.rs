//! The provider's keys (RFC 7517), and the signature of an ID token (OpenID Connect Core, 3.1.3.7, 10.1.1).

use super::id_token::bad;
use super::request::{exchange, get};
use super::session::{Inner, Session};
use super::{AuthCode, AuthError, Secret};
use crate::seams::{Algorithm, CryptoFailure, Fields, Json, Platform, Store};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::rc::Rc;

const PLACE: &str = "provider's keys";

/// One key.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    kid: Option<String>,
    algorithm: Algorithm,
    /// What WebCrypto needs of it, and no more: it refuses keys for odd members.
    jwk: Json,
}

/// All that can be used here.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Keys(Vec<Key>);

impl Keys {
    /// Keys of other kinds, for encryption, or damaged are read over.
    pub fn read(body: &[u8]) -> Option<Self> {
        let Json::List(keys) = Fields::from_bytes(body)?.take("keys")? else { return None };
        Some(Self(keys.into_iter().filter_map(key).collect()))
    }

    /// Those that may have made a signature: the one that is named; without a name each of the kind.
    fn of(&self, header: &Header) -> Vec<Key> {
        let is_meant = |key: &&Key| {
            key.algorithm == header.algorithm && (header.kid.is_none() || key.kid.is_none() || key.kid == header.kid)
        };
        self.0.iter().filter(is_meant).cloned().collect()
    }
}

fn key(json: Json) -> Option<Key> {
    let Json::Object(mut fields) = json else { return None };
    let mut text = |name: &str| fields.take_text(name).ok().flatten();
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let (kid, alg, kty) = (text("kid"), text("alg"), text("kty")?);
    let (algorithm, word, members): (_, _, &[&str]) = match kty.as_str() {
        "RSA" => (Algorithm::Rs256, "RS256", &["n", "e"]),
        "EC" if text("crv").as_deref() == Some("P-256") => (Algorithm::Es256, "ES256", &["x", "y"]),
        _ => return None,
    };
    if alg.is_some_and(|alg| alg != word) {
        return None;
    }
    let mut jwk = Fields::default();
    jwk.put("kty", kty.as_str());
    if algorithm == Algorithm::Es256 {
        jwk.put("crv", "P-256");
    }
    for member in members {
        jwk.put(member, text(member)?.as_str());
    }
    Some(Key { kid, algorithm, jwk: Json::Object(jwk) })
}

/// What the known keys say of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    Good,
    /// It is not by the key that is named.
    Bad,
    /// The key may be one that is not known yet.
    Unknown,
}

/// What a JWS says of itself (RFC 7515, section 4).
struct Header {
    algorithm: Algorithm,
    kid: Option<String>,
}

fn header(part: &str) -> Result<Header, AuthError> {
    let fields = URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| Fields::from_signed(&bytes));
    let Some(mut fields) = fields else { return Err(bad("has no header that can be read.")) };
    // An extension that must be understood, and is not.
    if fields.take("crit").is_some() {
        return Err(bad("has extensions that are not known here (`crit`)."));
    }
    // `none`, and the symmetric ones, whose key would be known to whoever made them.
    let algorithm = match fields.take_text("alg").ok().flatten().as_deref() {
        Some("RS256") => Algorithm::Rs256,
        Some("ES256") => Algorithm::Es256,
        _ => return Err(bad("is signed by another algorithm than RS256 or ES256, or not at all (`alg`).")),
    };
    Ok(Header { algorithm, kid: fields.take_text("kid").ok().flatten() })
}

impl<P: Platform, S: Store> Session<P, S> {
    /// Whether the provider signed `token`. The keys are kept; for a key that is not among them they are asked for
    /// again, once.
    pub(super) async fn check_signature(&self, token: &Secret) -> Result<(), AuthError> {
        match self.verify_signature(token).await? {
            Signature::Good => return Ok(()),
            Signature::Bad => {}
            Signature::Unknown => {
                self.fetch_keys().await?;
                if self.verify_signature(token).await? == Signature::Good {
                    return Ok(());
                }
            }
        }
        Err(bad("has a signature that is not the provider's, or by a key that it does not publish (`kid`)."))
    }

    /// The same by the keys that are known.
    pub(super) async fn verify_signature(&self, token: &Secret) -> Result<Signature, AuthError> {
        if self.inner.config.skip_signature {
            return Ok(Signature::Good);
        }
        let malformed = || bad("is no signed JWT.");
        let (signed, signature) = token.expose().rsplit_once('.').ok_or_else(malformed)?;
        let header = header(signed.split('.').next().unwrap_or_default())?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| malformed())?;

        let Some(keys) = self.inner.keys.borrow().clone() else { return Ok(Signature::Unknown) };
        let mut outcome = Signature::Unknown;
        for key in keys.of(&header) {
            let verified = self.inner.platform.verify(key.algorithm, &key.jwk, signed.as_bytes(), &signature).await;
            if verified.map_err(no_crypto)? {
                return Ok(Signature::Good);
            }
            // A key that is not named may have been replaced by another that is not.
            if key.kid.is_some() && key.kid == header.kid {
                outcome = Signature::Bad;
            }
        }
        Ok(outcome)
    }

    /// Gets the keys anew.
    pub(super) async fn fetch_keys(&self) -> Result<(), AuthError> {
        let Inner { platform, config, keys, .. } = &*self.inner;
        let endpoints = self.endpoints().await.map_err(unreachable)?;
        let address = endpoints.jwks.clone().ok_or_else(|| {
            AuthError::config(
                "endpoints.jwks",
                "is needed: the ID token's signature is checked with the keys there (`dangerouslySkipIdTokenSignature` \
                 does without).",
            )
        })?;
        let reply = exchange(platform, PLACE, get(&address), config.timeout_ms).await.map_err(unreachable)?;
        let found = if reply.is_success() { Keys::read(&reply.body) } else { None };
        let Some(found) = found.map(Rc::new) else {
            let message = format!("The provider's keys ({address}) can't be read: HTTP {}.", reply.status);
            return Err(AuthError::new(AuthCode::JwksUnreachable, message));
        };
        keys.replace(Some(found));
        Ok(())
    }
}

fn unreachable(error: AuthError) -> AuthError {
    let message = format!("The provider's keys could not be had, so its ID token is not used. {}", error.message);
    AuthError::new(AuthCode::JwksUnreachable, message).with_cause(error.cause.clone())
}

pub(super) fn no_crypto(failure: CryptoFailure) -> AuthError {
    let message = if failure.is_missing {
        "This page has no WebCrypto (crypto.subtle): it must be a secure context, that is https or a loopback host."
    } else {
        "The browser's WebCrypto, or its storage for keys, refused."
    };
    AuthError::new(AuthCode::InvalidConfig, message).with_cause(failure.cause)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<Option<String>> {
        Keys::read(json.as_bytes()).unwrap().0.into_iter().map(|key| key.kid).collect()
    }

    #[test]
    fn keys_of_other_kinds_and_purposes_are_read_over() {
        let rsa = r#"{"kty":"RSA","n":"n","e":"AQAB","kid":"rsa","alg":"RS256","use":"sig","x5c":["…"]}"#;
        let ec = r#"{"kty":"EC","crv":"P-256","x":"x","y":"y","kid":"ec"}"#;
        let others = [
            r#"{"kty":"RSA","n":"n","e":"AQAB","kid":"enc","use":"enc"}"#,
            r#"{"kty":"RSA","n":"n","e":"AQAB","kid":"ps","alg":"PS256"}"#,
            r#"{"kty":"RSA","e":"AQAB","kid":"no n"}"#,
            r#"{"kty":"EC","crv":"P-384","x":"x","y":"y","kid":"curve"}"#,
            r#"{"kty":"oct","k":"secret","kid":"symmetric"}"#,
            "7",
        ];
        let all = [&[rsa, ec][..], &others[..]].concat().join(",");
        assert_eq!(read(&format!(r#"{{"keys":[{all}]}}"#)), [Some("rsa".to_owned()), Some("ec".to_owned())]);
        assert!(Keys::read(b"<html>").is_none() && Keys::read(br#"{"keys":{}}"#).is_none());
    }

    #[test]
    fn only_two_algorithms_are_taken() {
        let part = |json: &str| header(&URL_SAFE_NO_PAD.encode(json)).map(|header| header.algorithm);
        assert_eq!(part(r#"{"alg":"RS256"}"#).unwrap(), Algorithm::Rs256);
        assert_eq!(part(r#"{"alg":"ES256","kid":"k"}"#).unwrap(), Algorithm::Es256);
        for json in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"PS256"}"#,
            r#"{"alg":"RS512"}"#,
            r#"{"alg":7}"#,
            "{}",
            "[]",
            r#"{"alg":"RS256","crit":["exp"]}"#,
        ] {
            assert_eq!(part(json).unwrap_err().code, AuthCode::IdTokenInvalid, "{json}");
        }
    }
}
