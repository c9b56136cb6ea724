//! JSON text, read and written by the platform: `JSON` in the browser (serde_json in the wasm weighs 20 KB gzip), serde_json natively. It is a pure function, the same everywhere, so it is chosen at compile time and not passed around.

#[cfg(target_arch = "wasm32")]
use super::browser as platform;
#[cfg(not(target_arch = "wasm32"))]
use super::native as platform;
use super::{Fields, Json};

impl Json {
    /// The value that `text` says, if it is JSON.
    pub fn parse(text: &str) -> Option<Self> {
        platform::parse(text)
    }

    /// As JSON text. A number that JSON can't say (NaN) becomes null.
    pub fn write(&self) -> String {
        platform::write(self)
    }
}

impl Fields {
    /// The object that `text` says, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        match Json::parse(text)? {
            Json::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The same from bytes that were signed: nothing of them is read over.
    pub fn from_signed(bytes: &[u8]) -> Option<Self> {
        Self::parse(std::str::from_utf8(bytes).ok()?)
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use crate::json::{Fields, Json, MAX_DEPTH, WrongType};

    #[test]
    fn what_was_written_is_read_again() {
        let mut fields = Fields::default();
        fields.put("text", "a\"\u{1f600}");
        fields.put("number", 1_760_000_000_000.123_5);
        fields.put("none", None);
        fields.put("list", Json::List(vec![Json::Flag(true), Json::Null]));
        let text = Json::Object(fields.clone()).write();
        let mut back = Fields::parse(&text).expect("an object");
        assert_eq!(back.need_text("text").as_deref(), Some("a\"\u{1f600}"));
        assert_eq!(back.need_number("number"), Some(1_760_000_000_000.123_5));
        assert_eq!(back.take("none"), None);
        assert_eq!(back.take("list"), Some(Json::List(vec![Json::Flag(true), Json::Null])));
        assert_eq!(back.take("list"), None);
    }

    #[test]
    fn what_was_signed_is_text_to_the_last_byte() {
        for bytes in [&b"\xef\xbb\xbf{\"a\":\"x\"}"[..], b"{\"a\":\"x\",\"b\":\"J\xf6rg\"}", b"{\"a\":\"\xff\"}"] {
            assert_eq!(Fields::from_signed(bytes), None);
        }
        assert!(Fields::from_signed(b"{\"a\":\"x\"}").is_some());
    }

    #[test]
    fn other_types_and_depths_are_refused() {
        assert_eq!(Fields::parse("[1]"), None);
        assert_eq!(Fields::parse("{"), None);
        let mut fields = Fields::parse(r#"{"a":1,"b":"x","c":null}"#).expect("an object");
        assert_eq!(fields.take_text("a"), Err(WrongType));
        assert_eq!(fields.take_text("b"), Ok(Some("x".to_owned())));
        assert_eq!(fields.take_text("c"), Ok(None));
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::parse(&nested(MAX_DEPTH)).is_some());
        assert!(Json::parse(&nested(MAX_DEPTH + 1)).is_none());
    }
}
