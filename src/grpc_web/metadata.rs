//! Metadata: the headers that belong to a call, in order, repeats kept.

use crate::base64::decode;
use crate::text::{all, any_word, split_first, without_end};
use std::fmt;

/// Names that the transport, HTTP or the browser owns. A caller's entry of such a name is ignored, because many
/// pass on headers that they got from elsewhere.
const RESERVED: &str = "accept accept-charset accept-encoding connection content-encoding content-length \
                        content-transfer-encoding content-type cookie cookie2 date dnt expect host http2-settings \
                        keep-alive origin referer set-cookie set-cookie2 te trailer trailers transfer-encoding upgrade \
                        user-agent via x-grpc-web x-http-method x-http-method-override x-method-override x-user-agent";

/// Whole families of such names; all of gRPC's own are among them.
const RESERVED_PREFIXES: &str = "grpc- proxy- sec- access-control-request-";

/// Why an entry can't be sent. Shows the name, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataProblem {
    /// A name with other characters than letters, digits, `-`, `_` and `.`, or none.
    Name(String),
    /// Text with other characters than printable ASCII.
    Text(String),
    /// Text that is not base64 under a name that ends in `-bin`.
    NotBase64(String),
}

impl MetadataProblem {
    /// What is wrong and what is wanted.
    pub fn message(&self) -> String {
        let (name, wanted) = match self {
            Self::Name(name) => (name, "a name has only letters, digits, '-', '_' and '.'"),
            Self::Text(name) => (name, "a value has only printable ASCII; put other things under a name in '-bin'"),
            Self::NotBase64(name) => (name, "text under a name in '-bin' must be base64"),
        };
        // A name may be anything at all: what is no printable ASCII is shown as a question mark.
        let mut shown = String::new();
        for letter in name.chars() {
            shown.push(if matches!(letter, ' '..='~') { letter } else { '?' });
        }
        ["metadata \"", &shown, "\": ", wanted].concat()
    }
}

impl fmt::Display for MetadataProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for MetadataProblem {}

/// Names (in lower case) with values as they go on the wire, in order; a name may repeat.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Metadata(Vec<(String, String)>);

impl Metadata {
    /// Empty.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an entry behind the others if it can be sent; one with a reserved name is left out. A `-bin` name takes base64.
    pub fn append(&mut self, name: &str, value: &str) -> Result<(), MetadataProblem> {
        let name = name.to_ascii_lowercase();
        if !is_reserved(&name) {
            let value = wire_value(&name, value)?;
            self.0.push((name, value));
        }
        Ok(())
    }

    /// All entries in order.
    pub fn as_pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// Values may be tokens: only names and sizes are shown.
impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(name, value)| (name, value.len()))).finish()
    }
}

/// The next part of a comma-joined list of what has no comma in it.
pub(super) fn next_part<'a>(rest: &mut Option<&'a str>) -> Option<&'a str> {
    let list = (*rest)?;
    let (part, behind) = split_first(list, b',');
    *rest = behind;
    Some(part.trim_ascii())
}

fn is_reserved(name: &str) -> bool {
    any_word(RESERVED, |reserved| name == reserved) || any_word(RESERVED_PREFIXES, |prefix| name.starts_with(prefix))
}

/// `name` is in lower case.
fn wire_value(name: &str, value: &str) -> Result<String, MetadataProblem> {
    if name.is_empty() || !all(name.as_bytes(), |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.')) {
        return Err(MetadataProblem::Name(name.to_owned()));
    }
    let text = value.trim_ascii();
    if name.ends_with("-bin") {
        // Written without padding, as gRPC asks.
        return match decode(text) {
            Some(_) => Ok(without_end(text, '=').to_owned()),
            None => Err(MetadataProblem::NotBase64(name.to_owned())),
        };
    }
    if all(value.as_bytes(), |byte| matches!(byte, b' '..=b'~')) {
        Ok(text.to_owned())
    } else {
        Err(MetadataProblem::Text(name.to_owned()))
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "metadata_tests.rs"]
mod tests;
