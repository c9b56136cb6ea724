//! Failures that are no status of the server: what to call them, and what to tell people.

use super::{Code, RpcError};
use crate::error::Kind;
use crate::text::decimal;

/// What is true of a request that was sent and never answered.
const STATE_UNKNOWN: &str = "; whether the core carried the call out is unknown, so make it again";

/// How an attempt failed below HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
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

/// A request that came to no reply, or a body that could not be read. What was thrown is for the driver to attach: the
/// application's own `fetch` may quote the headers it was given.
pub fn below_http(how: Below, method: &str) -> RpcError {
    let (code, kind, what, advice) = match how {
        Below::Network => (
            Code::Unavailable,
            Kind::Network,
            "no reply from the server",
            ". The browser does not say why: check the connection, baseUrl, the server's CORS settings for this \
             origin, and the page's Content-Security-Policy (connect-src)",
        ),
        Below::BodyBroken => {
            (Code::Unavailable, Kind::Network, "the connection broke while the reply was read", STATE_UNKNOWN)
        }
        Below::Unusable => (
            Code::Internal,
            Kind::Config,
            "fetch did not work at all",
            ". It must be a function that returns a promise of a Response: check the option fetch",
        ),
        Below::BodyUnusable => (
            Code::Internal,
            Kind::Config,
            "the body of the reply is locked or was already read",
            ". Check the option fetch and the page's service worker: neither may read the body",
        ),
        Below::NoBytes => (
            Code::Internal,
            Kind::Config,
            "the body of the reply yields something else than bytes",
            ". Check the option fetch and the page's service worker",
        ),
    };
    RpcError::new(code, kind, [what, advice].concat(), method)
}

/// A time-out that leaves no time at all.
pub fn no_time(method: &str) -> RpcError {
    let message = "nothing was sent, because the time-out is zero, negative or not a number; wanted is a number of \
                   milliseconds above 0";
    RpcError::new(Code::DeadlineExceeded, Kind::Invalid, message, method)
}

/// The local deadline passed.
pub fn timed_out(timeout_ms: f64, method: &str) -> RpcError {
    let message = ["no complete reply within ", &whole(timeout_ms), " ms", STATE_UNKNOWN].concat();
    RpcError::new(Code::DeadlineExceeded, Kind::Timeout, message, method)
}

/// The deadline passed before the core was asked with a token that it takes.
pub fn no_token_in_time(timeout_ms: f64, method: &str) -> RpcError {
    let message = ["no access token within ", &whole(timeout_ms), " ms; the core did nothing"].concat();
    RpcError::new(Code::DeadlineExceeded, Kind::Timeout, message, method)
}

/// The caller gave up.
pub fn cancelled(was_sent: bool, method: &str) -> RpcError {
    let message = if was_sent {
        ["the call was aborted", STATE_UNKNOWN].concat()
    } else {
        "the call was aborted before anything was sent".to_owned()
    };
    RpcError::new(Code::Cancelled, Kind::Aborted, message, method)
}

/// A later call for the same registration came while this one waited for its turn.
pub fn superseded(method: &str) -> RpcError {
    let message =
        "not sent, because a later call for the same registration took its place while it waited for its turn";
    let mut error = RpcError::new(Code::Cancelled, Kind::Aborted, message, method);
    error.superseded = true;
    error
}

/// The deadline passed while an earlier call for the same registration was under way.
pub fn no_turn_in_time(timeout_ms: f64, method: &str) -> RpcError {
    let message =
        ["not sent: an earlier call for the same registration took longer than ", &whole(timeout_ms), " ms"].concat();
    RpcError::new(Code::DeadlineExceeded, Kind::Timeout, message, method)
}

/// Milliseconds for people. An integer, because printing a float would weigh more than the rest of this page.
fn whole(ms: f64) -> String {
    decimal(ms.ceil() as u64)
}

/// For a reply that has this HTTP status and no gRPC status.
pub(super) fn http_status_message(status: u16) -> String {
    let meaning = match status {
        401 => "the access token is missing, expired or not accepted",
        403 => "access denied: the access token may lack the scope, or belong to another number",
        404 => "there is no such method at this address: check baseUrl",
        405 | 415 => {
            "the server does not take gRPC-Web at this address: check baseUrl, and that a gRPC-Web proxy is there"
        }
        408 => "the server or a proxy gave up waiting",
        429 => "too many requests: try again later",
        431 => "the headers of the request are too large: check the metadata and the access token",
        502..=504 | 521..=523 | 525..=527 | 530 => {
            "a proxy could not reach the service behind it (its origin): try again later"
        }
        520 => "a proxy got no usable reply from the service behind it (its origin): try again later",
        524 => "the service behind a proxy (its origin) did not answer the proxy in time: try again later",
        300..=399 => {
            "a redirect, which a call does not follow: it may be to the log-in page of a proxy in front of the API, or \
             baseUrl is not the API's own address"
        }
        _ => "the reply carries no gRPC status",
    };
    ["HTTP status ", &decimal(status.into()), ": ", meaning].concat()
}

#[cfg(test)]
mod tests {
    use super::{Below, Code, Kind, below_http, cancelled, http_status_message, no_time, timed_out};

    #[test]
    fn each_failure_has_its_code() {
        for (how, code, of_kind, retryable) in [
            (Below::Network, Code::Unavailable, Kind::Network, true),
            (Below::BodyBroken, Code::Unavailable, Kind::Network, true),
            (Below::Unusable, Code::Internal, Kind::Config, false),
            (Below::BodyUnusable, Code::Internal, Kind::Config, false),
            (Below::NoBytes, Code::Internal, Kind::Config, false),
        ] {
            let error = below_http(how, "/a.B/C");
            assert_eq!((error.code, error.kind, error.retryable), (code, of_kind, retryable));
            assert_eq!(error.method, "/a.B/C");
        }
    }

    #[test]
    fn says_what_is_unknown_after_giving_up() {
        assert!(timed_out(1_500.0, "").message.starts_with("no complete reply within 1500 ms; whether the core"));
        assert!(cancelled(true, "").message.contains("unknown"));
        assert!(cancelled(false, "").message.contains("before anything was sent"));
        assert!(no_time("").message.contains("nothing was sent"));
        assert_eq!((no_time("").code, no_time("").kind), (Code::DeadlineExceeded, Kind::Invalid));
    }

    #[test]
    fn names_the_http_status() {
        assert!(http_status_message(404).starts_with("HTTP status 404: "));
        assert!(http_status_message(404).contains("baseUrl"));
        assert!(http_status_message(418).contains("no gRPC status"));
    }

    #[test]
    fn a_proxy_that_does_not_reach_its_origin_says_so() {
        for status in [502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 530] {
            let message = http_status_message(status);
            assert!(message.contains("proxy") && message.contains("origin"), "{message}");
        }
    }
}
