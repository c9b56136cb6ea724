//! Finds pieces of secrets in bytes.

use super::views::Byte;
use std::ops::Range;

/// A piece of a secret of this length is as bad as the whole.
pub(super) const PIECE: usize = 16;

/// The search begins with so many bytes. An encoded piece stands for fewer bytes than it has characters; what stands for
/// fewer than these is not looked for.
const WINDOW: usize = 6;

/// How long an encoded piece is at least. The end of a piece may be half an escape, which stands for nothing.
const ENCODED_PIECE: usize = 12;

/// What is shorter is no secret, but would be found everywhere.
const SHORTEST: usize = 4;

/// A place in a secret, under the bytes that begin there.
#[derive(Clone, Copy)]
struct Place {
    window: u64,
    secret: usize,
    at: usize,
}

/// Secrets, ordered so that a piece of them is found quickly.
pub(super) struct Needles {
    secrets: Vec<Vec<u8>>,
    /// Of all that have a window, by what is in it.
    places: Vec<Place>,
}

impl Needles {
    pub fn new(secrets: &[Vec<u8>]) -> Self {
        let secrets: Vec<Vec<u8>> = secrets
            .iter()
            .filter(|secret| secret.len() >= SHORTEST)
            .map(|secret| secret.iter().copied().map(folded).collect())
            .collect();
        let mut places = Vec::new();
        for (secret, bytes) in secrets.iter().enumerate() {
            let windows = bytes.windows(WINDOW).enumerate();
            places.extend(windows.map(|(at, bytes)| Place { window: packed(bytes.iter().copied()), secret, at }));
        }
        places.sort_unstable_by_key(|place| place.window);
        Self { secrets, places }
    }

    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Adds the places of all pieces that are in `view`.
    pub fn search(&self, view: &[Byte], found: &mut Vec<Range<usize>>) {
        let mut at = 0;
        while let Some(rest) = view.get(at..).filter(|rest| !rest.is_empty()) {
            let length = self.longest(rest);
            if let (Some(first), Some(last)) = (rest.first(), rest.get(..length).and_then(<[Byte]>::last)) {
                found.push(first.from..last.to);
            }
            // Another secret may begin within the end of this piece.
            at += length.saturating_sub(PIECE - 1).max(1);
        }
    }

    /// How many bytes `view` begins with that are a secret, or a piece that is long enough.
    fn longest(&self, view: &[Byte]) -> usize {
        let short =
            self.secrets.iter().filter(|secret| secret.len() < WINDOW && begins_alike(secret, view) == secret.len());
        let short = short.map(Vec::len).max().unwrap_or_default();
        let Some(window) = view.get(..WINDOW) else { return short };
        let window = packed(window.iter().map(|byte| folded(byte.value)));
        let from = self.places.partition_point(|place| place.window < window);
        let candidates = self.places.iter().skip(from).take_while(|place| place.window == window);
        let lengths = candidates.filter_map(|place| {
            let secret = self.secrets.get(place.secret)?;
            let length = begins_alike(secret.get(place.at..)?, view);
            let shown = view.get(length - 1)?.to - view.first()?.from;
            let is_at_escape = view.get(length).is_some_and(|next| matches!(next.value, b'%' | b'\\' | b'&'));
            let is_encoded_piece = shown >= ENCODED_PIECE && (shown > length || is_at_escape);
            (length == secret.len() || length >= PIECE || is_encoded_piece).then_some(length)
        });
        lengths.max().unwrap_or_default().max(short)
    }
}

/// A blank is a plus sign in a form; nobody can tell them apart any more.
fn folded(byte: u8) -> u8 {
    if byte == b'+' { b' ' } else { byte }
}

/// A window as a number.
fn packed(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0, |window, byte| (window << 8) | u64::from(byte))
}

fn begins_alike(secret: &[u8], view: &[Byte]) -> usize {
    secret.iter().zip(view).take_while(|(wanted, byte)| **wanted == folded(byte.value)).count()
}
