//! A registration's state as a server saves it, and restores it in another process or on another machine. Only the
//! wall clock counts in it.

use super::clock::Now;
use super::granted_ttl::Grant;
use super::registration_state::{RegistrationState, Tried};
use super::timing::retry_ms;

/// What the core granted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SavedGrant {
    /// When the request was sent.
    pub sent_ms: f64,
    /// For how long, from then.
    pub ttl_ms: f64,
    /// When it is refreshed, from then.
    pub refresh_after_ms: f64,
}

/// The last attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SavedTry {
    pub at_ms: f64,
    /// How long to wait from then on.
    pub wait_ms: f64,
}

/// All of it. A call that is under way is not in it: who saves it knows better how long to wait for an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SavedState {
    pub granted: Option<SavedGrant>,
    pub tried: Option<SavedTry>,
    /// The core has not taken what is desired now.
    pub is_new: bool,
    /// Nobody has tried what is desired now.
    pub is_first: bool,
    pub has_failed: bool,
    pub is_rejected: bool,
}

impl RegistrationState {
    /// What is to be saved of it.
    pub fn saved(&self) -> SavedState {
        SavedState {
            granted: self.granted.map(|Grant { sent, ttl_ms, refresh_after_ms, .. }| SavedGrant {
                sent_ms: sent.wall_ms,
                ttl_ms,
                refresh_after_ms,
            }),
            tried: self.tried.map(|Tried { at_ms, wait_ms }| SavedTry { at_ms, wait_ms }),
            is_new: self.is_new,
            is_first: self.is_first,
            has_failed: self.has_failed,
            is_rejected: self.is_rejected,
        }
    }
}

impl SavedState {
    /// As it stands now. What happened well after now has not happened: the clock was set back since. Then what is left of a
    /// grant can't be told, so the core is told at once; and nobody waits for the clock to come to where it was. A little
    /// later than now is what another machine's clock makes of it.
    pub fn restored(&self, now: Now) -> RegistrationState {
        let now_ms = now.moment.wall_ms;
        let granted = self.granted.filter(|granted| granted.sent_ms - now_ms <= retry_ms(granted.ttl_ms, 0.0));
        let tried = self.tried.filter(|tried| tried.at_ms - now_ms <= tried.wait_ms);
        let mut state = RegistrationState {
            granted: granted.map(|SavedGrant { sent_ms, ttl_ms, refresh_after_ms }| {
                Grant::of(Now::by_wall_clock(sent_ms).moment, ttl_ms, refresh_after_ms, now)
            }),
            tried: tried.map(|SavedTry { at_ms, wait_ms }| Tried { at_ms, wait_ms }),
            is_new: self.is_new,
            is_first: self.is_first,
            has_failed: self.has_failed,
            is_rejected: self.is_rejected,
            ..RegistrationState::new()
        };
        state.look(now);
        state
    }
}
