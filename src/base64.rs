//! Base64 (RFC 4648, section 4), decoded: a body of `application/grpc-web-text` as it comes, and whole header values.
//!
//! A server encodes each flush by itself, so padding may stand in the middle of a body, and a chunk may end anywhere. A
//! ready-made decoder wants whole pieces, and weighs more than this file.

use crate::text::{place, without_end};

/// Not base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotBase64;

/// The bytes of a header's value, with padding or without; `None` when the value is not base64.
pub(crate) fn decode(value: &str) -> Option<Vec<u8>> {
    let data = without_end(value, '=');
    let padding = value.len() - data.len();
    // Padding only ends a value: two values in one are none.
    if padding > 2 || (padding > 0 && data.len() % 4 < 2) || place(data.as_bytes(), b'=').is_some() {
        return None;
    }
    let (mut decoder, mut bytes) = (Decoder::default(), Vec::with_capacity(data.len()));
    decoder.push(data.as_bytes(), &mut bytes).ok()?;
    decoder.finish(&mut bytes).ok()?;
    Some(bytes)
}

/// The bytes of a text in base64 for URLs, without padding (section 5), as tokens are made of it.
#[cfg(feature = "session")]
pub(crate) fn decode_url(text: &str) -> Option<Vec<u8>> {
    let mut standard = String::with_capacity(text.len());
    for letter in text.chars() {
        standard.push(match letter {
            '-' => '+',
            '_' => '/',
            '+' | '/' | '=' => return None,
            letter => letter,
        });
    }
    let bytes = decode(&standard)?;
    // Bits that are left over must be zero: one signature has one form.
    (encode_url(&bytes) == text).then_some(bytes)
}

/// The same, written.
#[cfg(feature = "session")]
pub(crate) fn encode_url(bytes: &[u8]) -> String {
    use base64::Engine;
    // PKCE brings it along.
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Holds at most three characters between two chunks.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// The bits of the characters seen of the present group of four.
    bits: u32,
    /// How many characters that is, padding not counted.
    characters: u8,
    /// How much padding has been seen after them.
    padding: u8,
}

impl Decoder {
    /// Appends the bytes that `chunk` completes to `out`.
    pub(crate) fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), NotBase64> {
        for &character in chunk {
            match sextet(character) {
                Some(_) if self.padding > 0 => return Err(NotBase64),
                Some(value) => {
                    self.bits = self.bits << 6 | value;
                    self.characters += 1;
                }
                None if character == b'=' && self.characters >= 2 => self.padding += 1,
                None => return Err(NotBase64),
            }
            if self.characters + self.padding == 4 {
                self.flush(out);
            }
        }
        Ok(())
    }

    /// At the end of the body: a last group may lack its padding, but one character alone is no byte.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), NotBase64> {
        match self.characters {
            0 => Ok(()),
            1 => Err(NotBase64),
            _ => {
                self.flush(out);
                Ok(())
            }
        }
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        // Four characters are three bytes, three are two, two are one.
        let mut rest = self.bits << (6 * (4 - u32::from(self.characters)));
        for _ in 1..self.characters {
            out.push((rest >> 16) as u8);
            rest <<= 8;
        }
        *self = Self::default();
    }
}

/// The standard alphabet only: the URL one is not allowed here.
fn sextet(character: u8) -> Option<u32> {
    let value = match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    #[cfg(feature = "session")]
    use super::decode_url;
    use super::{Decoder, NotBase64, decode as decode_value};
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    use proptest::prelude::*;

    fn decode(chunks: &[&[u8]]) -> Result<Vec<u8>, NotBase64> {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        for chunk in chunks {
            decoder.push(chunk, &mut out)?;
        }
        decoder.finish(&mut out)?;
        Ok(out)
    }

    #[test]
    fn decodes_padding_in_the_middle_and_a_missing_one_at_the_end() {
        assert_eq!(decode(&[b"Zm9v", b"YmE=", b"Yg==", b"Zm9vYg"]), Ok(b"foobabfoob".to_vec()));
        assert_eq!(decode(&[b"YW", b"E", b"=Yg=", b"="]), Ok(b"aab".to_vec()));
        assert_eq!(decode(&[]), Ok(Vec::new()));
    }

    #[test]
    fn hands_out_bytes_as_soon_as_a_group_is_whole() {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        assert_eq!(decoder.push(b"Zm9vYg", &mut out), Ok(()));
        assert_eq!(out, b"foo");
        assert_eq!(decoder.push(b"=", &mut out), Ok(()));
        assert_eq!(out, b"foo");
        assert_eq!(decoder.push(b"=", &mut out), Ok(()));
        assert_eq!(out, b"foob");
    }

    #[test]
    fn a_value_may_lack_its_padding_but_not_go_on_behind_it() {
        for (value, expected) in
            [("", Some(&b""[..])), ("YQ", Some(b"a")), ("YQ==", Some(b"a")), ("YQ=", Some(b"a")), ("YR", Some(b"a"))]
        {
            assert_eq!(decode_value(value).as_deref(), expected, "{value}");
        }
        for value in ["YQ==YQ==", "YQ===", "=", "Y", "Y Q", "YQ\n", "-_-_", "YQ=Q"] {
            assert_eq!(decode_value(value), None, "{value}");
        }
    }

    #[test]
    fn refuses_what_is_not_base64() {
        for bad in ["Zm9v!", "=", "A=", "A===", "Zg=v", "Zg===", "Zm-_", "Z", "Zm9vY", "Zm9v\n"] {
            assert_eq!(decode(&[bad.as_bytes()]), Err(NotBase64), "{bad}");
        }
    }

    #[cfg(feature = "session")]
    #[test]
    fn base64_for_urls_has_one_form() {
        assert_eq!(decode_url("-_8"), Some(vec![0xfb, 0xff]));
        for other in ["-_9", "-_8=", "+/8", "-", "-_8\n", "é"] {
            assert_eq!(decode_url(other), None, "{other}");
        }
    }

    proptest! {
        #[cfg(feature = "session")]
        #[test]
        fn base64_for_urls_agrees_with_another_decoder(text in "[A-Za-z0-9_=+/-]{0,12}") {
            prop_assert_eq!(decode_url(&text), base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&text).ok());
        }

        #[test]
        fn any_cutting_gives_what_was_encoded(
            flushes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6),
            cut in 1_usize..9,
        ) {
            let text: String = flushes.iter().map(|flush| STANDARD.encode(flush)).collect();
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(cut).collect();
            prop_assert_eq!(decode(&chunks), Ok(flushes.concat()));
        }

        #[test]
        fn agrees_with_a_whole_decoder_without_padding(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let text = STANDARD_NO_PAD.encode(&bytes);
            prop_assert_eq!(decode(&[text.as_bytes()]), Ok(bytes));
        }

        #[test]
        fn never_panics_nor_grows(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut out = Vec::new();
            let mut decoder = Decoder::default();
            if decoder.push(&bytes, &mut out).is_ok() && decoder.finish(&mut out).is_ok() {
                prop_assert!(out.len() <= bytes.len());
            }
        }
    }
}
