//! Randomness that nobody can foresee.

/// There is none (no WebCrypto).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRandom;

/// Draws it.
pub trait Random {
    /// Thirty-two bytes from the platform's cryptographic source.
    fn random(&self) -> Result<[u8; 32], NoRandom>;

    /// From 0 to 1, for jitter. Without randomness the middle: the wait matters, its jitter does not.
    fn fraction(&self) -> f64 {
        match self.random() {
            Ok([first, second, ..]) => f64::from(u16::from_le_bytes([first, second])) / f64::from(u16::MAX),
            Err(_) => 0.5,
        }
    }
}
