//! What JSON text says.

use std::fmt;

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
pub struct Fields(pub(super) Vec<(String, Json)>);

impl Fields {
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
        (!matches!(value, Json::Null)).then_some(value)
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
