//! The provider's keys (RFC 7517), and what a token says of its signature (RFC 7515).

use super::AuthError;
use super::id_token::bad;
use super::json::texts;
use crate::base64::decode_url;
use crate::json::{Fields, Json};
use crate::text::{split_first, split_once};

/// The algorithms that are accepted: those of public keys that every WebCrypto has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// One key: what WebCrypto needs of it, and no more, because it refuses keys for odd members.
pub(crate) struct Key {
    pub kid: Option<String>,
    pub algorithm: Algorithm,
    /// `n` and `e`, or `x` and `y`.
    pub members: [String; 2],
}

/// Whoever publishes more keys than this keeps browsers busy, and signs with the first ones.
const MOST_KEYS: usize = 100;

/// All that can be used here. Keys of other kinds, for encryption, or damaged are read over.
pub(crate) fn keys(text: &str) -> Option<Vec<Key>> {
    let Json::List(keys) = Fields::parse(text)?.take("keys")? else { return None };
    let mut usable = Vec::new();
    for json in keys {
        if usable.len() < MOST_KEYS {
            usable.extend(key(json));
        }
    }
    Some(usable)
}

fn key(json: Json) -> Option<Key> {
    let Json::Object(mut fields) = json else { return None };
    if !fields.take("key_ops").is_none_or(|uses| texts(uses).is_some_and(|uses| uses.iter().any(|one| one == "verify")))
    {
        return None;
    }
    let mut text = |name: &str| fields.take_text(name).ok().flatten();
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let (kid, alg, kty) = (text("kid"), text("alg"), text("kty")?);
    let (algorithm, [first, second]) = match kty.as_str() {
        "RSA" => (Algorithm::Rs256, ["n", "e"]),
        "EC" if text("crv").as_deref() == Some("P-256") => (Algorithm::Es256, ["x", "y"]),
        _ => return None,
    };
    if alg.is_some_and(|alg| alg != algorithm.as_str()) {
        return None;
    }
    Some(Key { kid, algorithm, members: [text(first)?, text(second)?] })
}

/// A token's signature, and the key that it names.
pub(crate) struct Signature {
    pub algorithm: Algorithm,
    pub kid: Option<String>,
    pub bytes: Vec<u8>,
}

impl Signature {
    /// Of a token, what stands before its last dot is signed.
    pub fn of(token: &str) -> Result<Self, AuthError> {
        let malformed = || bad("is no signed JWT.");
        let (head, rest) = split_first(token, b'.');
        let mut signature = rest.ok_or_else(malformed)?;
        while let Some((_, behind)) = split_once(signature, b'.') {
            signature = behind;
        }
        let (algorithm, kid) = header(head)?;
        Ok(Self { algorithm, kid, bytes: decode_url(signature).ok_or_else(malformed)? })
    }
}

fn header(part: &str) -> Result<(Algorithm, Option<String>), AuthError> {
    let fields = decode_url(part).and_then(|bytes| Fields::from_signed(&bytes));
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
    Ok((algorithm, fields.take_text("kid").ok().flatten()))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::super::AuthCode;
    use super::*;
    use crate::base64::encode_url;

    fn rsa(more: &str) -> String {
        format!(r#"{{"kty":"RSA","n":"n","e":"AQAB",{more}}}"#)
    }

    #[test]
    fn no_more_than_a_hundred_are_read() {
        let all = vec![r#"{"kty":"EC","crv":"P-256","x":"x","y":"y"}"#; 1000].join(",");
        assert_eq!(read(&format!(r#"{{"keys":[{all}]}}"#)).len(), 100);
    }

    fn read(json: &str) -> Vec<Option<String>> {
        keys(json).unwrap().into_iter().map(|key| key.kid).collect()
    }

    #[test]
    fn keys_of_other_kinds_and_purposes_are_read_over() {
        let rsa = rsa(r#""kid":"rsa","alg":"RS256","use":"sig","key_ops":["verify"],"x5c":["…"]"#);
        let ec = r#"{"kty":"EC","crv":"P-256","x":"x","y":"y","kid":"ec"}"#;
        let others = [
            self::rsa(r#""kid":"enc","use":"enc""#),
            self::rsa(r#""kid":"ps","alg":"PS256""#),
            self::rsa(r#""kid":"ops","key_ops":["encrypt","wrapKey"]"#),
            self::rsa(r#""kid":"odd ops","key_ops":{"verify":true}"#),
        ];
        let more = [
            r#"{"kty":"RSA","e":"AQAB","kid":"no n"}"#,
            r#"{"kty":"EC","crv":"P-384","x":"x","y":"y","kid":"curve"}"#,
            r#"{"kty":"oct","k":"secret","kid":"symmetric"}"#,
            "7",
        ];
        let all =
            [rsa, ec.to_owned()].into_iter().chain(others).chain(more.map(str::to_owned)).collect::<Vec<_>>().join(",");
        assert_eq!(read(&format!(r#"{{"keys":[{all}]}}"#)), [Some("rsa".to_owned()), Some("ec".to_owned())]);
        assert!(keys("<html>").is_none() && keys(r#"{"keys":{}}"#).is_none());
    }

    #[test]
    fn only_two_algorithms_are_taken() {
        let read = |json: &str| Signature::of(&format!("{}.payload.c2ln", encode_url(json.as_bytes())));
        let signature = read(r#"{"alg":"ES256","kid":"k"}"#).unwrap();
        assert_eq!((signature.algorithm, signature.kid.as_deref()), (Algorithm::Es256, Some("k")));
        assert_eq!(signature.bytes, b"sig");
        assert_eq!(read(r#"{"alg":"RS256"}"#).unwrap().algorithm, Algorithm::Rs256);
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
            assert_eq!(read(json).err().map(|error| error.code), Some(AuthCode::IdTokenInvalid), "{json}");
        }
        for token in ["", "abc", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.e30.*"] {
            assert_eq!(Signature::of(token).err().map(|error| error.code), Some(AuthCode::IdTokenInvalid), "{token}");
        }
    }
}
