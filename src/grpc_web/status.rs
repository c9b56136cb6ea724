//! The status of a call, as headers or trailers carry it.

use super::Code;
use super::metadata::next_part;
use crate::base64::decode;
use crate::redact::Secrets;
use crate::text::{header, number, percent_decoded};

/// So much is shown of a status that is none.
const ODD_CHARS: usize = 40;

/// What the server said about the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub code: Code,
    /// What stands in the place of a code, if it is none.
    pub odd: Option<String>,
    /// The server's words.
    pub message: String,
    /// `google.rpc.Status`, undecoded.
    pub details: Option<Vec<u8>>,
}

impl Status {
    /// `None` without a `grpc-status`.
    pub(super) fn find(pairs: &[(String, String)]) -> Option<Self> {
        let raw = joined(pairs, "grpc-status")?;
        let message = percent_decoded(header(pairs, "grpc-message").unwrap_or_default());
        let details = joined(pairs, "grpc-status-details-bin").and_then(|list| first_decoded(&list));
        let (code, odd) = match parse_code(&raw) {
            Some(code) => (code, None),
            None => (Code::Unknown, Some(raw)),
        };
        Some(Self { code, odd, message, details })
    }

    /// The server's words without what is secret. Where it has none, ours about a status that is no code.
    pub(super) fn words(&self, secrets: &Secrets) -> String {
        let message = secrets.cut(&self.message);
        match &self.odd {
            Some(odd) if message.is_empty() => {
                let odd = secrets.cut_to(odd, ODD_CHARS);
                ["the server sent a grpc-status that is no gRPC code: \"", &odd, "\""].concat()
            }
            _ => message,
        }
    }
}

/// Whether there is a status that is no code.
pub(super) fn is_odd(pairs: &[(String, String)]) -> bool {
    joined(pairs, "grpc-status").is_some_and(|raw| parse_code(&raw).is_none())
}

/// All values called `name`, joined as fetch joins them, so that headers and trailers are read alike.
fn joined(pairs: &[(String, String)], name: &str) -> Option<String> {
    let mut all: Option<String> = None;
    for (candidate, value) in pairs {
        if !candidate.eq_ignore_ascii_case(name) {
            continue;
        }
        match &mut all {
            Some(all) => {
                all.push_str(", ");
                all.push_str(value);
            }
            None => all = Some(value.clone()),
        }
    }
    all
}

/// The first part of the list that is base64.
fn first_decoded(list: &str) -> Option<Vec<u8>> {
    let mut rest = Some(list);
    while let Some(part) = next_part(&mut rest) {
        let bytes = decode(part);
        if bytes.is_some() {
            return bytes;
        }
    }
    None
}

/// A status may be repeated if it always says the same.
fn parse_code(raw: &str) -> Option<Code> {
    let mut rest = Some(raw);
    let mut found = None;
    while let Some(part) = next_part(&mut rest) {
        let code = Code::from_number(number(part.as_bytes())? as u32)?;
        if found.is_some_and(|found| found != code) {
            return None;
        }
        found = Some(code);
    }
    found
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::{Code, Secrets, Status};
    use proptest::prelude::*;

    fn find(pairs: &[(&str, &str)]) -> Option<Status> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Status::find(&pairs)
    }

    fn code(raw: &str) -> Code {
        find(&[("grpc-status", raw)]).unwrap().code
    }

    #[test]
    fn needs_a_status() {
        assert_eq!(find(&[]), None);
        assert_eq!(find(&[("grpc-message", "error")]), None);
    }

    #[test]
    fn reads_every_code() {
        for expected in Code::ALL {
            assert_eq!(code(&expected.number().to_string()), expected);
        }
        assert_eq!(code("007"), Code::PermissionDenied);
        assert_eq!(code("9, 9"), Code::FailedPrecondition);
    }

    #[test]
    fn a_status_that_is_none_is_unknown_and_says_so() {
        for raw in ["", "17", "-1", "+5", "abc", "5x", "0, 13", "0,", "99999999999999999999"] {
            let status = find(&[("grpc-status", raw), ("grpc-message", "said%20this")]).unwrap();
            assert_eq!(status.code, Code::Unknown, "{raw}");
            assert_eq!(status.words(&Secrets::default()), "said this", "the server's message alone is the message");
            let silent = find(&[("grpc-status", raw)]).unwrap();
            let words = silent.words(&Secrets::default());
            assert!(words.contains(&format!("\"{raw}\"")), "{words}");
        }
        let repeated = find(&[("grpc-status", "0"), ("grpc-status", "13")]).unwrap();
        assert_eq!(repeated.code, Code::Unknown);
    }

    #[test]
    fn decodes_the_message_leniently() {
        for (raw, expected) in [
            ("plain", "plain"),
            ("%C3%A5 %e2%98%83", "\u{e5} \u{2603}"),
            ("100% %zz %4", "100% %zz %4"),
            ("%ff%41", "\u{fffd}A"),
            ("", ""),
        ] {
            let status = find(&[("grpc-status", "5"), ("grpc-message", raw)]).unwrap();
            assert_eq!((status.code, status.message.as_str()), (Code::NotFound, expected));
        }
    }

    #[test]
    fn details_are_kept_padded_or_not_and_dropped_when_bad() {
        for (raw, expected) in [
            ("CAUSAWE", Some(b"\x08\x05\x12\x01a".to_vec())),
            ("CAUSAWE=", Some(b"\x08\x05\x12\x01a".to_vec())),
            ("!!, CAU", Some(b"\x08\x05".to_vec())),
            ("not base64!", None),
        ] {
            let status = find(&[("grpc-status", "5"), ("grpc-status-details-bin", raw)]).unwrap();
            assert_eq!((status.code, status.details), (Code::NotFound, expected), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(raw in ".{0,30}", message in ".{0,60}", details in ".{0,60}") {
            let status = find(&[("grpc-status", &raw), ("grpc-message", &message), ("grpc-status-details-bin", &details)]);
            prop_assert!(status.is_some());
        }
    }
}
