//! The characters that people type or paste into a field: which of them nobody sees, and what an error message calls
//! them. A message must name what it means, because the reader can't see an invisible mark.

use crate::text::split_first;

/// Why a text is refused: a stable code, and the words for the person who typed it.
pub type Refusal = (&'static str, String);

/// Refuses a text.
pub fn refuse<T>(code: &'static str, message: &str) -> Result<T, Refusal> {
    Err((code, message.to_owned()))
}

/// Refuses a text because of a letter that stands in it.
pub fn refuse_letter<T>(code: &'static str, before: &str, letter: char, behind: &str) -> Result<T, Refusal> {
    Err((code, [before, &named(letter), behind].concat()))
}

/// The first letter that is so.
pub fn find(text: &str, is_so: fn(char) -> bool) -> Option<char> {
    text.chars().find(|letter| is_so(*letter))
}

/// Whether a character takes no room on the screen. These are the characters that Unicode calls default ignorable
/// (DerivedCoreProperties.txt); pages, documents and mail programs paste them along with the text.
pub fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a field looks empty.
pub fn looks_empty(text: &str) -> bool {
    find(text, |letter| !letter.is_whitespace() && !is_invisible(letter)).is_none()
}

/// A character for a message: itself if it can be seen, and its number in Unicode if it is not on every keyboard.
pub fn named(letter: char) -> String {
    let mut number = "U+".to_owned();
    push_hex(&mut number, letter.into(), 4);
    if let Some(kind) = kind(letter) {
        return [&number, ", ", &kind].concat();
    }
    let mut text = "`".to_owned();
    text.push(letter);
    text.push('`');
    if letter.is_ascii() { text } else { [&text, " (", &number, ")"].concat() }
}

/// At least so many digits. Not by `format!`, which weighs more than the rest of this file.
fn push_hex(text: &mut String, number: u32, digits: u32) {
    if digits > 1 || number > 0xf {
        push_hex(text, number >> 4, digits.saturating_sub(1));
    }
    let digit = (number & 0xf) as u8;
    text.push(char::from(if digit < 10 { b'0' + digit } else { b'A' + digit - 10 }));
}

/// Marks that pages and documents paste along, each followed by its name.
const MARKS: &str = "\u{ad}soft hyphen/\u{61c}Arabic letter mark/\u{200b}zero-width space/\u{200c}zero-width non-joiner/\
    \u{200d}zero-width joiner/\u{200e}left-to-right mark/\u{200f}right-to-left mark/\u{202a}left-to-right embedding/\
    \u{202b}right-to-left embedding/\u{202c}end of directional formatting/\u{202d}left-to-right override/\
    \u{202e}right-to-left override/\u{2060}word joiner/\u{2066}left-to-right isolate/\u{2067}right-to-left isolate/\
    \u{2068}first strong isolate/\u{2069}end of a directional isolate/\u{feff}byte order mark";

/// What a character that can't be shown is.
fn kind(letter: char) -> Option<String> {
    let mut rest = Some(MARKS);
    while let Some(marks) = rest {
        let (mark, behind) = split_first(marks, b'/');
        if let Some(name) = mark.strip_prefix(letter) {
            return Some(["an invisible ", name].concat());
        }
        rest = behind;
    }
    let kind = match letter {
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "an invisible variation selector",
        ' ' => "a blank",
        '\u{9}' => "a tab",
        '\u{a}' | '\u{d}' | '\u{2028}' | '\u{2029}' => "a line break",
        '\u{a0}' | '\u{202f}' => "a no-break space",
        _ if is_invisible(letter) => "an invisible character",
        _ if letter.is_whitespace() => "a kind of blank",
        _ if letter.is_control() => "a control character",
        _ => return None,
    };
    Some(kind.to_owned())
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn characters_are_named_so_that_they_can_be_found() {
        for (letter, name) in [
            ('x', "`x`"),
            ('ü', "`ü` (U+00FC)"),
            ('\u{200e}', "U+200E, an invisible left-to-right mark"),
            ('\u{feff}', "U+FEFF, an invisible byte order mark"),
            ('\u{e0067}', "U+E0067, an invisible character"),
            ('\u{10ffff}', "`\u{10ffff}` (U+10FFFF)"),
            ('\u{3000}', "U+3000, a kind of blank"),
            ('\u{7}', "U+0007, a control character"),
        ] {
            assert_eq!(named(letter), name);
        }
    }
}
