//! The block of trailers at the end of a body: lines as HTTP/1.1 writes them.

use crate::text::{all, lossy, place};

/// The lines, names in lower case, in order, repeats kept. What is not `name: value` is skipped: a proxy's quirk
/// must not cost the status.
pub(super) fn parse(block: &[u8]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = block;
    loop {
        let end = place(rest, b'\n').unwrap_or(rest.len());
        let (line, behind) = rest.split_at_checked(end).unwrap_or_default();
        if let Some(pair) = parse_line(line) {
            pairs.push(pair);
        }
        match behind {
            [_, behind @ ..] => rest = behind,
            [] => return pairs,
        }
    }
}

fn parse_line(line: &[u8]) -> Option<(String, String)> {
    let colon = place(line, b':')?;
    let name = line.get(..colon)?.trim_ascii();
    if name.is_empty() || !all(name, is_name_byte) {
        return None;
    }
    Some((lossy(name).to_ascii_lowercase(), lossy(line.get(colon + 1..)?.trim_ascii())))
}

/// The characters of an HTTP token.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || place(b"!#$%&'*+-.^_`|~", byte).is_some()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::parse;
    use proptest::prelude::*;

    fn lines(block: &str) -> Vec<(String, String)> {
        parse(block.as_bytes())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn takes_both_line_ends_with_or_without_a_last_one() {
        let expected = vec![pair("grpc-status", "0"), pair("x-a", "1")];
        for block in [
            "grpc-status: 0\r\nx-a: 1\r\n",
            "grpc-status: 0\r\nx-a: 1",
            "grpc-status:0\nx-a:1\n",
            "grpc-status: 0\nx-a: 1\r\n\r\n",
            "\r\nGRPC-Status \t: \t0 \t\r\n\r\nX-A:  1  \r\n\r\n",
        ] {
            assert_eq!(lines(block), expected, "{block:?}");
        }
    }

    #[test]
    fn keeps_repeats_in_order_and_colons_in_values() {
        let expected = vec![pair("x", "1"), pair("y", "a:b"), pair("x", "2"), pair("z", "")];
        assert_eq!(lines("x: 1\r\ny: a:b\r\nX: 2\r\nz:\r\n"), expected);
    }

    #[test]
    fn skips_lines_that_are_none() {
        assert_eq!(
            lines("nonsense\r\n: no name\r\nbad name: 1\r\nn\u{e9}: 1\r\ngrpc-status: 5"),
            [pair("grpc-status", "5")]
        );
        assert_eq!(parse(b""), []);
        assert_eq!(parse(b"x: \xff\xfe"), [pair("x", "\u{fffd}\u{fffd}")]);
    }

    proptest! {
        #[test]
        fn never_panics(block in prop::collection::vec(any::<u8>(), 0..300)) {
            for (name, value) in parse(&block) {
                prop_assert!(!name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_uppercase()));
                prop_assert_eq!(value.trim_ascii(), value.as_str());
            }
        }

        #[test]
        fn finds_what_was_written(
            pairs in prop::collection::vec(("[a-z][a-z0-9_.-]{0,8}", "[!-~]([ -~]{0,8}[!-~])?"), 0..8),
            crlf in any::<bool>(),
        ) {
            let end = if crlf { "\r\n" } else { "\n" };
            let block: String = pairs.iter().map(|(name, value)| format!("{name}: {value}{end}")).collect();
            prop_assert_eq!(parse(block.as_bytes()), pairs);
        }
    }
}
