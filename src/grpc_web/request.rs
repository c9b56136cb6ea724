//! The HTTP request of a call.

use super::{Metadata, frame, timeout};
use crate::text::{decimal, place, without_end};
use crate::url::{UrlParts, is_secure_enough};
use std::fmt;

/// Said and asked for alike.
const CONTENT_TYPE: &str = "application/grpc-web+proto";

/// Which client this is.
const USER_AGENT: &str = concat!("sipbreakout-web/", env!("CARGO_PKG_VERSION"));

/// Why a base URL can't be used. The URL is not quoted: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseUrlProblem {
    /// Not an absolute URL.
    NotAUrl,
    /// Neither https nor http on a loopback host.
    Insecure,
    /// With a user name or a password.
    Credentials,
    /// With a query.
    Query,
    /// With a fragment.
    Fragment,
}

impl BaseUrlProblem {
    /// What is wrong and what is wanted.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAUrl => "is not an absolute URL; wanted is one like https://api.example.com or with a path",
            Self::Insecure => {
                "would send access tokens unprotected; wanted is https, or http on localhost, 127.0.0.1 or [::1]"
            }
            Self::Credentials => {
                "has a user name or password in it; wanted is a URL without, like https://api.example.com"
            }
            Self::Query => "has a query (?...); wanted is a URL without, like https://api.example.com/path",
            Self::Fragment => "has a fragment (#...); wanted is a URL without, like https://api.example.com/path",
        }
    }
}

impl fmt::Display for BaseUrlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for BaseUrlProblem {}

/// Where the methods are: normalized, without a slash at the end. `url` is what the platform's parser made of the text.
pub fn check_base_url(url: Option<&UrlParts>) -> Result<String, BaseUrlProblem> {
    let url = url.ok_or(BaseUrlProblem::NotAUrl)?;
    if !is_secure_enough(url) {
        return Err(BaseUrlProblem::Insecure);
    }
    if url.has_credentials {
        return Err(BaseUrlProblem::Credentials);
    }
    // Those parts are empty also behind a bare mark, but a bare mark shows that something was meant to follow.
    if !url.query.is_empty() || place(url.href.as_bytes(), b'?').is_some() {
        return Err(BaseUrlProblem::Query);
    }
    if !url.fragment.is_empty() || place(url.href.as_bytes(), b'#').is_some() {
        return Err(BaseUrlProblem::Fragment);
    }
    Ok([&url.origin, without_end(&url.path, '/')].concat())
}

/// The headers of one attempt, the caller's metadata and the authorization left out. `timeout_ms` is over zero.
/// `previous_attempts` is told to the server unless it is 0.
pub fn headers(timeout_ms: f64, previous_attempts: u32) -> Vec<(&'static str, String)> {
    let timeout = timeout::header_value(timeout_ms.min(timeout::MAX_TIMEOUT_MS));
    let mut headers = Vec::new();
    let mut add = |name, value: &str| headers.push((name, value.to_owned()));
    add("content-type", CONTENT_TYPE);
    add("accept", CONTENT_TYPE);
    add("x-grpc-web", "1");
    add("x-user-agent", USER_AGENT);
    add("grpc-timeout", &timeout);
    if previous_attempts > 0 {
        add("grpc-previous-rpc-attempts", &decimal(previous_attempts.into()));
    }
    headers
}

/// The same with `metadata` behind them.
pub fn headers_with(timeout_ms: f64, previous_attempts: u32, metadata: &Metadata) -> Vec<(String, String)> {
    let own = headers(timeout_ms, previous_attempts).into_iter().map(|(name, value)| (name.to_owned(), value));
    own.chain(metadata.as_pairs().iter().cloned()).collect()
}

/// The body of a request: `message` (encoded) in one frame; `None` when it is over 4 GiB.
pub fn body(message: &[u8]) -> Option<Vec<u8>> {
    frame::encode(message)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "request_tests.rs"]
mod tests;
