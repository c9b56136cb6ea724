//! The HTTP request of a call.

use super::call::{CallOptions, UnaryRequest};
use super::{Code, RpcError, frame, timeout};
use crate::error::Kind;
use crate::seams::{HttpMethod, HttpRequest, Urls, is_secure_enough};
use std::fmt;

/// Said and asked for alike.
const CONTENT_TYPE: &str = "application/grpc-web+proto";

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

impl fmt::Display for BaseUrlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAUrl => "is not an absolute URL; wanted is one like https://api.example.com or with a path",
            Self::Insecure => {
                "would send access tokens unprotected; wanted is https, or http on localhost, 127.0.0.1 or [::1]"
            }
            Self::Credentials => {
                "has a user name or password in it; wanted is a URL without, like https://api.example.com"
            }
            Self::Query => "has a query (?...); wanted is a URL without, like https://api.example.com/path",
            Self::Fragment => "has a fragment (#...); wanted is a URL without, like https://api.example.com/path",
        })
    }
}

impl std::error::Error for BaseUrlProblem {}

/// Where the methods are: normalized, without a slash at the end.
pub fn parse_base_url<U: Urls>(urls: &U, base: &str) -> Result<String, BaseUrlProblem> {
    let url = urls.parse(base).ok_or(BaseUrlProblem::NotAUrl)?;
    if !is_secure_enough(&url) {
        return Err(BaseUrlProblem::Insecure);
    }
    if url.has_credentials {
        return Err(BaseUrlProblem::Credentials);
    }
    // Those parts are empty also behind a bare mark, but a bare mark shows that something was meant to follow.
    if !url.query.is_empty() || url.href.contains('?') {
        return Err(BaseUrlProblem::Query);
    }
    if !url.fragment.is_empty() || url.href.contains('#') {
        return Err(BaseUrlProblem::Fragment);
    }
    Ok([&url.origin, url.path.trim_end_matches('/')].concat())
}

/// The request of one call. `timeout_ms` is over zero.
pub(super) fn build(request: UnaryRequest<'_>, options: &CallOptions) -> Result<HttpRequest, RpcError> {
    let method = request.path;
    let mut headers: Vec<(String, String)> = [
        ("content-type", CONTENT_TYPE),
        ("accept", CONTENT_TYPE),
        ("x-grpc-web", "1"),
        ("x-user-agent", options.user_agent),
        ("grpc-timeout", timeout::header_value(options.timeout_ms).as_str()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    if options.previous_attempts > 0 {
        headers.push(("grpc-previous-rpc-attempts".to_owned(), options.previous_attempts.to_string()));
    }
    request
        .metadata
        .write(&mut headers)
        .map_err(|problem| RpcError::new(Code::InvalidArgument, Kind::Invalid, problem.to_string(), method))?;
    let body = frame::encode(&request.message)
        .ok_or_else(|| RpcError::new(Code::ResourceExhausted, Kind::Invalid, "the request is over 4 GiB", method))?;
    Ok(HttpRequest {
        method: HttpMethod::Post,
        url: [request.base_url.trim_end_matches('/'), method].concat(),
        headers,
        body: Some(body),
    })
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "request_tests.rs"]
mod tests;
