//! Metadata: the headers that belong to a call, in order, repeats kept.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::fmt::{self, Write as _};

/// Written without padding, read with or without, and lenient about bits that no byte needs.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Names that the transport, HTTP or the browser owns. A caller's entry of such a name is ignored, because many
/// pass on headers that they got from elsewhere.
const RESERVED: [&str; 32] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-transfer-encoding",
    "content-type",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "set-cookie2",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-grpc-web",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-user-agent",
];

/// Whole families of such names; all of gRPC's own are among them.
const RESERVED_PREFIXES: [&str; 4] = ["grpc-", "proxy-", "sec-", "access-control-request-"];

/// The value of an entry: bytes where the name ends in `-bin`, else text.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Printable ASCII.
    Text(String),
    /// Anything; base64 on the wire.
    Binary(Vec<u8>),
}

/// A value may be a token: only its size is shown.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, length) = match self {
            Self::Text(text) => ("text", text.len()),
            Self::Binary(bytes) => ("binary", bytes.len()),
        };
        write!(f, "<{kind}, {length} bytes>")
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Binary(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes)
    }
}

/// Why an entry can't be sent. Shows the name, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataProblem {
    /// A name with other characters than letters, digits, `-`, `_` and `.`, or none.
    Name(String),
    /// Text with other characters than printable ASCII.
    Text(String),
    /// Bytes under a name that does not end in `-bin`.
    BinaryUnderTextName(String),
    /// Text that is not base64 under a name that ends in `-bin`.
    NotBase64(String),
}

impl fmt::Display for MetadataProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, wanted) = match self {
            Self::Name(name) => (name, "a name has only letters, digits, '-', '_' and '.'"),
            Self::Text(name) => (name, "a value has only printable ASCII; put other things under a name in '-bin'"),
            Self::BinaryUnderTextName(name) => (name, "bytes need a name that ends in '-bin'"),
            Self::NotBase64(name) => (name, "text under a name in '-bin' must be base64"),
        };
        // A name may be anything at all: what is no printable ASCII is shown as a question mark.
        f.write_str("metadata \"")?;
        for letter in name.chars() {
            f.write_char(if letter == ' ' || letter.is_ascii_graphic() { letter } else { '?' })?;
        }
        f.write_str("\": ")?;
        f.write_str(wanted)
    }
}

impl std::error::Error for MetadataProblem {}

/// Names (in lower case) with values, in order; a name may repeat.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Metadata(Vec<(String, Value)>);

impl Metadata {
    /// Empty.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an entry behind the others. What is wrong with it shows when the call is made.
    pub fn append(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.to_ascii_lowercase(), value.into()));
    }

    /// Adds an entry behind the others if it can be sent. A `-bin` name takes bytes, or text that is base64.
    pub fn append_checked(&mut self, name: &str, value: impl Into<Value>) -> Result<(), MetadataProblem> {
        let value = value.into();
        let name = name.to_ascii_lowercase();
        if !is_reserved(&name) {
            wire_value(&name, &value)?;
        }
        self.0.push((name, value));
        Ok(())
    }

    /// All entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// True without an entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what may be sent to `headers`, each repeat as a header of its own.
    pub(super) fn write(&self, headers: &mut Vec<(String, String)>) -> Result<(), MetadataProblem> {
        for (name, value) in self.0.iter().filter(|(name, _)| !is_reserved(name)) {
            headers.push((name.clone(), wire_value(name, value)?));
        }
        Ok(())
    }
}

/// Values may be tokens: only names and sizes are shown.
impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The parts of a comma-joined list of base64.
pub(super) fn split_list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim)
}

/// With padding or without.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// `name` is in lower case.
fn wire_value(name: &str, value: &Value) -> Result<String, MetadataProblem> {
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_name_byte) {
        return Err(MetadataProblem::Name(name.to_owned()));
    }
    match (value, name.ends_with("-bin")) {
        (Value::Binary(bytes), true) => Ok(BASE64.encode(bytes)),
        (Value::Binary(_), false) => Err(MetadataProblem::BinaryUnderTextName(name.to_owned())),
        (Value::Text(text), true) => match BASE64.decode(text.trim()) {
            Ok(bytes) => Ok(BASE64.encode(bytes)),
            Err(_) => Err(MetadataProblem::NotBase64(name.to_owned())),
        },
        (Value::Text(text), false) => {
            if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                Ok(text.trim().to_owned())
            } else {
                Err(MetadataProblem::Text(name.to_owned()))
            }
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "metadata_tests.rs"]
mod tests;
