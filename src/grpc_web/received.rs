//! Headers or trailers of a reply, as they came.

use super::metadata::next_part;
use super::status::is_odd;
use crate::base64::decode;
use crate::redact::Secrets;
use crate::text::{any_word, header};
use std::fmt;

/// What is told apart from metadata: the status has its own place.
const STATUS_NAMES: &str = "grpc-status grpc-message grpc-status-details-bin";

/// Names (in lower case) with values as they came, in order; a name may repeat. The status is not among them, unless it is
/// none: what the server sent in its place is worth a look. Repeats of a `-bin` name that were joined with commas, as fetch
/// joins them, are apart again.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Received(Vec<(String, String)>);

impl Received {
    pub(super) fn new(pairs: &[(String, String)]) -> Self {
        let mut received = Vec::new();
        let is_odd = is_odd(pairs);
        for (name, value) in pairs {
            if any_word(STATUS_NAMES, |status| name == status) && !(is_odd && name == "grpc-status") {
                continue;
            }
            if name.ends_with("-bin") {
                let mut rest = Some(value.as_str());
                while let Some(part) = next_part(&mut rest) {
                    received.push((name.clone(), part.to_owned()));
                }
            } else {
                received.push((name.clone(), value.clone()));
            }
        }
        Self(received)
    }

    /// All entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All entries in order.
    pub fn as_pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first value called `name` (in lower case).
    pub fn get(&self, name: &str) -> Option<&str> {
        header(&self.0, name)
    }

    /// True without an entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same without what is secret: bytes and names go whole.
    pub(super) fn without(&self, secrets: &Secrets) -> Self {
        let mut left = Vec::new();
        for (name, value) in &self.0 {
            let is_binary = name.ends_with("-bin") && secrets.is_in(value.as_bytes());
            if !is_binary && !secrets.is_in(name.as_bytes()) {
                left.push((name.clone(), secrets.cut(value)));
            }
        }
        Self(left)
    }
}

/// The bytes of an entry whose name ends in `-bin`; `None` for others, and for what is not base64.
pub fn decoded(name: &str, value: &str) -> Option<Vec<u8>> {
    if name.ends_with("-bin") { decode(value) } else { None }
}

/// Values may be tokens: only names and sizes are shown.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (name, value.len()))).finish()
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::{Received, decoded};
    use crate::grpc_web::Metadata;
    use crate::redact::Secrets;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn lists_are_split_and_the_status_is_left_out() {
        let received = Received::new(&[
            pair("x-text", "a, b"),
            pair("grpc-status", "5"),
            pair("grpc-message", "no"),
            pair("grpc-status-details-bin", "AA"),
            pair("x-bin", "YQ==, Yg,!!,Yx"),
            pair("x-bin", "Yw"),
            pair("grpc-retry-pushback-ms", "7"),
        ]);
        let entries: Vec<_> = received.iter().collect();
        let bin = [("x-bin", "YQ=="), ("x-bin", "Yg"), ("x-bin", "!!"), ("x-bin", "Yx"), ("x-bin", "Yw")];
        assert_eq!(entries[0], ("x-text", "a, b"));
        assert_eq!(entries[1..6], bin);
        assert_eq!(entries[6], ("grpc-retry-pushback-ms", "7"));
        let bytes: Vec<_> = bin.map(|(name, value)| decoded(name, value)).into();
        assert_eq!(bytes, [Some(b"a".to_vec()), Some(b"b".to_vec()), None, Some(b"c".to_vec()), Some(b"c".to_vec())]);
        assert_eq!(decoded("x-text", "YQ"), None);
    }

    #[test]
    fn a_status_is_left_out_unless_it_is_none() {
        for (status, is_there) in
            [("0", false), ("13", false), ("0, 0", false), ("99", true), ("", true), ("0, 13", true)]
        {
            let received = Received::new(&[pair("grpc-status", status), pair("grpc-message", "m")]);
            assert_eq!(received.get("grpc-status"), is_there.then_some(status), "{status}");
            assert_eq!(received.get("grpc-message"), None);
        }
    }

    #[test]
    fn an_empty_value_of_a_binary_name_is_no_bytes() {
        let received = Received::new(&[pair("x-bin", "")]);
        assert_eq!(received.iter().map(|(name, value)| decoded(name, value)).collect::<Vec<_>>(), [Some(vec![])]);
    }

    #[test]
    fn what_is_secret_goes_encoded_or_not() {
        let pairs = [pair("a", "a s-cret"), pair("b-bin", "cy1jcmV0"), pair("c", "kept"), pair("x-s-cret", "")];
        let received = Received::new(&pairs).without(&Secrets::new(["s-cret"]));
        assert_eq!(received.iter().collect::<Vec<_>>(), [("a", "a [removed]"), ("c", "kept")]);
    }

    #[test]
    fn debug_shows_no_values() {
        let shown = format!("{:?}", Received::new(&[pair("x-token", "secret")]));
        assert!(shown.contains("x-token") && !shown.contains("secret"), "{shown}");
    }

    proptest! {
        #[test]
        fn bytes_survive_the_wire_even_joined(values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..5)) {
            let mut metadata = Metadata::new();
            for value in &values {
                metadata.append("x-bin", &STANDARD.encode(value)).unwrap();
            }
            let headers = metadata.as_pairs().to_vec();
            let joined = headers.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
            for headers in [headers, vec![("x-bin".to_owned(), joined)]] {
                let back: Vec<_> = Received::new(&headers).iter().map(|(name, value)| decoded(name, value).unwrap()).collect();
                prop_assert_eq!(&back, &values);
            }
        }

        #[test]
        fn anything_can_be_received(name in ".{0,12}", value in ".{0,40}") {
            let received = Received::new(&[(name.clone(), value.clone()), ("x-bin".to_owned(), value)]);
            for (name, value) in received.iter() {
                prop_assert_eq!(decoded(name, value).is_some() && !name.ends_with("-bin"), false);
            }
        }
    }
}
