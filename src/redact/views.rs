//! A text as it is meant: with its escapes resolved, its base64 decoded.

use crate::text::hex_digit;

/// A byte as it is meant, and where in the text it is written.
#[derive(Clone, Copy)]
pub(super) struct Byte {
    pub value: u8,
    pub from: usize,
    pub to: usize,
}

/// As it stands.
pub(super) fn plain(bytes: &[u8]) -> Vec<Byte> {
    let mut view = Vec::with_capacity(bytes.len());
    for (at, value) in bytes.iter().enumerate() {
        view.push(Byte { value: *value, from: at, to: at + 1 });
    }
    view
}

/// With percent-encoding, backslashes (JSON, JavaScript) and character references (HTML) resolved; `None` if there are none.
pub(super) fn unescaped(view: &[Byte]) -> Option<Vec<Byte>> {
    let mut resolved = Vec::with_capacity(view.len());
    let mut rest = view;
    let mut has_any = false;
    while let [first, after @ ..] = rest {
        let letter = escape(rest).and_then(|(value, length)| Some((char::from_u32(value)?, length)));
        let Some((letter, length)) = letter else {
            resolved.push(*first);
            rest = after;
            continue;
        };
        has_any = true;
        let (from, to) = (first.from, rest.get(length - 1).map_or(first.to, |last| last.to));
        // Percent-encoding is of bytes, the others are of characters.
        if first.value == b'%' {
            resolved.push(Byte { value: letter as u8, from, to });
        } else {
            for value in letter.encode_utf8(&mut [0; 4]).bytes() {
                resolved.push(Byte { value, from, to });
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    has_any.then_some(resolved)
}

/// The longest character reference: `&#x10FFFF;`.
const LONGEST_REFERENCE: usize = 10;

/// What the escape at the beginning stands for, and its length.
fn escape(view: &[Byte]) -> Option<(u32, usize)> {
    let [first, second, ..] = view else { return None };
    match (first.value, second.value) {
        (b'%', _) => Some((digits(view.get(1..3)?, 16)?, 3)),
        (b'\\', b'u') => Some((digits(view.get(2..6)?, 16)?, 6)),
        (b'\\', b'x') => Some((digits(view.get(2..4)?, 16)?, 4)),
        (b'\\', other) if other.is_ascii_punctuation() => Some((other.into(), 2)),
        (b'&', _) => {
            let mut end = 1;
            while view.get(end)?.value != b';' {
                end += 1;
                if end == LONGEST_REFERENCE {
                    return None;
                }
            }
            Some((reference(view.get(1..end)?)?, end + 1))
        }
        _ => None,
    }
}

fn reference(name: &[Byte]) -> Option<u32> {
    match name {
        [Byte { value: b'#', .. }, Byte { value: b'x' | b'X', .. }, hex @ ..] => digits(hex, 16),
        [Byte { value: b'#', .. }, decimal @ ..] => digits(decimal, 10),
        _ => {
            let mut letters = [0; 4];
            for (letter, byte) in letters.iter_mut().zip(name) {
                *letter = byte.value;
            }
            Some(u32::from(match (name.len(), &letters) {
                (3, b"amp\0") => b'&',
                (2, b"lt\0\0") => b'<',
                (2, b"gt\0\0") => b'>',
                (4, b"quot") => b'"',
                (4, b"apos") => b'\'',
                _ => return None,
            }))
        }
    }
}

fn digits(view: &[Byte], radix: u32) -> Option<u32> {
    let mut number = None;
    for byte in view {
        let digit = u32::from(hex_digit(byte.value)?);
        if digit >= radix {
            return None;
        }
        number = Some(number.unwrap_or(0_u32).checked_mul(radix)?.checked_add(digit)?);
    }
    number
}

/// The bytes that a run of base64 (as six bits each) stands for, from this bit on.
pub(super) fn decoded(run: &[Byte], first_bit: usize) -> Vec<Byte> {
    let mut view = Vec::with_capacity(run.len());
    let mut bit = first_bit;
    while let Some([first, last]) = run.get(bit / 6..bit / 6 + 2) {
        let both = u32::from(first.value) << 6 | u32::from(last.value);
        view.push(Byte { value: (both >> (4 - bit % 6)) as u8, from: first.from, to: last.to });
        bit += 8;
    }
    view
}

/// Base64 may be wrapped.
pub(super) fn is_line_break(letter: u8) -> bool {
    matches!(letter, b'\r' | b'\n')
}

/// What a letter of base64 stands for, in either alphabet.
pub(super) fn six_bits(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
