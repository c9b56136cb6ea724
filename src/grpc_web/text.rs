//! The base64 of `application/grpc-web-text`, decoded as it comes.
//!
//! A server encodes each flush by itself, so padding may stand in the middle of a body, and a chunk may end
//! anywhere. A ready-made decoder wants whole pieces.

/// Not base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotBase64;

/// Holds at most three characters between two chunks.
#[derive(Debug, Default)]
pub(super) struct TextDecoder {
    /// The bits of the characters seen of the present group of four.
    bits: u32,
    /// How many characters that is, padding not counted.
    characters: u8,
    /// How much padding has been seen after them.
    padding: u8,
}

impl TextDecoder {
    /// Appends the bytes that `chunk` completes to `out`.
    pub(super) fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), NotBase64> {
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
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), NotBase64> {
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
        let missing = 4 - u32::from(self.characters);
        let [_, bytes @ ..] = (self.bits << (6 * missing)).to_be_bytes();
        out.extend(bytes.iter().take(3 - missing as usize));
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
    use super::{NotBase64, TextDecoder};
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    use proptest::prelude::*;

    fn decode(chunks: &[&[u8]]) -> Result<Vec<u8>, NotBase64> {
        let mut decoder = TextDecoder::default();
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
        let mut decoder = TextDecoder::default();
        let mut out = Vec::new();
        assert_eq!(decoder.push(b"Zm9vYg", &mut out), Ok(()));
        assert_eq!(out, b"foo");
        assert_eq!(decoder.push(b"=", &mut out), Ok(()));
        assert_eq!(out, b"foo");
        assert_eq!(decoder.push(b"=", &mut out), Ok(()));
        assert_eq!(out, b"foob");
    }

    #[test]
    fn refuses_what_is_not_base64() {
        for bad in ["Zm9v!", "=", "A=", "A===", "Zg=v", "Zg===", "Zm-_", "Z", "Zm9vY", "Zm9v\n"] {
            assert_eq!(decode(&[bad.as_bytes()]), Err(NotBase64), "{bad}");
        }
    }

    proptest! {
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
            let mut decoder = TextDecoder::default();
            if decoder.push(&bytes, &mut out).is_ok() && decoder.finish(&mut out).is_ok() {
                prop_assert!(out.len() <= bytes.len());
            }
        }
    }
}
