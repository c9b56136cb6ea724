//! Keeps secrets out of what is shown: whoever gets a request may repeat it, in any encoding, in an error that somebody
//! logs. All rooms use this, and before they shorten a text: of a secret that was cut in two nobody could tell what it is.

mod needles;
mod sent;
mod views;

use needles::Needles;
use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;
use views::{Byte, base64_views, plain, unescaped};

/// What stands in the place of a secret.
const REMOVED: &str = "[removed]";

/// How many encodings may lie one in the other.
const DEPTH: usize = 3;

/// Of a text that is to be shortened, so many bytes for each character that is to be left are looked at, and some more.
const BYTES_PER_CHAR: usize = 8;
const MORE_BYTES: usize = 512;

/// At the end of a text that goes on, a beginning of a secret may be too short to be known, whatever its encoding.
const TAIL_CHARS: usize = 64;

/// Texts that must not be shown, neither whole nor in pieces of 16 characters or more: as they are, percent- or
/// form-encoded, in base64, escaped, and in several of these at once.
#[derive(Clone, Default)]
pub struct Secrets(Rc<Inner>);

#[derive(Default)]
struct Inner {
    all: Vec<Vec<u8>>,
    needles: OnceCell<Needles>,
}

impl Secrets {
    /// All of these.
    pub fn new<T: Into<Vec<u8>>>(all: impl IntoIterator<Item = T>) -> Self {
        Self::of(all.into_iter().map(Into::into).collect())
    }

    fn of(all: Vec<Vec<u8>>) -> Self {
        Self(Rc::new(Inner { all, needles: OnceCell::new() }))
    }

    /// These and the others.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        Self::of([&self.0.all[..], &others.0.all[..]].concat())
    }

    /// Without those that are so short that they may be an ordinary word.
    #[must_use]
    pub fn without_short(&self) -> Self {
        Self::of(self.0.all.iter().filter(|secret| secret.len() >= needles::PIECE).cloned().collect())
    }

    /// `text` without them.
    pub fn cut(&self, text: &str) -> String {
        let mut left = String::with_capacity(text.len());
        let mut kept_to = 0;
        for found in self.spans(text.as_bytes()) {
            // Escapes are ASCII, but bytes that were decoded may be parts of a letter.
            let from = (0..=found.start).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
            let to = (found.end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            left.push_str(text.get(kept_to..from).unwrap_or_default());
            left.push_str(REMOVED);
            kept_to = to;
        }
        left.push_str(text.get(kept_to..).unwrap_or_default());
        left
    }

    /// The first `limit` characters of `text` without them.
    pub fn cut_to(&self, text: &str, limit: usize) -> String {
        let most = limit * BYTES_PER_CHAR + MORE_BYTES;
        let enough = (0..=most).rev().find_map(|end| text.get(..end)).unwrap_or(text);
        let left = self.cut(enough);
        let is_whole = enough.len() == text.len();
        let sure = if is_whole { usize::MAX } else { left.chars().count().saturating_sub(TAIL_CHARS) };
        left.chars().take(limit.min(sure)).collect()
    }

    /// Whether any of them is in `bytes`.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        !self.spans(bytes).is_empty()
    }

    /// Where they are, in order and apart from each other.
    fn spans(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let needles = self.0.needles.get_or_init(|| Needles::new(&self.0.all));
        let mut found = Vec::new();
        if !needles.is_empty() {
            search(needles, &plain(bytes), DEPTH, &mut found);
        }
        found.sort_unstable_by_key(|span| span.start);
        let mut spans: Vec<Range<usize>> = Vec::new();
        for span in found {
            match spans.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => spans.push(span),
            }
        }
        spans
    }
}

fn search(needles: &Needles, view: &[Byte], depth: usize, found: &mut Vec<Range<usize>>) {
    needles.search(view, found);
    let Some(deeper) = depth.checked_sub(1) else { return };
    if let Some(view) = unescaped(view) {
        search(needles, &view, deeper, found);
    }
    for view in base64_views(view) {
        search(needles, &view, deeper, found);
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
