//! `google.rpc.Status`, which servers put into `grpc-status-details-bin`: what more there is to say about an error.
//!
//! Its messages are few and flat, so they are read field by field: derived for them, prost's messages weigh 3.8 KB (gzip).

use crate::redact::Secrets;
use crate::text::split_once;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// One detail of an error.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// When to try again.
    RetryInfo {
        /// Not negative.
        retry_delay_ms: f64,
    },
    /// Why, for programs.
    ErrorInfo {
        /// A constant of `domain`.
        reason: String,
        /// Who defined it.
        domain: String,
        /// More about it.
        metadata: Vec<(String, String)>,
    },
    /// What is wrong with the request.
    BadRequest {
        /// Field and what is wrong with it.
        violations: Vec<(String, String)>,
    },
    /// Any other, or one of the above that is damaged.
    Other {
        /// The message's full name.
        type_name: String,
        /// Encoded.
        value: Vec<u8>,
    },
}

/// The details in a `google.rpc.Status`, without what is secret; none when it can't be decoded. A `DebugInfo` is left out: it
/// is the server's stack trace, and meant for nobody here.
pub(super) fn decode(status: &[u8], secrets: &Secrets) -> Vec<Detail> {
    let mut details = Vec::new();
    for field in &fields(status).unwrap_or_default() {
        if field.tag == 3
            && let Some(detail) = any(field.bytes, secrets)
        {
            details.push(detail);
        }
    }
    details
}

/// One `google.protobuf.Any`. Of one whose form is not known nothing is left if it has a secret in it.
fn any(bytes: &[u8], secrets: &Secrets) -> Option<Detail> {
    let fields = fields(bytes)?;
    let mut type_name = text(&fields, 1)?;
    while let Some((_, behind)) = split_once(type_name, b'/') {
        type_name = behind;
    }
    let value = last(&fields, 2).bytes;
    let known = match type_name {
        "google.rpc.DebugInfo" => return None,
        "google.rpc.RetryInfo" => retry_info(value),
        "google.rpc.ErrorInfo" => error_info(value, secrets),
        "google.rpc.BadRequest" => pairs(value, 1, secrets).map(|violations| Detail::BadRequest { violations }),
        _ => None,
    };
    if known.is_some() || secrets.is_in(value) {
        return known;
    }
    Some(Detail::Other { type_name: secrets.cut(type_name), value: value.to_vec() })
}

fn retry_info(value: &[u8]) -> Option<Detail> {
    let delay = fields(last(&fields(value)?, 1).bytes)?;
    // Both are signed; negative ones are their two's complement in 64 bits.
    let (seconds, nanos) = (last(&delay, 1).number as i64 as f64, last(&delay, 2).number as i64 as f64);
    Some(Detail::RetryInfo { retry_delay_ms: (seconds * 1_000.0 + nanos / 1e6).max(0.0) })
}

fn error_info(value: &[u8], secrets: &Secrets) -> Option<Detail> {
    let (reason, domain) = pair(value, secrets)?;
    Some(Detail::ErrorInfo { reason, domain, metadata: pairs(value, 3, secrets)? })
}

/// The messages of field `tag` with two strings each: a map's entries, a `FieldViolation`.
fn pairs(value: &[u8], tag: u32, secrets: &Secrets) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for field in &fields(value)? {
        if field.tag == tag {
            pairs.push(pair(field.bytes, secrets)?);
        }
    }
    Some(pairs)
}

/// The first two fields, which are strings.
fn pair(value: &[u8], secrets: &Secrets) -> Option<(String, String)> {
    let fields = fields(value)?;
    Some((secrets.cut(text(&fields, 1)?), secrets.cut(text(&fields, 2)?)))
}

/// One field of a message: `number` of a varint, `bytes` of what has a length.
#[derive(Clone, Copy, Default)]
struct Field<'a> {
    tag: u32,
    number: u64,
    bytes: &'a [u8],
}

/// All fields of a message; `None` when it is none.
fn fields(message: &[u8]) -> Option<Vec<Field<'_>>> {
    let mut rest = message;
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let (tag, wire_type) = decode_key(&mut rest).ok()?;
        let mut field = Field { tag, ..Field::default() };
        match wire_type {
            WireType::Varint => field.number = decode_varint(&mut rest).ok()?,
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut rest).ok()?).ok()?;
                (field.bytes, rest) = rest.split_at_checked(length)?;
            }
            other => skip_field(other, tag, &mut rest, DecodeContext::default()).ok()?,
        }
        fields.push(field);
    }
    Some(fields)
}

/// Of a field that is there more than once, the last one counts; one that is not there is empty.
fn last<'a>(fields: &[Field<'a>], tag: u32) -> Field<'a> {
    let mut last = Field::default();
    for field in fields {
        if field.tag == tag {
            last = *field;
        }
    }
    last
}

/// A string; empty when it is not there, `None` when it is none.
fn text<'a>(fields: &[Field<'a>], tag: u32) -> Option<&'a str> {
    std::str::from_utf8(last(fields, tag).bytes).ok()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
pub(super) mod tests {
    use super::{Detail, Secrets};
    use proptest::prelude::*;
    use prost::Message;
    use prost_types::{Any, Duration};

