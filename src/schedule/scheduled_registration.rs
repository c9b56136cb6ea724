//! What is desired of one registration, how it stands, and what changes that.

use crate::keeper::clock::Now;
use crate::keeper::event::FailureKind;
use crate::keeper::granted_ttl::Grant;
use crate::keeper::registration_state::RegistrationState;
use crate::keeper::saved_state::SavedState;
use crate::keeper::timing::UNSURE_MS;
use crate::keeper::verdict::{Verdict, verdict};

/// What is desired.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Desired {
    /// That it is registered.
    Registration,
    /// That it is deleted, since then.
    Deletion { since_ms: f64 },
    /// Nothing any more.
    Nothing,
}

/// A call that was begun, and whose answer is not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Call {
    /// Its deadline.
    pub until_ms: f64,
    pub is_deletion: bool,
    /// Somebody may have tried the same before, and not heard the answer.
    pub is_repeated: bool,
    /// Something else is desired since.
    pub is_outdated: bool,
}

/// One registration. Times are milliseconds since 1970, by the wall clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScheduledRegistration {
    pub(super) desired: Desired,
    pub(super) state: SavedState,
    pub(super) call: Option<Call>,
    /// A deletion may come late: the core is told twice.
    pub(super) is_unsure: bool,
}

impl ScheduledRegistration {
    /// Of what is newly desired.
    pub fn new() -> Self {
        Self { desired: Desired::Registration, state: RegistrationState::new().saved(), call: None, is_unsure: false }
    }

    /// Its state, without a call that is under way.
    pub(super) fn state(&self, now: Now) -> RegistrationState {
        self.state.restored(now)
    }

    fn change(&mut self, now: Now, change: impl FnOnce(&mut RegistrationState)) {
        let mut state = self.state(now);
        change(&mut state);
        self.state = state.saved();
    }

    fn desire(&mut self, desired: Desired, now: Now) {
        if let Some(call) = &mut self.call {
            call.is_outdated = true;
        }
        self.desired = desired;
        self.change(now, RegistrationState::desired);
    }

    /// Somebody wants it registered, otherwise than before or now.
    pub fn desired(&mut self, now_ms: f64) {
        if matches!(self.desired, Desired::Deletion { .. }) {
            // It may reach the core yet.
            self.is_unsure |= !self.state.is_first;
        }
        self.desire(Desired::Registration, Now::by_wall_clock(now_ms));
    }

    /// Somebody wants it deleted.
    pub fn deletion_desired(&mut self, now_ms: f64) {
        if !matches!(self.desired, Desired::Deletion { .. }) {
            self.desire(Desired::Deletion { since_ms: now_ms }, Now::by_wall_clock(now_ms));
        }
    }

    /// The call that is due begins; it takes `most_ms` at most. False if none is due: nothing has changed then.
    pub fn begin(&mut self, most_ms: f64, now_ms: f64) -> bool {
        if !self.next(now_ms).is_due(now_ms) {
            return false;
        }
        let is_repeated = !self.state.is_first;
        let mut timeout_ms = 0.0;
        let now = Now::by_wall_clock(now_ms);
        self.change(now, |state| timeout_ms = state.begin(now).timeout_ms);
        let is_deletion = matches!(self.desired, Desired::Deletion { .. });
        let until_ms = now_ms + timeout_ms.min(most_ms);
        self.call = Some(Call { until_ms, is_deletion, is_repeated, is_outdated: false });
        true
    }

    /// The core took it. `sent_ms`: when it was told, where that is known better than by when the call began.
    pub fn registered(&mut self, ttl_ms: f64, sent_ms: Option<f64>, random: f64, now_ms: f64) {
        let now = Now::by_wall_clock(now_ms);
        let call = self.call.take();
        let began_ms = self.state.tried.map_or(now_ms, |tried| tried.at_ms);
        let sent = Now::by_wall_clock(sent_ms.unwrap_or(began_ms).min(now_ms)).moment;
        let mut grant = Grant::new(sent, ttl_ms, random, now);
        if self.state(now).granted().is_some_and(|known| known.is_later_than(&grant)) {
            return;
        }
        if std::mem::take(&mut self.is_unsure) {
            grant.refresh_after_ms = grant.refresh_after_ms.min(UNSURE_MS);
        }
        let is_outdated = call.is_some_and(|call| call.is_outdated || call.is_deletion);
        let is_current = !is_outdated && self.desired == Desired::Registration;
        self.change(now, |state| {
            state.succeeded(grant, is_current, now);
        });
    }

    /// The core deleted it.
    pub fn deleted(&mut self, now_ms: f64) {
        self.call = None;
        self.state.granted = None;
        match self.desired {
            Desired::Registration if self.state.is_first => self.is_unsure = false,
            Desired::Registration => self.doubt(Now::by_wall_clock(now_ms)),
            _ => self.desired = Desired::Nothing,
        }
    }

    /// The core may not have any more what it has taken.
    fn doubt(&mut self, now: Now) {
        self.is_unsure = true;
        self.change(now, RegistrationState::desired);
    }

    /// The call failed; the server may have asked for patience.
    pub fn failed(&mut self, kind: FailureKind, asked_ms: Option<f64>, random: f64, now_ms: f64) {
        let now = Now::by_wall_clock(now_ms);
        let is_upsert = self.desired == Desired::Registration;
        let (until_ms, is_repeated, is_outdated) = (now_ms, !self.state.is_first, false);
        let unknown = Call { until_ms, is_deletion: !is_upsert, is_repeated, is_outdated };
        let call = self.call.take().unwrap_or(unknown);
        if call.is_deletion {
            return self.deletion_failed(call, kind, asked_ms, random, now);
        }
        match kind {
            // Not for its own sake.
            FailureKind::Aborted | FailureKind::Superseded => {}
            FailureKind::Rejected if call.is_outdated => {}
            FailureKind::Rejected => self.change(now, RegistrationState::rejected),
            _ => self.wait(asked_ms, random, now),
        }
    }

    fn wait(&mut self, asked_ms: Option<f64>, random: f64, now: Now) {
        self.change(now, |state| {
            state.failed(asked_ms, random, now);
        });
    }

    fn deletion_failed(&mut self, call: Call, kind: FailureKind, asked_ms: Option<f64>, random: f64, now: Now) {
        if kind == FailureKind::Rejected && call.is_repeated {
            // An earlier try, whose answer nobody has heard, has deleted it.
            return self.deleted(now.moment.wall_ms);
        }
        let is_over = self.is_over(now);
        match (verdict(kind, true), self.desired) {
            (Verdict::Final, Desired::Registration) | (_, Desired::Nothing) => {}
            (_, Desired::Registration) => self.doubt(now),
            (Verdict::Interrupted, _) => {}
            (Verdict::Passing, _) if !is_over => self.wait(asked_ms, random, now),
            _ => self.desired = Desired::Nothing,
        }
    }

    /// If it is to be deleted: whether it has ended by itself since. Afterwards it is another one, which somebody else wants.
    pub(super) fn is_over(&self, now: Now) -> bool {
        let Desired::Deletion { since_ms } = self.desired else { return false };
        now.moment.wall_ms - since_ms > self.state(now).ttl_ms()
    }
}

impl Default for ScheduledRegistration {
    fn default() -> Self {
        Self::new()
    }
}
