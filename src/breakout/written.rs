//! The characters that people type or paste into a field: which of them nobody sees, and what an error message calls
//! them. A message must name what it means, because the reader can't see an invisible mark.

use std::borrow::Cow;

/// Why a text is refused: a stable code, and the words for the person who typed it.
pub type Refusal = (&'static str, Cow<'static, str>);

/// Refuses a text.
pub fn refuse<T>(code: &'static str, message: impl Into<Cow<'static, str>>) -> Result<T, Refusal> {
    Err((code, message.into()))
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
    text.chars().all(|letter| letter.is_whitespace() || is_invisible(letter))
}

/// A character for a message: itself if it can be seen, and its number in Unicode if it is not on every keyboard.
pub fn named(letter: char) -> String {
    if letter.is_ascii_graphic() {
        return ["`", &letter.to_string(), "`"].concat();
    }
    let number = number(letter);
    if let Some(kind) = kind(letter) {
        return [&number, ", ", kind].concat();
    }
    ["`", &letter.to_string(), "` (", &number, ")"].concat()
}

/// `U+200E`. Not by `format!`, which weighs more than the rest of this file.
fn number(letter: char) -> String {
    let code = u32::from(letter);
    let mut text = "U+".to_owned();
    for place in (0..6).rev().skip_while(|place| *place >= 4 && code >> (4 * place) == 0) {
        text.push(char::from_digit((code >> (4 * place)) & 0xf, 16).unwrap_or('0').to_ascii_uppercase());
    }
    text
}

/// What a character that can't be shown is.
fn kind(letter: char) -> Option<&'static str> {
    let kind = match letter {
        '\u{ad}' => "an invisible soft hyphen",
        '\u{61c}' => "an invisible Arabic letter mark",
        '\u{200b}' => "an invisible zero-width space",
        '\u{200c}' => "an invisible zero-width non-joiner",
        '\u{200d}' => "an invisible zero-width joiner",
        '\u{200e}' => "an invisible left-to-right mark",
        '\u{200f}' => "an invisible right-to-left mark",
        '\u{202a}' => "an invisible left-to-right embedding",
        '\u{202b}' => "an invisible right-to-left embedding",
        '\u{202c}' => "an invisible end of directional formatting",
        '\u{202d}' => "an invisible left-to-right override",
        '\u{202e}' => "an invisible right-to-left override",
        '\u{2060}' => "an invisible word joiner",
        '\u{2066}' => "an invisible left-to-right isolate",
        '\u{2067}' => "an invisible right-to-left isolate",
        '\u{2068}' => "an invisible first strong isolate",
        '\u{2069}' => "an invisible end of a directional isolate",
        '\u{feff}' => "an invisible byte order mark",
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
    Some(kind)
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
