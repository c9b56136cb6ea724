//! What goes wrong while signing in or getting a token.

use super::AuthCode;
use crate::error::Kind;
use crate::seams::{Cause, HttpFailure, HttpFailureKind, NoRandom, StoreFailure};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A failure of the OAuth half. No field ever holds a token, a code or a verifier.
/// It is one pointer wide, because every `?` on its way copies it; what it says is in [`AuthFailure`].
#[derive(Clone)]
pub struct AuthError(Box<AuthFailure>);

impl Deref for AuthError {
    type Target = AuthFailure;

    fn deref(&self) -> &AuthFailure {
        &self.0
    }
}

impl DerefMut for AuthError {
    fn deref_mut(&mut self) -> &mut AuthFailure {
        &mut self.0
    }
}

/// What an [`AuthError`] says.
#[derive(Clone)]
pub struct AuthFailure {
    /// What to branch on.
    pub code: AuthCode,
    /// Its coarse class.
    pub kind: Kind,
    /// Whether the same call may succeed a little later.
    pub retryable: bool,
    /// What happened and what to do about it, for people.
    pub message: String,
    /// The provider's `error_description`.
    pub description: Option<Box<str>>,
    /// The provider's `error_uri`.
    pub uri: Option<Box<str>>,
    /// The status of the reply that this is about.
    pub http_status: Option<u16>,
    /// The reply's `retry-after`.
    pub retry_after_ms: Option<f64>,
    /// What the sign-in was given to bring back (JSON), once it is known which sign-in failed.
    pub app_state: Option<String>,
    /// What was thrown.
    pub cause: Option<Cause>,
}

impl AuthError {
    /// A failure with the code's usual kind.
    pub fn new(code: AuthCode, message: impl Into<String>) -> Self {
        Self(Box::new(AuthFailure {
            code,
            kind: code.kind(),
            retryable: code.retryable(),
            message: message.into(),
            description: None,
            uri: None,
            http_status: None,
            retry_after_ms: None,
            app_state: None,
            cause: None,
        }))
    }

    /// The same with what lies behind it.
    #[must_use]
    pub fn with_cause(mut self, cause: Option<Cause>) -> Self {
        self.cause = cause;
        self
    }

    /// An option called `option` in JavaScript is not what is `wanted`.
    pub(super) fn config(option: &str, wanted: &str) -> Self {
        Self::new(AuthCode::InvalidConfig, format!("`{option}` {wanted}"))
    }

    /// A request to `place` came to no reply. The browser's words stay in the cause: a caller's own `fetch` may quote
    /// what it was given.
    pub(super) fn unanswered(place: &str, failure: HttpFailure) -> Self {
        let error = match failure.kind {
            HttpFailureKind::Network => Self::new(
                AuthCode::Network,
                format!(
                    "No reply from {place}: no network, or DNS, TLS, CORS or the page's Content-Security-Policy stands \
                     in the way (a browser does not say which)."
                ),
            ),
            HttpFailureKind::BodyBroken => {
                Self::new(AuthCode::Network, format!("The reply of {place} broke off. Try again."))
            }
            HttpFailureKind::Unusable | HttpFailureKind::BodyUnusable | HttpFailureKind::NoBytes => {
                Self::config("fetch", &format!("did not return a usable Response for {place}."))
            }
        };
        error.with_cause(failure.cause)
    }
}

impl From<NoRandom> for AuthError {
    fn from(_: NoRandom) -> Self {
        Self::new(
            AuthCode::InvalidConfig,
            "This page has no WebCrypto (crypto.getRandomValues), so nobody can sign in.",
        )
    }
}

impl From<StoreFailure> for AuthError {
    fn from(failure: StoreFailure) -> Self {
        let message = "The storage refused (blocked site data, private mode, a full quota or an adapter), or did not \
                       answer in time: allow storage for this site.";
        Self::new(AuthCode::StorageUnavailable, message).with_cause(failure.cause)
    }
}

/// The application's state is its own affair and is not shown.
impl fmt::Debug for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthError")
            .field("code", &self.code)
            .field("kind", &self.kind)
            .field("retryable", &self.retryable)
            .field("message", &self.message)
            .field("description", &self.description)
            .field("uri", &self.uri)
            .field("http_status", &self.http_status)
            .field("retry_after_ms", &self.retry_after_ms)
            .field("has_app_state", &self.app_state.is_some())
            .field("cause", &self.cause)
            .finish()
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for AuthError {}
