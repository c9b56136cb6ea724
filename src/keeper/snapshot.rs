//! What the application is told of a registration.

use super::calls::CallError;
use super::kept::State;
use crate::breakout::Registration;
use crate::error::Kind;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The core took the wish, or took it again after it had lapsed.
    Registered,
    /// The core was told again.
    Refreshed,
    /// A refresh failed, or is late; the registration still stands.
    AtRisk,
    /// The core has forgotten it.
    Lapsed,
    /// The core does not want it.
    Rejected,
    /// There is no session to keep it with.
    Suspended,
    /// There is one again.
    Resumed,
    /// It is kept no more.
    Stopped,
    /// Nothing of the above, but what is known has changed.
    Changed,
}

impl Event {
    /// As JavaScript names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Refreshed => "refreshed",
            Self::AtRisk => "atRisk",
            Self::Lapsed => "lapsed",
            Self::Rejected => "rejected",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::Stopped => "stopped",
            Self::Changed => "change",
        }
    }
}

/// Why it is not as it should be.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// This tab's own call failed.
    Own(CallError),
    /// Another tab's did.
    Told {
        /// Which error it was: `rpc`, `auth`, `rejected` or `invalid`.
        family: &'static str,
        /// The error's code.
        code: String,
        /// Its kind.
        kind: Kind,
        /// Its words.
        message: String,
    },
}

/// How a registration stands, for the application.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Whose it is, if that is known.
    pub owner: Option<String>,
    /// What is wanted.
    pub registration: Registration,
    /// What the core was told last, and took, and has still, as far as this browser knows.
    pub in_effect: Option<Registration>,
    /// How it stands; nothing is done about it while it is suspended.
    pub state: State,
    /// There is no session to keep it with.
    pub is_suspended: bool,
    /// It is kept no more.
    pub is_stopped: bool,
    /// It is to be deleted at the core.
    pub is_ending: bool,
    /// When the core forgets it, by the wall clock.
    pub expires_at_wall_ms: Option<f64>,
    /// When the core will be told next, by the wall clock; `None` while that is not known or not to be.
    pub next_refresh_at_wall_ms: Option<f64>,
    /// Until the next success.
    pub trouble: Option<Trouble>,
}
