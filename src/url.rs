//! The parts of a URL as the browser's own `URL` parses it (a parser in the wasm would weigh 47 KB gzip for IDNA alone).

use crate::text::all;

/// The parts of an absolute URL.
#[derive(Clone, PartialEq, Eq)]
pub struct UrlParts {
    /// The whole, normalized.
    pub href: String,
    /// `https`, without the colon.
    pub scheme: String,
    /// Host name without port; IPv6 in brackets.
    pub host: String,
    /// Scheme, host and port.
    pub origin: String,
    /// Begins with a slash.
    pub path: String,
    /// Without the question mark; empty if there is none.
    pub query: String,
    /// Without the hash; empty if there is none.
    pub fragment: String,
    /// A user name or password is in it.
    pub has_credentials: bool,
}

/// Whoever parses URLs: the page, or in native tests another parser.
pub trait Urls {
    /// The parts of an absolute URL; `None` for anything else.
    fn parse(&self, text: &str) -> Option<UrlParts>;
}

/// Query and fragment may carry a code: only origin and path are shown.
impl std::fmt::Debug for UrlParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UrlParts({}{})", self.origin, self.path)
    }
}

/// https anywhere, or http on a loopback host (RFC 8252, section 8.3): everything else could be read on its way.
pub fn is_secure_enough(url: &UrlParts) -> bool {
    match url.scheme.as_str() {
        "https" => true,
        "http" => {
            url.host == "localhost"
                || url.host.ends_with(".localhost")
                || url.host == "[::1]"
                || is_loopback_v4(&url.host)
        }
        _ => false,
    }
}

/// `URL` has already normalized every way to write an IPv4 address to four numbers; nothing else is digits and dots.
fn is_loopback_v4(host: &str) -> bool {
    host.starts_with("127.") && all(host.as_bytes(), |byte| byte.is_ascii_digit() || byte == b'.')
}
