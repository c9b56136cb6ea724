//! Looking for words in texts, and for headers.

/// Whether `text` has `part` in it. The standard library's search for a string weighs 4 KB in the wasm.
pub fn has(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len().max(1)).any(|window| window == part.as_bytes())
}

/// Whether one of the words of `list`, divided by single blanks, is such.
pub fn any_word(list: &str, is_such: impl Fn(&str) -> bool) -> bool {
    let mut rest = Some(list);
    while let Some(words) = rest {
        let (word, behind) = split_first(words, b' ');
        if is_such(word) {
            return true;
        }
        rest = behind;
    }
    false
}

/// What stands before the first `mark` (which is ASCII), and behind it, if there is one.
pub fn split_first(text: &str, mark: u8) -> (&str, Option<&str>) {
    match split_once(text, mark) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

/// What stands before and behind the first `mark`, which is ASCII.
pub fn split_once(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = place(text.as_bytes(), mark)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Where the first `mark` is.
pub fn place(bytes: &[u8], mark: u8) -> Option<usize> {
    let mut at = 0;
    while *bytes.get(at)? != mark {
        at += 1;
    }
    Some(at)
}

/// Whether all bytes are so.
pub fn all(bytes: &[u8], is_so: fn(u8) -> bool) -> bool {
    for byte in bytes {
        if !is_so(*byte) {
            return false;
        }
    }
    true
}

/// Without the marks at the end.
pub fn without_end(text: &str, mark: char) -> &str {
    let mut rest = text;
    while let Some(shorter) = rest.strip_suffix(mark) {
        rest = shorter;
    }
    rest
}

/// A number in decimal. The standard library's formatting weighs more than all of this file.
pub fn decimal(number: u64) -> String {
    let mut text = String::new();
    push_decimal(&mut text, number);
    text
}

fn push_decimal(text: &mut String, number: u64) {
    if number >= 10 {
        push_decimal(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// The number that `digits` are, which are all of it; as far as a float can hold it.
pub fn number(digits: &[u8]) -> Option<f64> {
    let mut number = None;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = Some(number.unwrap_or(0.0) * 10.0 + f64::from(digit - b'0'));
    }
    number
}

/// How many characters `text` has.
pub fn characters(text: &str) -> usize {
    let mut characters = 0;
    for _ in text.chars() {
        characters += 1;
    }
    characters
}

/// The first `limit` characters of `text`.
pub fn first(text: &str, limit: usize) -> &str {
    let mut left = limit;
    for (at, _) in text.char_indices() {
        if left == 0 {
            return text.get(..at).unwrap_or_default();
        }
        left -= 1;
    }
    text
}

/// The first header called `name` (in lower case).
pub fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    for (candidate, value) in headers {
        if candidate.eq_ignore_ascii_case(name) {
            return Some(value);
        }
    }
    None
}

/// Bytes as text; what is no UTF-8 is a replacement character.
pub fn lossy(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    loop {
        let error = match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return text;
            }
            Err(error) => error,
        };
        let (valid, invalid) = rest.split_at_checked(error.valid_up_to()).unwrap_or_default();
        text.push_str(std::str::from_utf8(valid).unwrap_or_default());
        text.push(char::REPLACEMENT_CHARACTER);
        let Some(behind) = error.error_len().and_then(|length| invalid.get(length..)) else { return text };
        rest = behind;
    }
}

/// Text with its percent-encoding resolved.
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, behind @ ..] => hex_digit(*high).zip(hex_digit(*low)).map(|digits| (digits, behind)),
            _ => None,
        };
        rest = match escaped {
            Some(((high, low), behind)) => {
                bytes.push(high << 4 | low);
                behind
            }
            None => {
                bytes.push(*first);
                behind
            }
        };
    }
    lossy(&bytes)
}

/// The value of a hexadecimal digit.
pub fn hex_digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        b'A'..=b'F' => Some(letter - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::has;

    #[test]
    fn finds_what_is_there() {
        for (text, part, is_there) in
            [("abc", "abc", true), ("abc", "bc", true), ("abc", "abcd", false), ("abc", "ac", false), ("", "a", false)]
        {
            assert_eq!(has(text, part), is_there, "{text} {part}");
        }
    }
}
