//! Proofs that a request is made by who has the key that its token is bound to (DPoP, RFC 9449).

use super::Secret;
use crate::base64::encode_url;
use crate::json::{Fields, Json};
use sha2::{Digest, Sha256};

/// What a proof says (section 4.2).
pub(crate) struct Proof<'a> {
    pub jti: &'a str,
    pub method: &'a str,
    /// Without query and fragment.
    pub url: &'a str,
    pub iat_seconds: f64,
    pub token: Option<&'a Secret>,
    pub nonce: Option<&'a str>,
}

impl Proof<'_> {
    /// Header and payload, as they are signed. `x` and `y` are the key's public half.
    pub fn signing_input(&self, x: &str, y: &str) -> String {
        let mut jwk = Fields::default();
        for (name, value) in [("kty", "EC"), ("crv", "P-256"), ("x", x), ("y", y)] {
            jwk.put(name, value);
        }
        let mut header = Fields::default();
        header.put("typ", "dpop+jwt");
        header.put("alg", "ES256");
        header.put("jwk", Json::Object(jwk));
        let mut payload = Fields::default();
        payload.put("jti", self.jti);
        payload.put("htm", self.method);
        payload.put("htu", self.url);
        payload.put("iat", self.iat_seconds);
        if let Some(token) = self.token {
            payload.put("ath", encode_url(&Sha256::digest(token.expose())).as_str());
        }
        if let Some(nonce) = self.nonce {
            payload.put("nonce", nonce);
        }
        let part = |fields| encode_url(Json::Object(fields).write().as_bytes());
        [part(header).as_str(), ".", &part(payload)].concat()
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::base64::decode_url;

    #[test]
    fn a_proof_says_what_the_rfc_wants() {
        let token = Secret::new("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
        let proof = Proof {
            jti: "once",
            method: "POST",
            url: "https://resource.example.org/protectedresource",
            iat_seconds: 1_562_262_618.0,
            token: Some(&token),
            nonce: Some("n"),
        };
        let input = proof.signing_input("x-value", "y-value");
        let parts: Vec<serde_json::Value> =
            input.split('.').map(|part| serde_json::from_slice(&decode_url(part).unwrap()).unwrap()).collect();
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
}
