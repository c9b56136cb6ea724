//! A text as it is meant: with its escapes resolved, its base64 decoded.

/// A byte as it is meant, and where in the text it is written.
#[derive(Clone, Copy)]
pub(super) struct Byte {
    pub value: u8,
    pub from: usize,
    pub to: usize,
}

/// As it stands.
pub(super) fn plain(bytes: &[u8]) -> Vec<Byte> {
    bytes.iter().enumerate().map(|(at, value)| Byte { value: *value, from: at, to: at + 1 }).collect()
}

/// With percent-encoding, backslashes (JSON, JavaScript) and character references (HTML) resolved; `None` if there are none.
pub(super) fn unescaped(view: &[Byte]) -> Option<Vec<Byte>> {
    let mut resolved = Vec::with_capacity(view.len());
    let mut rest = view;
    let mut has_any = false;
    while let Some((first, after)) = rest.split_first() {
        let Some((value, length)) = escape(rest).filter(|(value, _)| char::from_u32(*value).is_some()) else {
            resolved.push(*first);
            rest = after;
            continue;
        };
        has_any = true;
        let (from, to) = (first.from, rest.get(length - 1).map_or(first.to, |last| last.to));
        let mut push = |value| resolved.push(Byte { value, from, to });
        // Percent-encoding is of bytes, the others are of characters.
        match u8::try_from(value) {
            Ok(byte) if byte.is_ascii() || first.value == b'%' => push(byte),
            _ => {
                let letter = char::from_u32(value).unwrap_or_default();
                letter.encode_utf8(&mut [0; 4]).bytes().for_each(push);
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
    let at = |index: usize| view.get(index).map(|byte| byte.value);
    match (at(0)?, at(1)?) {
        (b'%', _) => Some((digits(view.get(1..3)?, 16)?, 3)),
        (b'\\', b'u') => Some((digits(view.get(2..6)?, 16)?, 6)),
        (b'\\', b'x') => Some((digits(view.get(2..4)?, 16)?, 4)),
        (b'\\', other) if other.is_ascii_punctuation() => Some((other.into(), 2)),
        (b'&', _) => {
            let end = view.iter().take(LONGEST_REFERENCE).position(|byte| byte.value == b';')?;
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
            let known: [(&[u8], u8); 5] =
                [(b"amp", b'&'), (b"lt", b'<'), (b"gt", b'>'), (b"quot", b'"'), (b"apos", b'\'')];
            let is = |known: &[u8]| name.iter().map(|byte| byte.value).eq(known.iter().copied());
            known.iter().find(|(known, _)| is(known)).map(|(_, value)| u32::from(*value))
        }
    }
}

fn digits(view: &[Byte], radix: u32) -> Option<u32> {
    if view.is_empty() {
        return None;
    }
    view.iter()
        .try_fold(0_u32, |number, byte| number.checked_mul(radix)?.checked_add(char::from(byte.value).to_digit(radix)?))
}

/// A shorter run of base64 is not worth a look.
const SHORTEST_RUN: usize = 8;

/// Each run of base64, of either alphabet and wrapped or not, decoded from each bit on where a byte may begin: what stands
/// before the run may belong to it, or not.
pub(super) fn base64_views(view: &[Byte]) -> impl Iterator<Item = Vec<Byte>> {
    let is_inside = |byte: &Byte| six_bits(byte.value).is_some() || matches!(byte.value, b'\r' | b'\n');
    view.split(move |byte| !is_inside(byte)).filter(|run| run.len() >= SHORTEST_RUN).flat_map(|run| {
        let run: Vec<(u8, Byte)> = run.iter().filter_map(|byte| Some((six_bits(byte.value)?, *byte))).collect();
        [0, 2, 4, 6].into_iter().map(move |first_bit| decoded(&run, first_bit))
    })
}

fn decoded(run: &[(u8, Byte)], first_bit: usize) -> Vec<Byte> {
    let bits = (first_bit..run.len() * 6).step_by(8);
    bits.map_while(|bit| {
        let [(high, first), (low, last)] = run.get(bit / 6..bit / 6 + 2)? else { return None };
        let both = (u32::from(*high) << 6) | u32::from(*low);
        Some(Byte { value: ((both >> (4 - bit % 6)) & 0xff) as u8, from: first.from, to: last.to })
    })
    .collect()
}

fn six_bits(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
