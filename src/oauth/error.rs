//! What goes wrong while signing in or getting a token.

use super::AuthCode;
use crate::error::Kind;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A failure of the OAuth half. No field ever holds a token, a code or a verifier.
/// It is one pointer wide, because every `?` on its way copies it; what it says is in [`AuthFailure`].
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug)]
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
        }))
    }

    /// An option called `option` in JavaScript is not what is `wanted`.
    pub(crate) fn config(option: &str, wanted: &str) -> Self {
        Self::new(AuthCode::InvalidConfig, ["`", option, "` ", wanted].concat())
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for AuthError {}
