//! How a call fails.

use super::{Code, Detail, Received, details};
use crate::error::Kind;
use crate::redact::Secrets;
use crate::text::number;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// The code of a call that was not made, because a later one for the same registration took its place.
pub const SUPERSEDED: &str = "superseded";

/// A server that asks for more has gone wrong.
const LONGEST_PUSHBACK_MS: f64 = u64::MAX as f64;

/// What the server says about trying again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wish {
    /// Not at all.
    Never,
    /// After this many milliseconds.
    After(f64),
}

/// A call that failed: with the server's status, or before there was one. It is one pointer wide, because every `?`
/// on its way copies it; what it says is in [`RpcFailure`].
#[derive(Clone)]
pub struct RpcError(Box<RpcFailure>);

impl Deref for RpcError {
    type Target = RpcFailure;

    fn deref(&self) -> &RpcFailure {
        &self.0
    }
}

impl DerefMut for RpcError {
    fn deref_mut(&mut self) -> &mut RpcFailure {
        &mut self.0
    }
}

/// What an [`RpcError`] says.
#[derive(Clone)]
pub struct RpcFailure {
    /// The gRPC code; never OK.
    pub code: Code,
    /// In coarser words.
    pub kind: Kind,
    /// The server's words when it sent a status, else what happened and what to do.
    pub message: String,
    /// The HTTP status of the reply, if one came.
    pub http_status: Option<u16>,
    /// How long the server asks to wait, where the browser lets that be read; or how long the next attempt would have
    /// waited, if the deadline comes before it.
    pub retry_after_ms: Option<f64>,
    /// What more the server said about the error.
    pub details: Vec<Detail>,
    /// The same as it came: the bytes of `google.rpc.Status`.
    pub details_bytes: Option<Vec<u8>>,
    /// The server's words as they came; `None` if it sent no status.
    pub server_message: Option<String>,
    /// The headers of the reply.
    pub headers: Received,
    /// The trailers of the reply.
    pub trailers: Received,
    /// The path of the method.
    pub method: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// How often the call was sent.
    pub attempts: u32,
    /// Never sent: a later call for the same registration took its place.
    pub superseded: bool,
    /// The first 200 characters of a reply that is text.
    pub body_text: Option<String>,
}

impl RpcError {
    /// Without anything of a reply.
    pub fn new(code: Code, kind: Kind, message: impl Into<String>, method: &str) -> Self {
        Self::with(code, kind, message.into(), method)
    }

    fn with(code: Code, kind: Kind, message: String, method: &str) -> Self {
        let may_pass = matches!(code, Code::Unavailable | Code::DeadlineExceeded);
        Self(Box::new(RpcFailure {
            code,
            kind,
            message,
            http_status: None,
            retry_after_ms: None,
            details: Vec::new(),
            details_bytes: None,
            server_message: None,
            headers: Received::default(),
            trailers: Received::default(),
            method: method.to_owned(),
            retryable: may_pass && !matches!(kind, Kind::Invalid | Kind::Config),
            attempts: 0,
            superseded: false,
            body_text: None,
        }))
    }

    /// What JavaScript sees as `code`.
    pub fn code_name(&self) -> &'static str {
        if self.superseded { SUPERSEDED } else { self.code.as_str() }
    }

    /// With the server's `google.rpc.Status`, without what is secret.
    pub(super) fn set_details(&mut self, bytes: &[u8], secrets: &Secrets) {
        self.details = details::decode(bytes, secrets);
        if !secrets.is_in(bytes) {
            self.details_bytes = Some(bytes.to_vec());
        }
    }

    /// What the server says about trying again: `grpc-retry-pushback-ms` before RetryInfo before Retry-After.
    pub(super) fn wish(&self) -> Option<Wish> {
        let pushback = "grpc-retry-pushback-ms";
        if let Some(value) = self.trailers.get(pushback).or_else(|| self.headers.get(pushback)) {
            // Negative or garbled: stop.
            let ms = number(value.as_bytes()).filter(|ms| *ms < LONGEST_PUSHBACK_MS);
            return Some(ms.map_or(Wish::Never, Wish::After));
        }
        for detail in &self.details {
            if let Detail::RetryInfo { retry_delay_ms } = detail {
                return Some(Wish::After(*retry_delay_ms));
            }
        }
        self.retry_after_ms.map(Wish::After)
    }

    /// All of the reply is known: so is what the server wishes.
    pub(super) fn complete(&mut self) {
        match self.wish() {
            Some(Wish::After(ms)) => self.retry_after_ms = Some(ms),
            Some(Wish::Never) => self.retry_after_ms = None,
            None => {}
        }
    }
}

/// The kind of a status that a server, or a proxy before it, answered with.
pub(super) const fn kind_of_answer(code: Code) -> Kind {
    match code {
        Code::Unauthenticated | Code::PermissionDenied => Kind::Auth,
        Code::DeadlineExceeded => Kind::Timeout,
        _ => Kind::Protocol,
    }
}

/// Metadata and bodies may carry secrets: only names and sizes are shown.
impl fmt::Debug for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RpcError")
            .field("code", &self.code)
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("method", &self.method)
            .field("http_status", &self.http_status)
            .field("retryable", &self.retryable)
            .field("retry_after_ms", &self.retry_after_ms.map(|ms| ms as u64))
            .field("attempts", &self.attempts)
            .field("details_bytes", &self.details_bytes.as_ref().map(Vec::len))
            .field("headers", &self.headers)
            .field("trailers", &self.trailers)
            .field("body_text_bytes", &self.body_text.as_ref().map(String::len))
            .finish_non_exhaustive()
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        f.write_str(": ")?;
        f.write_str(&self.message)
    }
}

impl std::error::Error for RpcError {}

#[cfg(test)]
mod tests {
    use super::{Code, Kind, Received, RpcError, Secrets};

    #[test]
    fn debug_and_display_hide_what_may_be_secret() {
        let mut error = RpcError::new(Code::PermissionDenied, Kind::Auth, "no right", "/a.B/C");
        error.headers = Received::new(&[("x-token".to_owned(), "secret-value".to_owned())]);
        error.trailers = Received::new(&[("x-trailer".to_owned(), "secret-value".to_owned())]);
        error.set_details(b"secret-details", &Secrets::default());
        error.server_message = Some("secret-message".to_owned());
        error.body_text = Some("secret-body".to_owned());
        let shown = format!("{error:?} {error:#?} {error}");
        assert!(!shown.contains("secret"), "{shown}");
        for part in ["PermissionDenied", "x-token", "x-trailer", "no right", "/a.B/C", "permission_denied: no right"] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }

    #[test]
    fn retryable_is_what_may_pass_by_itself() {
        for code in Code::ALL {
            let expected = matches!(code, Code::Unavailable | Code::DeadlineExceeded);
            assert_eq!(RpcError::new(code, Kind::Protocol, "", "").retryable, expected, "{code:?}");
            assert!(!RpcError::new(code, Kind::Invalid, "", "").retryable, "{code:?}");
        }
    }
}
