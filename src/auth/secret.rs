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

    /// Whether both are the same text. Kept inside: only values that the store itself gave are compared.
    pub(super) fn is(&self, other: &Secret) -> bool {
        self.0 == other.0
    }

    /// `text` without it: others may repeat what they were sent.
    pub fn cut_from(&self, text: &str) -> String {
        let mut rest = text;
        let mut left = String::with_capacity(text.len());
        while let Some(letter) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix(self.0.as_str()).filter(|_| !self.0.is_empty()) {
                left.push_str("[removed]");
                rest = after;
            } else {
                left.push(letter);
                rest = rest.strip_prefix(letter).unwrap_or_default();
            }
        }
        left
    }

    /// Whether it is somewhere in `bytes`.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        !self.0.is_empty() && bytes.windows(self.0.len()).any(|part| part == self.0.as_bytes())
    }

    /// Whether it can stand in an `authorization` header: visible ASCII, no blanks. Anything else would make `fetch`
    /// throw an error that may quote it.
    pub(super) fn fits_a_header(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::Secret;

    #[test]
    fn it_is_found_and_cut_out_wherever_it_stands() {
        let secret = Secret::new("abc");
        assert_eq!(secret.cut_from("abc, xabcabcy and ab"), "[removed], x[removed][removed]y and ab");
        assert!(secret.is_in(b"\xff\0abc") && !secret.is_in(b"ab") && !secret.is_in(b""));
    }

    #[test]
    fn nothing_is_nowhere() {
        let nothing = Secret::new("");
        assert_eq!(nothing.cut_from("text"), "text");
        assert!(!nothing.is_in(b"text") && !nothing.is_in(b""));
    }
}
