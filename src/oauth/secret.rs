//! Text that must not be seen: tokens, codes, verifiers.

use std::fmt;

/// A secret. It has no `Display`, is no part of any error, and `Debug` shows nothing of it, not even its length.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes `text` out of sight.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it can stand in an `authorization` header: visible ASCII, no blanks. Anything else would make `fetch`
    /// throw an error that may quote it.
    pub(crate) fn fits_a_header(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
