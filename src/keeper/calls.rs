//! The calls of the core that the keeper makes, as it sees them: what is told the core, within which limits, and what
//! came of it. Who makes the calls sees to tokens, deadlines and the turns of calls for one registration.

use crate::breakout::{ApiVersion, Registration, Target};
use crate::error::Kind;
use crate::oauth::AuthError;
use crate::seams::{Cause, Moment};
use futures_util::future::LocalBoxFuture;

/// Where the calls go. Registrations at another core, or of another API, are apart.
#[derive(Clone, Debug)]
pub struct Core {
    /// In one spelling, because it is part of names that are stored.
    pub base_url: String,
    /// Which API the core speaks.
    pub api_version: ApiVersion,
}

/// What one call must keep to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallLimits {
    /// The deadline, instead of the client's.
    pub timeout_ms: Option<f64>,
    /// The call may be sent again when an attempt fails, as the client's calls are. Otherwise it is sent once.
    pub is_retried: bool,
    /// The request outlives the page.
    pub outlives_page: bool,
}

/// The core took a registration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Registered {
    /// How long the core remembers it, from when the request was sent.
    pub ttl_seconds: f64,
    /// When the request was sent.
    pub sent_at: Moment,
}

/// A call that failed, or something else that came in the way of a registration.
#[derive(Clone, Debug)]
pub struct CallError {
    /// Which error it is: `rpc`, `auth`, `rejected`, `invalid` or `load`.
    pub family: &'static str,
    /// What exactly happened.
    pub code: String,
    /// In the coarsest words.
    pub kind: Kind,
    /// The same may succeed later.
    pub retryable: bool,
    /// How long the other side asked to be left alone.
    pub retry_after_ms: Option<f64>,
    /// For people, without anything secret.
    pub message: String,
    /// The error of the face, which goes back to the application as it is.
    pub raw: Option<Cause>,
}

impl CallError {
    /// All families.
    pub const FAMILIES: [&str; 5] = ["rpc", "auth", "rejected", "invalid", "load"];

    /// The call was given up.
    pub fn cancelled() -> Self {
        Self {
            family: "rpc",
            code: "cancelled".to_owned(),
            kind: Kind::Aborted,
            retryable: false,
            retry_after_ms: None,
            message: "The call was given up.".to_owned(),
            raw: None,
        }
    }

    /// The core does not want what it was told.
    pub fn is_rejection(&self) -> bool {
        self.family == "rejected"
    }

    /// There was no token to call with.
    pub fn is_auth(&self) -> bool {
        self.family == "auth"
    }

    /// A later call for the same registration took the place of this one, which was not sent.
    pub fn is_superseded(&self) -> bool {
        self.code == "superseded"
    }

    /// The wasm that was to make the call stopped, or could not be loaded.
    pub fn is_load(&self) -> bool {
        self.family == "load"
    }
}

impl From<AuthError> for CallError {
    fn from(error: AuthError) -> Self {
        Self {
            family: "auth",
            code: error.code.as_str().to_owned(),
            kind: error.kind,
            retryable: error.retryable,
            retry_after_ms: error.retry_after_ms,
            message: error.message.clone(),
            raw: None,
        }
    }
}

/// Makes the calls.
pub trait Calls {
    /// Creates, replaces or refreshes a registration. When `cancelled` ends first the call is aborted.
    fn upsert<'a>(
        &'a self,
        registration: &'a Registration,
        limits: CallLimits,
        cancelled: LocalBoxFuture<'a, ()>,
    ) -> LocalBoxFuture<'a, Result<Registered, CallError>>;

    /// Ends a registration. When `cancelled` ends first the call is aborted.
    fn delete<'a>(
        &'a self,
        target: &'a Target,
        limits: CallLimits,
        cancelled: LocalBoxFuture<'a, ()>,
    ) -> LocalBoxFuture<'a, Result<(), CallError>>;
}
