//! What every error of the SDK has in common. Each room has its own error.

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
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}
