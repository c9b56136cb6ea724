//! A reply of the provider.

use crate::redact::Secrets;

/// A reply, read whole.
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// As a browser reads it.
    pub body: String,
    /// What was sent for it.
    pub secrets: Secrets,
}

impl Reply {
    /// Some gateways answer 201 or 203 where a provider answers 200.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
