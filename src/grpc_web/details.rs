//! `google.rpc.Status`, which servers put into `grpc-status-details-bin`: what more there is to say about an error.
//!
//! Its messages are few and flat, so they are read field by field: derived for them, prost's messages weigh 3.8 KB (gzip).

use crate::redact::Secrets;
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

impl Detail {
    /// The same without what is secret; nothing of one whose form is not known.
    pub(super) fn without(self, secrets: &Secrets) -> Option<Self> {
        let cut = |text: String| secrets.cut(&text);
        let cut_both = |(one, other): (String, String)| (secrets.cut(&one), secrets.cut(&other));
        match self {
            Self::RetryInfo { .. } => Some(self),
            Self::ErrorInfo { reason, domain, metadata } => Some(Self::ErrorInfo {
                reason: cut(reason),
                domain: cut(domain),
                metadata: metadata.into_iter().map(cut_both).collect(),
            }),
            Self::BadRequest { violations } => {
                Some(Self::BadRequest { violations: violations.into_iter().map(cut_both).collect() })
            }
            Self::Other { type_name, value } => {
                (!secrets.is_in(&value)).then(|| Self::Other { type_name: cut(type_name), value })
            }
        }
    }
}

/// The details in a `google.rpc.Status`; none when it can't be decoded. A `DebugInfo` is left out: it is the server's
/// stack trace, and meant for nobody here.
pub(super) fn decode(status: &[u8]) -> Vec<Detail> {
    let Some(fields) = fields(status) else { return Vec::new() };
    fields.iter().filter(|field| field.tag == 3).filter_map(|field| any(field.bytes)).collect()
}

/// One `google.protobuf.Any`.
fn any(bytes: &[u8]) -> Option<Detail> {
    let fields = fields(bytes)?;
    let type_name = text(&fields, 1)?.rsplit('/').next()?.to_owned();
    let value = last(&fields, 2).map_or(&[][..], |field| field.bytes);
    let known = match type_name.as_str() {
        "google.rpc.DebugInfo" => return None,
        "google.rpc.RetryInfo" => retry_info(value),
        "google.rpc.ErrorInfo" => error_info(value),
        "google.rpc.BadRequest" => pairs(value, 1).map(|violations| Detail::BadRequest { violations }),
        _ => None,
    };
    Some(known.unwrap_or_else(|| Detail::Other { type_name, value: value.to_vec() }))
}

fn retry_info(value: &[u8]) -> Option<Detail> {
    let outer = fields(value)?;
    let delay = fields(last(&outer, 1).map_or(&[][..], |field| field.bytes))?;
    // Both are signed; negative ones are their two's complement in 64 bits.
    let number = |tag| last(&delay, tag).map_or(0, |field| field.number) as i64 as f64;
    Some(Detail::RetryInfo { retry_delay_ms: (number(1) * 1_000.0 + number(2) / 1e6).max(0.0) })
}

fn error_info(value: &[u8]) -> Option<Detail> {
    let fields = fields(value)?;
    let (reason, domain) = (text(&fields, 1)?, text(&fields, 2)?);
    Some(Detail::ErrorInfo { reason: reason.to_owned(), domain: domain.to_owned(), metadata: pairs(value, 3)? })
}

/// The messages of field `tag` with two strings each: a map's entries, a `FieldViolation`.
fn pairs(value: &[u8], tag: u32) -> Option<Vec<(String, String)>> {
    let pair = |field: &Field<'_>| {
        let fields = fields(field.bytes)?;
        Some((text(&fields, 1)?.to_owned(), text(&fields, 2)?.to_owned()))
    };
    fields(value)?.iter().filter(|field| field.tag == tag).map(pair).collect()
}

/// One field of a message: `number` of a varint, `bytes` of what has a length.
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
        let mut field = Field { tag, number: 0, bytes: &[] };
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

/// Of a field that is there more than once, the last one counts.
fn last<'f, 'a>(fields: &'f [Field<'a>], tag: u32) -> Option<&'f Field<'a>> {
    fields.iter().rev().find(|field| field.tag == tag)
}

/// A string; empty when it is not there, `None` when it is none.
fn text<'a>(fields: &[Field<'a>], tag: u32) -> Option<&'a str> {
    std::str::from_utf8(last(fields, tag).map_or(&[][..], |field| field.bytes)).ok()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
pub(super) mod tests {
    use super::{Detail, decode};
    use proptest::prelude::*;
    use prost::Message;
    use prost_types::{Any, Duration};

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
