//! HTTP as the pure ring sees it.

use super::Cause;
use std::fmt;

/// The methods in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// GET
    Get,
    /// POST
    Post,
}

impl HttpMethod {
    /// As it is written in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// One request. Redirects are never followed: a redirect comes back as `HttpResponse::opaque_redirect`.
#[derive(Clone)]
pub struct HttpRequest {
    /// GET or POST.
    pub method: HttpMethod,
    /// Absolute.
    pub url: String,
    /// In order; names may repeat.
    pub headers: Vec<(String, String)>,
    /// None for GET.
    pub body: Option<Vec<u8>>,
}

/// Headers and body may carry tokens: only method, URL without its query, and sizes are shown.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url.split('?').next().unwrap_or_default())
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}

/// The head of a reply, and its body still to be read.
pub struct HttpResponse<B> {
    /// 0 for an opaque redirect.
    pub status: u16,
    /// The server answered with a redirect that was not followed.
    pub opaque_redirect: bool,
    /// The headers that the browser lets be read, names in lower case, repeats joined as fetch joins them.
    pub headers: Vec<(String, String)>,
    /// The body; dropping it aborts the request.
    pub body: B,
}

/// A body that comes in chunks. Dropping it before its end aborts the request.
pub trait HttpBody {
    /// The next chunk, or `None` at the end.
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, HttpFailure>;
}

/// Sends requests.
pub trait Http: Sized + Clone {
    /// The body of a reply.
    type Body: HttpBody;

    /// Sends `request` and waits for the head of the reply. Dropping the future aborts the request.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse<Self::Body>, HttpFailure>;
}

/// How a request failed below HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpFailureKind {
    /// `fetch` rejected: no network, DNS, TLS, CORS, CSP; a browser does not say which.
    Network,
    /// Reading the body rejected: the connection broke.
    BodyBroken,
    /// `fetch` is missing, threw at once, or resolved to something that is no `Response`.
    Unusable,
    /// The body was already read or is locked.
    BodyUnusable,
    /// The body yields something else than bytes.
    NoBytes,
}

/// A request that came to no reply.
#[derive(Clone, Debug)]
pub struct HttpFailure {
    /// How.
    pub kind: HttpFailureKind,
    /// What was thrown, without anything that was sent.
    pub cause: Option<Cause>,
}
