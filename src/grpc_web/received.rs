//! Headers or trailers of a reply, as they came.

use super::metadata::{decode_base64, split_list};
use crate::redact::Secrets;
use std::fmt;

/// What is told apart from metadata: the status has its own place.
const STATUS_NAMES: [&str; 3] = ["grpc-status", "grpc-message", "grpc-status-details-bin"];

/// Names (in lower case) with values as they came, in order; a name may repeat. The status is not among them. Repeats
/// of a `-bin` name that were joined with commas, as fetch joins them, are apart again.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Received(Vec<(String, String)>);

impl Received {
    pub(super) fn new(pairs: &[(String, String)]) -> Self {
        let mut received = Vec::new();
        for (name, value) in pairs.iter().filter(|(name, _)| !STATUS_NAMES.contains(&name.as_str())) {
            if name.ends_with("-bin") {
                received.extend(split_list(value).map(|part| (name.clone(), part.to_owned())));
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
        self.iter().find(|(candidate, _)| *candidate == name).map(|(_, value)| value)
    }

    /// True without an entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same without what is secret: bytes and names go whole.
    pub(super) fn without(mut self, secrets: &Secrets) -> Self {
        self.0.retain(|(name, value)| {
            let is_binary = name.ends_with("-bin") && secrets.is_in(value.as_bytes());
            !is_binary && !secrets.is_in(name.as_bytes())
        });
        for (_, value) in &mut self.0 {
            *value = secrets.cut(value);
        }
        self
    }
}

/// The bytes of an entry whose name ends in `-bin`; `None` for others, and for what is not base64.
pub fn decoded(name: &str, value: &str) -> Option<Vec<u8>> {
    if name.ends_with("-bin") { decode_base64(value) } else { None }
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
    fn an_empty_value_of_a_binary_name_is_no_bytes() {
        let received = Received::new(&[pair("x-bin", "")]);
        assert_eq!(received.iter().map(|(name, value)| decoded(name, value)).collect::<Vec<_>>(), [Some(vec![])]);
    }

    #[test]
    fn what_is_secret_goes_encoded_or_not() {
        let pairs = [pair("a", "a secret"), pair("b-bin", "c2VjcmV0"), pair("c", "kept"), pair("x-secret", "")];
        let received = Received::new(&pairs).without(&Secrets::new(["secret"]));
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
                metadata.append_checked("x-bin", value.as_slice()).unwrap();
            }
            let mut headers = Vec::new();
            metadata.write(&mut headers).unwrap();
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
