//! Parsing URLs.

use crate::url::UrlParts;

/// Parses URLs.
pub trait Urls {
    /// The parts of an absolute http or https URL (others too); `None` when it is no URL.
    fn parse(&self, text: &str) -> Option<UrlParts>;
}
