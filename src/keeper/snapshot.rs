//! What the application is told of a registration.

use super::standing::State;
use crate::breakout::Registration;

/// What happened to a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The core took what is desired, or took it again after it had lapsed.
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

impl Change {
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

/// Why it is not as it should be. `E` is the caller's own error, which is handed back as it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble<E> {
    /// A call failed, here or in another tab.
    Failed(E),
    /// It was not deleted, because it is to be kept again.
    KeptAgain,
    /// The client was closed.
    Closed,
    /// Nobody is signed in who could delete it.
    Nobody,
}

/// How a registration stands, for the application.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot<'a, E> {
    /// Of what is wanted.
    pub id: &'a str,
    /// Whose it is, if that is known.
    pub owner: Option<&'a str>,
    /// What is wanted.
    pub registration: &'a Registration,
    /// What the core was told last, and took, and has still, as far as this browser knows.
    pub in_effect: Option<&'a Registration>,
    /// How it stands; nothing is done about it while it is suspended.
    pub state: State,
    /// There is no session to keep it with.
    pub is_suspended: bool,
    /// It is kept no more.
    pub is_stopped: bool,
    /// It is to be deleted at the core.
    pub is_ending: bool,
    /// It is to be deleted when the last page goes.
    pub delete_on_leave: bool,
    /// What is wanted is in the store.
    pub is_stored: bool,
    /// When the core forgets it, by the wall clock.
    pub expires_at_wall_ms: Option<f64>,
    /// When the core will be told next, by the wall clock; `None` while that is not known or not to be.
    pub next_refresh_at_wall_ms: Option<f64>,
    /// Until the next success.
    pub trouble: Option<&'a Trouble<E>>,
}

impl<E> Snapshot<'_, E> {
    /// How it stands, as JavaScript names it.
    pub fn state_name(&self) -> &'static str {
        match () {
            () if self.is_stopped => "stopped",
            () if self.is_suspended => "suspended",
            () => self.state.as_str(),
        }
    }
}
