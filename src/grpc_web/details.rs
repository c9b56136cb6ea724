//! `google.rpc.Status`, which servers put into `grpc-status-details-bin`: what more there is to say about an error.

use prost::Message;
use prost_types::{Any, Duration};

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

#[derive(Clone, PartialEq, Message)]
struct Status {
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
    /// A map, as the wire has it.
    #[prost(message, repeated, tag = "3")]
    metadata: Vec<Pair>,
}

#[derive(Clone, PartialEq, Message)]
struct BadRequest {
    #[prost(message, repeated, tag = "1")]
    field_violations: Vec<Pair>,
}

/// An entry of `ErrorInfo.metadata`, or a `BadRequest.FieldViolation`: the same fields on the wire.
#[derive(Clone, PartialEq, Message)]
struct Pair {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

/// The details in a `google.rpc.Status`; none when it can't be decoded. A `DebugInfo` is left out: it is the server's
/// stack trace, and meant for nobody here.
pub(super) fn decode(status: &[u8]) -> Vec<Detail> {
    let details = Status::decode(status).map(|status| status.details).unwrap_or_default();
    details.into_iter().filter_map(detail).collect()
}

fn detail(Any { type_url, value }: Any) -> Option<Detail> {
    let type_name = type_url.rsplit('/').next().unwrap_or_default();
    let known = match type_name {
        "google.rpc.DebugInfo" => return None,
        "google.rpc.RetryInfo" => RetryInfo::decode(value.as_slice()).ok().map(|info| {
            let delay = info.retry_delay.unwrap_or_default();
            let ms = delay.seconds as f64 * 1_000.0 + f64::from(delay.nanos) / 1e6;
            Detail::RetryInfo { retry_delay_ms: ms.max(0.0) }
        }),
        "google.rpc.ErrorInfo" => ErrorInfo::decode(value.as_slice()).ok().map(|info| Detail::ErrorInfo {
            reason: info.reason,
            domain: info.domain,
            metadata: pairs(info.metadata),
        }),
        "google.rpc.BadRequest" => BadRequest::decode(value.as_slice())
            .ok()
            .map(|request| Detail::BadRequest { violations: pairs(request.field_violations) }),
        _ => None,
    };
    Some(known.unwrap_or_else(|| Detail::Other { type_name: type_name.to_owned(), value }))
}

fn pairs(pairs: Vec<Pair>) -> Vec<(String, String)> {
    pairs.into_iter().map(|pair| (pair.name, pair.value)).collect()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A `google.rpc.Status` with these details, encoded.
    pub fn status(details: &[(&str, &[u8])]) -> Vec<u8> {
        let any = |(name, value): &(&str, &[u8])| Any {
            type_url: format!("type.googleapis.com/{name}"),
            value: value.to_vec(),
        };
        Status { details: details.iter().map(any).collect() }.encode_to_vec()
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
        fn any_bytes_decode_or_not(bytes: Vec<u8>, value: Vec<u8>) {
            decode(&bytes);
            for name in ["google.rpc.RetryInfo", "google.rpc.ErrorInfo", "google.rpc.BadRequest", "x"] {
                prop_assert_eq!(decode(&status(&[(name, &value)])).len(), 1);
            }
        }
    }
}
