//! Tokens that are bound to a key of this browser (DPoP, RFC 9449): a proof with each request.

use super::jwks::no_crypto;
use super::limited::in_time;
use super::session::{Inner, Session};
use super::sign_in::random_text;
use super::{AuthError, Secret};
use crate::seams::{CryptoFailure, Fields, HttpMethod, Json, Platform, Store, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::cell::RefCell;

/// How many origins' nonces are remembered.
const REMEMBERED: usize = 16;

/// The newest nonce of each origin (section 8.2).
#[derive(Default)]
pub(super) struct Nonces(RefCell<Vec<(String, String)>>);

impl Nonces {
    fn of(&self, origin: &str) -> Option<String> {
        self.0.borrow().iter().find(|(known, _)| known == origin).map(|(_, nonce)| nonce.clone())
    }

    fn learn(&self, origin: &str, nonce: &str) {
        let mut nonces = self.0.borrow_mut();
        nonces.retain(|(known, _)| known != origin);
        if nonces.len() >= REMEMBERED {
            nonces.remove(0);
        }
        nonces.push((origin.to_owned(), nonce.to_owned()));
    }
}

/// What a proof says (section 4.2).
struct Claims<'a> {
    jti: &'a str,
    method: &'a str,
    /// Without query and fragment.
    url: &'a str,
    iat_seconds: f64,
    token: Option<&'a Secret>,
    nonce: Option<&'a str>,
}

/// Header and payload, as they are signed.
fn signing_input(x: &str, y: &str, claims: &Claims<'_>) -> String {
    let mut jwk = Fields::default();
    for (name, value) in [("kty", "EC"), ("crv", "P-256"), ("x", x), ("y", y)] {
        jwk.put(name, value);
    }
    let mut header = Fields::default();
    header.put("typ", "dpop+jwt");
    header.put("alg", "ES256");
    header.put("jwk", Json::Object(jwk));
    let mut payload = Fields::default();
    payload.put("jti", claims.jti);
    payload.put("htm", claims.method);
    payload.put("htu", claims.url);
    payload.put("iat", claims.iat_seconds);
    if let Some(token) = claims.token {
        payload.put("ath", URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose())).as_str());
    }
    if let Some(nonce) = claims.nonce {
        payload.put("nonce", nonce);
    }
    let part = |fields| URL_SAFE_NO_PAD.encode(Json::Object(fields).write());
    [part(header).as_str(), ".", &part(payload)].concat()
}

impl<P: Platform, S: Store> Session<P, S> {
    /// A proof for one request, by the key of the session called `id`.
    pub(super) async fn proof(
        &self,
        id: &str,
        method: HttpMethod,
        url: &str,
        token: Option<&Secret>,
    ) -> Result<String, AuthError> {
        let Inner { platform, config, nonces, skew, .. } = &*self.inner;
        let name = config.key_name(id);
        let key = in_time(platform, config.timeout_ms, platform.proof_key(&name)).await;
        let (x, y) = key.unwrap_or_else(|| Err(silent())).map_err(no_crypto)?;
        let nonce = nonces.of(&self.origin(url));
        let jti = random_text(platform)?;
        let claims = Claims {
            jti: &jti,
            method: method.as_str(),
            url: url.split(['?', '#']).next().unwrap_or_default(),
            iat_seconds: (skew.provider_wall_ms(platform.now()) / 1000.0).floor(),
            token,
            nonce: nonce.as_deref(),
        };
        let input = signing_input(&x, &y, &claims);
        let signature = in_time(platform, config.timeout_ms, platform.sign(&name, input.as_bytes())).await;
        let signature = signature.unwrap_or_else(|| Err(silent())).map_err(no_crypto)?;
        Ok([input.as_str(), ".", &URL_SAFE_NO_PAD.encode(signature)].concat())
    }

    /// Remembers the nonce of a reply from `url`, and says whether there was one.
    pub(super) fn heed_nonce(&self, url: &str, headers: &[(String, String)]) -> bool {
        let Some(nonce) = header(headers, "dpop-nonce") else { return false };
        self.inner.nonces.learn(&self.origin(url), nonce);
        true
    }

    fn origin(&self, url: &str) -> String {
        self.inner.platform.parse(url).map(|url| url.origin).unwrap_or_default()
    }
}

/// The key's storage does not answer.
fn silent() -> CryptoFailure {
    CryptoFailure { is_missing: false, cause: None }
}

/// Whether a `www-authenticate` header asks for a nonce (section 9).
pub(super) fn asks_for_nonce(www_authenticate: &str) -> bool {
    const WORD: &[u8] = b"use_dpop_nonce";
    www_authenticate.as_bytes().windows(WORD.len()).any(|part| part.eq_ignore_ascii_case(WORD))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn a_proof_says_what_the_rfc_wants() {
        let token = Secret::new("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
        let claims = Claims {
            jti: "once",
            method: "POST",
            url: "https://resource.example.org/protectedresource",
            iat_seconds: 1_562_262_618.0,
            token: Some(&token),
            nonce: Some("n"),
        };
        let input = signing_input("x-value", "y-value", &claims);
        let parts: Vec<serde_json::Value> = input
            .split('.')
            .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
            .collect();
        assert_eq!(
            parts,
            [
                serde_json::json!({ "typ": "dpop+jwt", "alg": "ES256",
                    "jwk": { "kty": "EC", "crv": "P-256", "x": "x-value", "y": "y-value" } }),
                // The hash is the one of RFC 9449, section 7.1, for this token.
                serde_json::json!({ "jti": "once", "htm": "POST", "iat": 1_562_262_618.0, "nonce": "n",
                    "htu": "https://resource.example.org/protectedresource",
                    "ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" }),
            ]
        );
    }

    #[test]
    fn the_newest_nonce_of_each_origin_is_kept() {
        let nonces = Nonces::default();
        for (origin, nonce) in [("https://a", "1"), ("https://b", "2"), ("https://a", "3"), ("https://a", "3")] {
            nonces.learn(origin, nonce);
        }
        assert_eq!((nonces.of("https://a").as_deref(), nonces.of("https://c")), (Some("3"), None));
        for index in 0..100 {
            nonces.learn(&format!("https://{index}"), "n");
        }
        assert_eq!(nonces.0.borrow().len(), REMEMBERED);
    }
}
