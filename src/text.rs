//! Looking for words in texts.

/// Whether `text` has `part` in it. The standard library's search for a string weighs 4 KB in the wasm.
pub fn has(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len().max(1)).any(|window| window == part.as_bytes())
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
