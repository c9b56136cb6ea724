//! What is to be called next, and how a registration stands.

use super::scheduled_registration::{Desired, ScheduledRegistration};
use crate::keeper::clock::Now;
use crate::keeper::standing::State;
use crate::keeper::timing::{LONGEST_MS, deadline_ms};

/// What is to be done about a registration, as seen at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NextCall {
    /// `upsert` or `delete`; none if there is nothing to be called.
    pub call: Option<&'static str>,
    /// When the call is due: in the past if it is late, infinite if there is none.
    pub at_ms: f64,
    /// How long it may take, if it begins then; or now, if it is late.
    pub timeout_ms: f64,
    /// How the registration stands.
    pub state: &'static str,
    /// When the core forgets what it granted.
    pub expires_at_ms: Option<f64>,
}

impl NextCall {
    /// Whether it is to begin now.
    pub(super) fn is_due(&self, now_ms: f64) -> bool {
        self.call.is_some() && self.at_ms <= now_ms
    }
}

impl ScheduledRegistration {
    /// What is to be called next.
    pub fn next(&self, now_ms: f64) -> NextCall {
        let now = Now::by_wall_clock(now_ms);
        let state = self.state(now);
        let call = match self.desired {
            Desired::Registration => Some("upsert").filter(|_| !state.is_rejected()),
            Desired::Deletion { .. } => Some("delete").filter(|_| !self.is_over(now)),
            Desired::Nothing => None,
        };
        let at_ms = now_ms + state.due_ms(now, true).max(self.free_in_ms(now_ms));
        NextCall {
            call,
            at_ms: if call.is_some() { at_ms } else { f64::INFINITY },
            timeout_ms: deadline_ms(state.left_ms(now) - (at_ms - now_ms).max(0.0)),
            state: match (self.desired, call) {
                (Desired::Registration, _) => State::as_str(state.state(now)),
                (_, Some(_)) => "deleting",
                (_, None) => "stopped",
            },
            expires_at_ms: state.granted().map(|granted| granted.expires_at_wall_ms()),
        }
    }

    /// Milliseconds until no call can be under way any more. One that seems to be for far longer than any takes is none: the
    /// clock was set back since.
    fn free_in_ms(&self, now_ms: f64) -> f64 {
        let free_in_ms = self.call.map_or(f64::NEG_INFINITY, |call| call.until_ms - now_ms);
        if free_in_ms > 2.0 * LONGEST_MS { f64::NEG_INFINITY } else { free_in_ms }
    }
}
