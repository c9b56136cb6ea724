//! Finds pieces of secrets in bytes.

use super::views::Byte;
use crate::text::all;

/// A piece of a secret of this length is as bad as the whole.
pub(super) const PIECE: usize = 16;

/// What stands for fewer bytes than these is not looked for: an encoded piece has more characters than it stands for.
const FEWEST: usize = 6;

/// How long an encoded piece is at least. The end of a piece may be half an escape, which stands for nothing.
const ENCODED_PIECE: usize = 12;

/// What is shorter is no secret, but would be found everywhere.
pub(super) const SHORTEST: usize = 4;

/// A longer run of letters is no word.
const LONGEST_WORD: usize = 15;

/// Whether it may be a word of any text (`token`, `Password`): to hide it would hide nothing, and spoil the text.
fn is_word(secret: &[u8]) -> bool {
    let rest = secret.get(1..).unwrap_or_default();
    secret.len() <= LONGEST_WORD
        && all(secret, |letter| letter.is_ascii_alphabetic())
        && (all(rest, |letter| letter.is_ascii_lowercase()) || all(secret, |letter| letter.is_ascii_uppercase()))
}

/// A place in a secret, and the one before it that begins alike.
struct Place {
    secret: usize,
    at: usize,
    before: usize,
}

/// No place.
const NONE: usize = usize::MAX;

/// How many beginnings are told apart: a power of two.
const BEGINNINGS: usize = 1024;

/// Secrets, ordered so that a piece of them is found quickly.
#[derive(Default)]
pub(super) struct Needles {
    secrets: Vec<Vec<u8>>,
    /// Of all that are looked for.
    places: Vec<Place>,
    /// For each beginning the last place that has it.
    last: Vec<usize>,
}

impl Needles {
    /// Those that are shorter than `shortest` are not looked for.
    pub fn new(secrets: Vec<Vec<u8>>, shortest: usize) -> Self {
        let mut places = Vec::new();
        let mut last = Vec::new();
        for (secret, bytes) in secrets.iter().enumerate() {
            if bytes.len() < shortest || is_word(bytes) {
                continue;
            }
            while last.len() < BEGINNINGS {
                last.push(NONE);
            }
            for at in 0..bytes.len() {
                let Some([first, second]) = bytes.get(at..at + 2) else { break };
                let Some(last) = last.get_mut(beginning(*first, *second)) else { break };
                let before = std::mem::replace(last, places.len());
                places.push(Place { secret, at, before });
            }
        }
        Self { secrets, places, last }
    }

    /// All of them, looked for or not.
    pub fn secrets(&self) -> &[Vec<u8>] {
        &self.secrets
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Marks the bytes that the pieces in `view` are written with.
    pub fn search(&self, view: &[Byte], hidden: &mut [bool]) {
        let mut at = 0;
        while let Some(rest) = view.get(at..) {
            let Some(first) = rest.first() else { return };
            let length = self.longest(rest);
            if length > 0
                && let Some(last) = rest.get(length - 1)
                && let Some(hidden) = hidden.get_mut(first.from..last.to)
            {
                hidden.fill(true);
            }
            // Another secret may begin within the end of this piece.
            at += length.saturating_sub(PIECE - 1).max(1);
        }
    }

    /// How many bytes `view` begins with that are a secret, or a piece that is long enough.
    fn longest(&self, view: &[Byte]) -> usize {
        let [first, second, ..] = view else { return 0 };
        let mut longest = 0;
        let mut next = self.last.get(beginning(first.value, second.value)).copied().unwrap_or(NONE);
        while let Some(place) = self.places.get(next) {
            next = place.before;
            let Some(secret) = self.secrets.get(place.secret) else { break };
            let length = begins_alike(secret.get(place.at..).unwrap_or_default(), view);
            if length > longest && (length == secret.len() || is_long_enough(length, view)) {
                longest = length;
            }
        }
        longest
    }
}

/// Whether so many bytes of `view` are enough of a secret.
fn is_long_enough(length: usize, view: &[Byte]) -> bool {
    if length >= PIECE {
        return true;
    }
    let (Some(first), Some(last)) = (view.first(), view.get(length - 1)) else { return false };
    let shown = last.to - first.from;
    let is_at_escape = view.get(length).is_some_and(|next| matches!(next.value, b'%' | b'\\' | b'&'));
    length >= FEWEST && shown >= ENCODED_PIECE && (shown > length || is_at_escape)
}

/// A blank is a plus sign in a form; nobody can tell them apart any more.
fn folded(byte: u8) -> u8 {
    if byte == b'+' { b' ' } else { byte }
}

fn beginning(first: u8, second: u8) -> usize {
    (usize::from(folded(first)) << 3 ^ usize::from(folded(second))) % BEGINNINGS
}

fn begins_alike(secret: &[u8], view: &[Byte]) -> usize {
    let mut length = 0;
    while let (Some(wanted), Some(byte)) = (secret.get(length), view.get(length))
        && folded(*wanted) == folded(byte.value)
    {
        length += 1;
    }
    length
}
