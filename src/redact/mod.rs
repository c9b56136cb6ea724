//! Keeps secrets out of what is shown: whoever gets a request may repeat it, in any encoding, in an error that somebody
//! logs. All rooms use this, and before they shorten a text: of a secret that was cut in two nobody could tell what it is.

mod needles;
mod sent;
mod views;

use crate::text::{characters, first};
use needles::Needles;
use std::fmt;
use std::rc::Rc;
use views::{Byte, decoded, is_line_break, plain, six_bits, unescaped};

/// What stands in the place of a secret.
const REMOVED: &str = "[removed]";

/// How many encodings may lie one in the other.
const DEPTH: usize = 3;

/// Of a text that is to be shortened, so many bytes for each character that is to be left are looked at, and some more.
const BYTES_PER_CHAR: usize = 8;
const MORE_BYTES: usize = 512;

/// At the end of a text that goes on, a beginning of a secret may be too short to be known, whatever its encoding.
const TAIL_CHARS: usize = 64;

/// A shorter run of base64 is not worth a look.
const SHORTEST_RUN: usize = 8;

/// Texts that must not be shown, neither whole nor in pieces of 16 characters or more: as they are, percent- or
/// form-encoded, in base64, escaped, and in several of these at once.
#[derive(Clone, Default)]
pub struct Secrets(Rc<Needles>);

impl Secrets {
    /// All of these.
    pub fn new<T: Into<Vec<u8>>>(all: impl IntoIterator<Item = T>) -> Self {
        let mut secrets = Vec::new();
        for secret in all {
            secrets.push(secret.into());
        }
        Self::of(secrets)
    }

    fn of(all: Vec<Vec<u8>>) -> Self {
        Self(Rc::new(Needles::new(all, needles::SHORTEST)))
    }

    /// These and the others.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        Self::of([self.0.secrets(), others.0.secrets()].concat())
    }

    /// Without those that are so short that they may be an ordinary word.
    #[must_use]
    pub fn without_short(&self) -> Self {
        Self(Rc::new(Needles::new(self.0.secrets().to_vec(), needles::PIECE)))
    }

    /// `text` without them.
    pub fn cut(&self, text: &str) -> String {
        let hidden = self.hidden(text.as_bytes());
        let mut hidden = hidden.iter();
        let mut left = String::new();
        let mut was_hidden = false;
        for letter in text.chars() {
            // Escapes are ASCII, but bytes that were decoded may be parts of a letter.
            let mut is_hidden = false;
            for _ in 0..letter.len_utf8() {
                is_hidden |= hidden.next() == Some(&true);
            }
            if !is_hidden {
                left.push(letter);
            } else if !was_hidden {
                left.push_str(REMOVED);
            }
            was_hidden = is_hidden;
        }
        left
    }

    /// The first `limit` characters of `text` without them.
    pub fn cut_to(&self, text: &str, limit: usize) -> String {
        let mut end = text.len().min(limit * BYTES_PER_CHAR + MORE_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let left = self.cut(text.get(..end).unwrap_or_default());
        let sure = if end == text.len() { usize::MAX } else { characters(&left).saturating_sub(TAIL_CHARS) };
        first(&left, limit.min(sure)).to_owned()
    }

    /// Whether any of them is in `bytes`.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.hidden(bytes).iter().any(|is_hidden| *is_hidden)
    }

    /// For each byte, whether it belongs to one of them.
    fn hidden(&self, bytes: &[u8]) -> Vec<bool> {
        let mut hidden = vec![false; bytes.len()];
        if !self.0.is_empty() {
            self.search(&plain(bytes), DEPTH, &mut hidden);
        }
        hidden
    }

    fn search(&self, view: &[Byte], depth: usize, hidden: &mut [bool]) {
        self.0.search(view, hidden);
        if depth == 0 {
            return;
        }
        if let Some(view) = unescaped(view) {
            self.search(&view, depth - 1, hidden);
        }
        let mut run = Vec::new();
        for byte in view {
            match six_bits(byte.value) {
                Some(value) => run.push(Byte { value, ..*byte }),
                None if is_line_break(byte.value) => {}
                None => {
                    self.search_run(&run, depth - 1, hidden);
                    run.clear();
                }
            }
        }
        self.search_run(&run, depth - 1, hidden);
    }

    /// A run of base64, of either alphabet, decoded from each bit on where a byte may begin: what stands before the run may
    /// belong to it, or not.
    fn search_run(&self, run: &[Byte], depth: usize, hidden: &mut [bool]) {
        if run.len() >= SHORTEST_RUN {
            for first_bit in [0, 2, 4, 6] {
                self.search(&decoded(run, first_bit), depth, hidden);
            }
        }
    }
}

/// Not even how many there are.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
