//! Randomness that nobody can foresee.

/// There is none (no WebCrypto).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRandom;

/// Draws it.
pub trait Random {
    /// Thirty-two bytes from the platform's cryptographic source.
    fn random(&self) -> Result<[u8; 32], NoRandom>;
}
