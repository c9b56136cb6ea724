//! What every error of the SDK has in common. Each room has its own error; this page joins them for the face.

use crate::auth::AuthError;
use crate::breakout::{InvalidRequest, Rejected};
use crate::grpc_web::RpcError;

/// What went wrong, in the coarsest words: what a program branches on when it does not care for the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No usable connection.
    Network,
    /// A deadline passed.
    Timeout,
    /// The caller gave up.
    Aborted,
    /// The other side broke the protocol, or answered with a plain error status.
    Protocol,
    /// Signing in again, or other rights, would help.
    Auth,
    /// The core understood the request and refuses it.
    Rejected,
    /// The caller's input is wrong; nothing was sent.
    Invalid,
    /// The set-up is wrong: addresses, client registration, proxy.
    Config,
    /// The wasm stopped in the middle of it.
    Crashed,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Network,
        Self::Timeout,
        Self::Aborted,
        Self::Protocol,
        Self::Auth,
        Self::Rejected,
        Self::Invalid,
        Self::Config,
        Self::Crashed,
    ];

    /// As JavaScript sees it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Aborted => "aborted",
            Self::Protocol => "protocol",
            Self::Auth => "auth",
            Self::Rejected => "rejected",
            Self::Invalid => "invalid",
            Self::Config => "config",
            Self::Crashed => "crashed",
        }
    }

    /// From its name, exactly.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Any error that the SDK hands to its caller.
#[derive(Clone, Debug)]
pub enum Error {
    /// A call failed.
    Rpc(RpcError),
    /// Signing in, or getting a token, failed.
    Auth(AuthError),
    /// The core answered NOT_ACCEPTABLE.
    Rejected(Rejected),
    /// The input is wrong; nothing was sent.
    Invalid(InvalidRequest),
}

impl Error {
    /// In the coarsest words.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Rpc(error) => error.kind,
            Self::Auth(error) => error.kind,
            Self::Rejected(_) => Kind::Rejected,
            Self::Invalid(_) => Kind::Invalid,
        }
    }

    /// How long the other side asked to be left alone.
    pub fn retry_after_ms(&self) -> Option<f64> {
        match self {
            Self::Rpc(error) => error.retry_after_ms,
            Self::Auth(error) => error.retry_after_ms,
            _ => None,
        }
    }
}

impl From<RpcError> for Error {
    fn from(error: RpcError) -> Self {
        Self::Rpc(error)
    }
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

impl From<Rejected> for Error {
    fn from(error: Rejected) -> Self {
        Self::Rejected(error)
    }
}

impl From<InvalidRequest> for Error {
    fn from(error: InvalidRequest) -> Self {
        Self::Invalid(error)
    }
}