    fn decode(status: &[u8]) -> Vec<Detail> {
        super::decode(status, &Secrets::default())
    }

    // As prost would have them: what is read by hand is written by it.
    #[derive(Clone, PartialEq, Message)]
    struct Status {
        #[prost(int32, tag = "1")]
        code: i32,
        #[prost(string, tag = "2")]
        message: String,
        #[prost(message, repeated, tag = "3")]
        details: Vec<Any>,
    }

    #[derive(Clone, PartialEq, Message)]
    struct RetryInfo {
        #[prost(message, optional, tag = "1")]
        retry_delay: Option<Duration>,
    }

    #[derive(Clone, PartialEq, Message)]
    struct ErrorInfo {
        #[prost(string, tag = "1")]
        reason: String,
        #[prost(string, tag = "2")]
        domain: String,
        #[prost(map = "string, string", tag = "3")]
        metadata: std::collections::HashMap<String, String>,
    }

    /// A `google.rpc.Status` with these details, encoded.
    pub fn status(details: &[(&str, &[u8])]) -> Vec<u8> {
        let any = |(name, value): &(&str, &[u8])| Any {
            type_url: format!("type.googleapis.com/{name}"),
            value: value.to_vec(),
        };
        Status { code: 14, message: "m".to_owned(), details: details.iter().map(any).collect() }.encode_to_vec()
    }

    /// A status with only a RetryInfo.
    pub fn retry_info(seconds: i64, nanos: i32) -> Vec<u8> {
        let info = RetryInfo { retry_delay: Some(Duration { seconds, nanos }) };
        status(&[("google.rpc.RetryInfo", &info.encode_to_vec())])
    }

    #[test]
    fn reads_what_it_knows_and_hands_on_the_rest() {
        let retry = [0x0a, 0x06, 0x08, 0x02, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01];
        let bytes = status(&[
            ("google.rpc.RetryInfo", &retry[..2]),
            ("google.rpc.ErrorInfo", b"\x0a\x05QUOTA\x12\x0bexample.com\x1a\x06\x0a\x01k\x12\x01v"),
            ("google.rpc.BadRequest", b"\x0a\x0e\x0a\x07sip_uri\x12\x03bad"),
            ("google.rpc.DebugInfo", b"\x12\x05stack"),
            ("google.rpc.Help", b"abc"),
        ]);
        assert_eq!(
            decode(&bytes),
            [
                Detail::Other { type_name: "google.rpc.RetryInfo".to_owned(), value: retry[..2].to_vec() },
                Detail::ErrorInfo {
                    reason: "QUOTA".to_owned(),
                    domain: "example.com".to_owned(),
                    metadata: vec![("k".to_owned(), "v".to_owned())],
                },
                Detail::BadRequest { violations: vec![("sip_uri".to_owned(), "bad".to_owned())] },
                Detail::Other { type_name: "google.rpc.Help".to_owned(), value: b"abc".to_vec() },
            ]
        );
    }

    #[test]
    fn a_delay_is_milliseconds_and_never_negative() {
        for (seconds, nanos, expected) in
            [(2, 500_000_000, 2_500.0), (0, 0, 0.0), (-3, 0, 0.0), (i64::MAX, 0, i64::MAX as f64 * 1_000.0)]
        {
            assert_eq!(decode(&retry_info(seconds, nanos)), [Detail::RetryInfo { retry_delay_ms: expected }]);
        }
        let empty = status(&[("google.rpc.RetryInfo", b"")]);
        assert_eq!(decode(&empty), [Detail::RetryInfo { retry_delay_ms: 0.0 }]);
    }

    #[test]
    fn nothing_comes_of_what_is_no_status() {
        assert_eq!(decode(b""), []);
        assert_eq!(decode(b"\xff\xff\xff"), []);
    }

    proptest! {
        #[test]
        fn reads_what_prost_writes(reason in ".{0,9}", domain in ".{0,9}", entries in prop::collection::hash_map(".{0,5}", ".{0,5}", 0..4), seconds in 0..i64::MAX, nanos in 0..1_000_000_000) {
            let info = ErrorInfo { reason: reason.clone(), domain: domain.clone(), metadata: entries.clone() };
            let found = decode(&status(&[("google.rpc.ErrorInfo", &info.encode_to_vec())]));
            let Some(Detail::ErrorInfo { reason: read, domain: from, metadata }) = found.into_iter().next() else {
                return Err(TestCaseError::fail("no ErrorInfo"));
            };
            prop_assert_eq!((read, from), (reason, domain));
            prop_assert_eq!(metadata.into_iter().collect::<std::collections::HashMap<_, _>>(), entries);
            let expected = seconds as f64 * 1_000.0 + f64::from(nanos) / 1e6;
            prop_assert_eq!(decode(&retry_info(seconds, nanos)), [Detail::RetryInfo { retry_delay_ms: expected }]);
        }

        #[test]
        fn any_bytes_decode_or_not(bytes: Vec<u8>, value: Vec<u8>) {
            decode(&bytes);
            for name in ["google.rpc.RetryInfo", "google.rpc.ErrorInfo", "google.rpc.BadRequest", "x"] {
                prop_assert_eq!(decode(&status(&[(name, &value)])).len(), 1, "{}", name);
            }
        }
    }
}
