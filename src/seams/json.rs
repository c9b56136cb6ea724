//! JSON, read and written by the platform: `JSON` in the browser (serde_json in the wasm weighs 20 KB gzip), serde_json natively. It is a pure function, the same everywhere, so it is chosen at compile time and not passed around.

#[cfg(target_arch = "wasm32")]
use crate::browser::json as platform;
use std::fmt;

/// Deeper nesting is refused: nothing read here comes near it, and reading is recursive.
pub const MAX_DEPTH: usize = 32;

/// A JSON value. Values may be secrets: `Debug` shows names only.
#[derive(Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Flag(bool),
    /// Any number, as a double.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Fields),
}

impl Json {
    /// The value that `text` says, if it is JSON.
    pub fn parse(text: &str) -> Option<Self> {
        platform::parse(text)
    }

    /// As JSON text. A number that JSON can't say (NaN) becomes null.
    pub fn write(&self) -> String {
        platform::write(self)
    }

    /// The string, if it is one.
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn into_number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Option<&str>> for Json {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }
}

impl From<f64> for Json {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(fields) => fields.fmt(f),
            _ => f.write_str("Json(..)"),
        }
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A field has another type than it must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongType;

/// The fields of an object. Values are taken out by name; null is as good as missing.
#[derive(Clone, Default, PartialEq)]
pub struct Fields(Vec<(String, Json)>);

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

    /// Adds a field.
    pub fn put(&mut self, name: &str, value: impl Into<Json>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &(String, Json)> {
        self.0.iter()
    }

    /// Takes a value out, if there is one that is not null.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        let (_, value) = self.0.iter_mut().find(|(candidate, _)| candidate == name)?;
        let value = std::mem::replace(value, Json::Null);
        (value != Json::Null).then_some(value)
    }

    /// Takes a string out, if there is one.
    pub fn take_text(&mut self, name: &str) -> Result<Option<String>, WrongType> {
        self.take(name).map(|value| value.into_text().ok_or(WrongType)).transpose()
    }

    /// Takes a string out that must be there.
    pub fn need_text(&mut self, name: &str) -> Option<String> {
        self.take(name)?.into_text()
    }

    /// Takes a number out that must be there.
    pub fn need_number(&mut self, name: &str) -> Option<f64> {
        self.take(name)?.into_number()
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod platform {
    use super::{Fields, Json, MAX_DEPTH};
    use serde_json::Value;

    pub fn parse(text: &str) -> Option<Json> {
        from(serde_json::from_str(text).ok()?, MAX_DEPTH)
    }

    pub fn write(json: &Json) -> String {
        to(json).to_string()
    }

    fn from(value: Value, depth: usize) -> Option<Json> {
        let deeper = depth.checked_sub(1)?;
        Some(match value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Flag(flag),
            Value::Number(number) => Json::Number(number.as_f64()?),
            Value::String(text) => Json::Text(text),
            Value::Array(list) => Json::List(list.into_iter().map(|value| from(value, deeper)).collect::<Option<_>>()?),
            Value::Object(object) => {
                let fields = object.into_iter().map(|(name, value)| Some((name, from(value, deeper)?)));
                Json::Object(Fields(fields.collect::<Option<_>>()?))
            }
        })
    }

    fn to(json: &Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Flag(flag) => Value::Bool(*flag),
            Json::Number(number) => (*number).into(),
            Json::Text(text) => Value::String(text.clone()),
            Json::List(list) => list.iter().map(to).collect(),
            Json::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), to(value))).collect(),
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

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
