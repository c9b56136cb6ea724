//! Signatures, by the platform's own cryptography (WebCrypto).

use super::{Cause, Json};

/// The algorithms that are accepted: those of public keys that every WebCrypto has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

/// The platform could not do it.
#[derive(Clone, Debug)]
pub struct CryptoFailure {
    /// There is no WebCrypto here: the page is not a secure context.
    pub is_missing: bool,
    /// What was thrown.
    pub cause: Option<Cause>,
}

/// Checks signatures, and makes them with a key that nobody can read.
pub trait Crypto {
    /// Whether `signature` over `data` is by the key `jwk` (RFC 7517).
    async fn verify(
        &self,
        algorithm: Algorithm,
        jwk: &Json,
        data: &[u8],
        signature: &[u8],
    ) -> Result<bool, CryptoFailure>;

    /// The public half (`x` and `y` of a P-256 JWK) of the key pair called `name`, which is made if there is none.
    async fn proof_key(&self, name: &str) -> Result<(String, String), CryptoFailure>;

    /// An ES256 signature over `data` by the key pair called `name`.
    async fn sign(&self, name: &str, data: &[u8]) -> Result<Vec<u8>, CryptoFailure>;

    /// Forgets the key pair called `name`.
    async fn drop_key(&self, name: &str);
}
