//! Phone numbers and prefixes.

use super::written::{Refusal, find, is_invisible, looks_empty, refuse, refuse_letter};
use crate::text::{all, split_once};
use std::str::Chars;

/// A subscriber's phone number in the form the core wants: plus, country code, digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Msisdn(String);

/// Fewest and most digits. The core's numbers may be longer than E.164's 15; the bounds are this product's.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=32;

/// A country code has one to three digits. A bracket behind it has the digits that some callers leave out.
const LONGEST_COUNTRY_CODE: usize = 3;

impl Msisdn {
    /// Drops what people write or paste around the digits (blanks, dashes, dots, slashes, brackets, invisible marks,
    /// `tel:`), then wants a plus, a first digit from 1 to 9 and 4 to 32 digits in all. Otherwise the code and the words
    /// for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let bad = |message: &'static str| refuse("bad_number", message);
        if looks_empty(text) {
            return refuse("missing", "Enter the number, for example +4799900001.");
        }
        let text = kept(text, |letter| !is_invisible(letter));
        let text = without_scheme(&text);
        if find(text, |letter| matches!(letter, ';' | '?')).is_some() {
            let message = "Remove the parameters: `;` or `?` and all that follows. An extension can't be registered.";
            return refuse("has_parameters", message);
        }
        if has_trunk_zero(text) {
            let message = "Write the number as it is dialed from abroad, without the brackets: some countries leave out a 0 \
                           in brackets, as in +44 7700 900123 for +44 (0)7700 900123, and some keep it.";
            return refuse("zero_in_brackets", message);
        }
        let number = kept(text, |letter| !is_decoration(letter));
        let behind_plus = split_once(&number, b'+').map(|(_, behind)| behind);
        if behind_plus.is_some_and(|behind| split_once(behind, b'+').is_some()) {
            return bad("There is more than one plus. Give one number, for example +4799900001.");
        }
        if let Some(odd) = find(&number, |letter| letter != '+' && !letter.is_ascii_digit()) {
            let behind = ". After the plus come digits only, for example +4799900001.";
            return refuse_letter("bad_number", "This is no part of a number: ", odd, behind);
        }
        let Some(digits) = number.strip_prefix("+") else {
            return bad(if behind_plus.is_some() {
                "The plus comes first, before the country code, for example +4799900001."
            } else if number.starts_with("00") {
                "Begin with a plus instead of 00, for example +4799900001."
            } else {
                "Begin with a plus and the country code, for example +4799900001."
            });
        };
        if digits.starts_with("0") {
            return bad("A country code does not begin with 0: write for example +4799900001.");
        }
        if !DIGITS.contains(&digits.len()) {
            return bad("A number has 4 to 32 digits after the plus, for example +4799900001.");
        }
        Ok(Self(number))
    }

    /// As it goes to the core.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Full-width characters, which Asian keyboards type, and the digits of Arabic and Persian keyboards as ASCII. Their value
/// is certain. Digits of other scripts are refused by name.
fn plain(letter: char) -> char {
    let code = u32::from(letter);
    let ascii = match letter {
        '\u{ff01}'..='\u{ff5e}' => code - 0xfee0,
        '\u{660}'..='\u{669}' => code - 0x660 + u32::from('0'),
        '\u{6f0}'..='\u{6f9}' => code - 0x6f0 + u32::from('0'),
        '\u{fe62}' => u32::from('+'),
        _ => code,
    };
    char::from_u32(ascii).unwrap_or(letter)
}

/// Without `tel:` (RFC 3966), in any case.
fn without_scheme(text: &str) -> &str {
    match split_once(text, b':') {
        Some((scheme, rest)) if kept(scheme, |letter| !letter.is_whitespace()).eq_ignore_ascii_case("tel") => rest,
        _ => text,
    }
}

/// The letters that are so, as ASCII where they can be.
fn kept(text: &str, is_so: fn(char) -> bool) -> String {
    let mut kept = String::new();
    for letter in text.chars() {
        if is_so(letter) {
            kept.push(plain(letter));
        }
    }
    kept
}

/// Whether there is a zero in brackets, as in `+44 (0)7700 900123` or `+44 (020) 7946 0000`: Great Britain wants it left out
/// from abroad, Italy wants it kept. Behind more digits than a country code has, only a zero alone is meant.
fn has_trunk_zero(text: &str) -> bool {
    let mut before = 0;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        // With nothing before it the country code is missing, which is said elsewhere.
        let may_begin = before > 0 && matches!(letter, '(' | '[' | '{');
        if may_begin && begins_with_zero(letters.clone(), before > LONGEST_COUNTRY_CODE) {
            return true;
        }
        before += usize::from(letter.is_ascii_digit());
    }
    false
}

/// Whether the first digit in a bracket is a zero, and the only one if it is to be `alone`.
fn begins_with_zero(behind_bracket: Chars<'_>, alone: bool) -> bool {
    let mut has_zero = false;
    for letter in behind_bracket {
        match letter {
            ')' | ']' | '}' => break,
            '0' if !has_zero => has_zero = true,
            '0'..='9' if alone || !has_zero => return false,
            _ => {}
        }
    }
    has_zero
}

/// What people put between digits. Asian keyboards have a long sound mark and a middle dot where others have a dash and a
/// dot.
fn is_decoration(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '-' | '\u{2010}'
                ..='\u{2015}'
                    | '\u{2043}'
                    | '\u{2212}'
                    | '\u{30fc}'
                    | '\u{fe58}'
                    | '\u{fe63}'
                    | '\u{ff70}'
                    | '.'
                    | '\u{b7}'
                    | '\u{2027}'
                    | '\u{30fb}'
                    | '\u{ff65}'
                    | '/'
                    | '\u{2044}'
                    | '\u{2215}'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '{'
                    | '}'
        )
}

/// Digits that the core puts before the number, so that the PBX knows on whose behalf a call reached it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// The most digits (a bound of this product's).
    pub const MAX_DIGITS: usize = 15;

    /// 0 to 15 digits.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if all(text.as_bytes(), |byte| byte.is_ascii_digit()) && text.len() <= Self::MAX_DIGITS {
            return Ok(Self(text.to_owned()));
        }
        let message = "A prefix is 0 to 15 digits, for example 00.";
        match find(text, |letter| !letter.is_ascii_digit()) {
            Some(odd) => refuse_letter("bad_prefix", "Remove ", odd, &[". ", message].concat()),
            None => refuse("bad_prefix", message),
        }
    }

    /// As it goes to the core.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "number_tests.rs"]
mod tests;
