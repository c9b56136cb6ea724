//! How a call of a front end fails.

use crate::breakout::{CallFailure, InvalidRequest, Rejected};
use crate::error::Kind;
use crate::grpc_web::RpcError;
use std::fmt;
use wasm_bindgen::JsValue;

/// Why a call has no result.
#[derive(Clone, Debug)]
pub enum Error {
    /// The core understood the registration and refuses it (`NOT_ACCEPTABLE`).
    Rejected(Rejected),
    /// The call failed: with a status of the server, or before there was one.
    Rpc {
        /// What is known about it.
        error: RpcError,
        /// What the browser threw, if it threw something, and if that repeats no secret.
        cause: Option<JsValue>,
    },
    /// The application's function gave no access token.
    Token {
        /// What is wrong.
        message: &'static str,
        /// What the function returned as its error, if that repeats no secret.
        cause: Option<JsValue>,
    },
    /// The input is wrong; nothing was sent.
    Invalid(InvalidRequest),
}

impl Error {
    /// In the coarsest words.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Rejected(_) => Kind::Rejected,
            Self::Rpc { error, .. } => error.kind,
            Self::Token { .. } => Kind::Auth,
            Self::Invalid(_) => Kind::Invalid,
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Rpc { error, .. } if error.retryable)
    }

    /// What was thrown.
    pub fn cause(&self) -> Option<&JsValue> {
        match self {
            Self::Rpc { cause, .. } | Self::Token { cause, .. } => cause.as_ref(),
            Self::Rejected(_) | Self::Invalid(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(rejected) => f.write_str(&rejected.message),
            Self::Rpc { error, .. } => error.fmt(f),
            Self::Token { message, .. } => f.write_str(message),
            Self::Invalid(InvalidRequest { problems }) => {
                for (at, problem) in problems.iter().enumerate() {
                    let separator = if at == 0 { "" } else { " " };
                    write!(f, "{separator}{}: {}", problem.field, problem.message)?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<InvalidRequest> for Error {
    fn from(invalid: InvalidRequest) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<RpcError> for Error {
    fn from(error: RpcError) -> Self {
        Self::Rpc { error, cause: None }
    }
}

impl From<CallFailure> for Error {
    fn from(failure: CallFailure) -> Self {
        match failure {
            CallFailure::Rejected(rejected) => Self::Rejected(rejected),
            CallFailure::Rpc(error) => error.into(),
        }
    }
}
