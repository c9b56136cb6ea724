//! The life of one registration that is kept: plain numbers and flags, and what follows from them. Time and randomness come in.

use super::clock::Now;
use super::granted_ttl::Grant;
use super::snapshot::Change;
use super::standing::{CallLimits, State};
use super::timing::{
    LEAST_MS, LOOK_MS, OFFLINE_FACTOR, at_risk_after_ms, deadline_ms, heeded_ms, may_be_due_ms, overdue_after_ms,
    patience_ms, retry_ms,
};
use crate::breakout::DEFAULT_TTL_SECONDS;

/// The last attempt: when, by this page's monotonic clock, and how long to wait from then on. The wall clock has no part
/// in it, because a clock that is set would make two attempts of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tried {
    pub(super) at_ms: f64,
    pub(super) wait_ms: f64,
}

/// One registration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegistrationState {
    pub(super) granted: Option<Grant>,
    /// The core has not taken what is desired now.
    pub(super) is_new: bool,
    pub(super) is_first: bool,
    pub(super) tried: Option<Tried>,
    pub(super) is_under_way: bool,
    pub(super) has_failed: bool,
    pub(super) is_rejected: bool,
    /// There are so many before it that it can't be refreshed in time.
    pub(super) is_crowded: bool,
    pub(super) told: State,
    /// What was granted is over, and that was told.
    pub(super) told_over: bool,
}

impl RegistrationState {
    /// Of what is newly desired.
    pub fn new() -> Self {
        Self {
            granted: None,
            is_new: true,
            is_first: true,
            tried: None,
            is_under_way: false,
            has_failed: false,
            is_rejected: false,
            is_crowded: false,
            told: State::Registering,
            told_over: false,
        }
    }

    /// What the core granted last.
    pub fn granted(&self) -> Option<Grant> {
        self.granted
    }

    /// The core has what is desired now.
    pub fn is_settled(&self) -> bool {
        !self.is_new
    }

    /// The core does not want it.
    pub fn is_rejected(&self) -> bool {
        self.is_rejected
    }

    /// The core is being told.
    pub fn is_under_way(&self) -> bool {
        self.is_under_way
    }

    /// How it stands.
    pub fn state(&self, now: Now) -> State {
        let Some(granted) = self.granted else {
            return if self.is_rejected { State::Rejected } else { State::Registering };
        };
        let left_ms = granted.left_ms(now);
        let age_ms = granted.ttl_ms - left_ms;
        let is_late = age_ms >= at_risk_after_ms(granted.ttl_ms);
        match () {
            () if self.is_rejected => State::Rejected,
            () if left_ms <= 0.0 => State::Lapsed,
            () if is_late || self.is_crowded => State::AtRisk,
            () if self.has_failed && age_ms >= may_be_due_ms(granted.ttl_ms) => State::AtRisk,
            () => State::Registered,
        }
    }

    /// What is left of what the core granted; nothing if it granted nothing.
    pub fn left_ms(&self, now: Now) -> f64 {
        self.granted.map_or(0.0, |granted| granted.left_ms(now))
    }

    /// What the core grants, as far as it is known.
    pub fn ttl_ms(&self) -> f64 {
        self.granted.map_or(DEFAULT_TTL_SECONDS * 1000.0, |granted| granted.ttl_ms)
    }

    /// Milliseconds until the core is to be told: 0 or less if now, infinite if not at all as things stand.
    pub fn due_ms(&self, now: Now, is_online: bool) -> f64 {
        if self.is_rejected || self.is_under_way {
            return f64::INFINITY;
        }
        let by_age_ms = match self.granted {
            Some(granted) if !self.is_new => granted.refresh_after_ms - granted.age_ms(now),
            _ => 0.0,
        };
        let factor = if is_online { 1.0 } else { OFFLINE_FACTOR };
        let by_wait_ms = self
            .tried
            .map_or(f64::NEG_INFINITY, |tried| tried.wait_ms * factor - (now.moment.monotonic_ms - tried.at_ms));
        by_age_ms.max(by_wait_ms)
    }

    /// Whether the core is to be told, apart from waits and calls under way.
    pub fn is_called_for(&self, now: Now) -> bool {
        let is_old = |granted: Grant| granted.age_ms(now) >= granted.refresh_after_ms;
        !self.is_rejected && (self.is_new || self.granted.is_none_or(is_old))
    }

    /// Milliseconds until its state changes by itself.
    pub fn changes_in_ms(&self, now: Now) -> f64 {
        let Some(granted) = self.granted else { return f64::INFINITY };
        let left_ms = granted.left_ms(now);
        if self.is_rejected {
            // The core has what it took before until its time is over.
            return if left_ms > 0.0 { left_ms } else { f64::INFINITY };
        }
        let until_risk_ms = left_ms - (granted.ttl_ms - at_risk_after_ms(granted.ttl_ms));
        match () {
            () if until_risk_ms > 0.0 => until_risk_ms,
            () if left_ms > 0.0 => left_ms,
            () => f64::INFINITY,
        }
    }

    /// The longest that nobody need look at the clocks: short times to live are looked at more often.
    pub fn look_ms(&self) -> f64 {
        (self.ttl_ms() / 120.0).clamp(LEAST_MS, LOOK_MS)
    }

    /// Milliseconds until a leader that was last heard `silent_ms` ago, and leaves this undone, is to be overtaken.
    pub fn overtaken_in_ms(&self, now: Now, silent_ms: f64, desired_ms: f64) -> f64 {
        if self.is_rejected {
            return f64::INFINITY;
        }
        let left_ms = self.left_ms(now);
        let patience_ms = patience_ms(self.ttl_ms(), left_ms);
        let by_age_ms = match self.granted {
            Some(granted) if !self.is_new => overdue_after_ms(granted.ttl_ms) - (granted.ttl_ms - left_ms),
            // Nobody has seen to it yet.
            _ => patience_ms - desired_ms,
        };
        by_age_ms.max(patience_ms - silent_ms)
    }

    /// An attempt begins.
    pub fn begin(&mut self, now: Now) -> CallLimits {
        self.is_under_way = true;
        self.tried = Some(Tried { at_ms: now.moment.monotonic_ms, wait_ms: LEAST_MS });
        let is_first = std::mem::replace(&mut self.is_first, false);
        CallLimits { timeout_ms: deadline_ms(self.left_ms(now)), is_first }
    }

    /// The core took it. `is_current`: what it took is desired still.
    pub fn succeeded(&mut self, granted: Grant, is_current: bool, now: Now) -> Change {
        let was_new = self.is_new;
        let was_over = matches!(self.state(now), State::Registering | State::Lapsed);
        self.is_under_way = false;
        self.has_failed = false;
        self.is_crowded = false;
        self.is_rejected = false;
        self.granted = Some(granted);
        // If another tab has told it what is desired now, this came after that.
        self.is_new = !is_current;
        self.told = self.state(now);
        if was_over || (was_new && is_current) { Change::Registered } else { Change::Refreshed }
    }

    /// The attempt failed; the server may have asked for patience. Returns the wait from its beginning.
    pub fn failed(&mut self, asked_ms: Option<f64>, random: f64, now: Now) -> f64 {
        self.is_under_way = false;
        self.has_failed = true;
        let own_ms = retry_ms(self.ttl_ms(), random);
        let asked_ms = asked_ms.map_or(0.0, |asked_ms| heeded_ms(asked_ms, self.left_ms(now)));
        // From the attempt's end, as the server means it.
        let spent_ms = self.tried.map_or(0.0, |tried| now.moment.monotonic_ms - tried.at_ms);
        let wait_ms = if asked_ms > 0.0 { own_ms.max(asked_ms + spent_ms) } else { own_ms };
        self.wait(wait_ms, now);
        wait_ms
    }

    /// Another tab makes an attempt.
    pub fn heard_try(&mut self, now: Now) {
        self.heard_wait(LEAST_MS, 0.0, now);
    }

    fn heard_wait(&mut self, wait_ms: f64, ago_ms: f64, now: Now) {
        self.is_first = false;
        self.tried = Some(Tried { at_ms: now.moment.monotonic_ms - ago_ms, wait_ms });
    }

    /// As `failed`, of an attempt that another tab made, and began `ago_ms` ago.
    pub fn heard_failed(&mut self, wait_ms: f64, ago_ms: f64, now: Now) {
        self.has_failed = true;
        self.heard_wait(wait_ms, ago_ms, now);
    }

    fn wait(&mut self, wait_ms: f64, now: Now) {
        let at_ms = self.tried.map_or(now.moment.monotonic_ms, |tried| tried.at_ms);
        self.tried = Some(Tried { at_ms, wait_ms });
    }

    /// A call for the same registration is under way, or what came of it is being stored.
    pub fn wait_for_call(&mut self) {
        self.is_under_way = true;
    }

    /// The attempt came to nothing, without any fault: it was not sent, or not by us to the end.
    pub fn put_off(&mut self) {
        self.is_under_way = false;
    }

    /// The core does not want it: it is not asked again until something else is desired.
    pub fn rejected(&mut self) {
        self.is_under_way = false;
        self.is_rejected = true;
        self.told = State::Rejected;
    }

    /// Somebody wants it otherwise, or now.
    pub fn desired(&mut self) {
        self.is_new = true;
        self.is_first = true;
        self.is_rejected = false;
        if let Some(tried) = &mut self.tried {
            tried.wait_ms = LEAST_MS;
        }
    }

    /// What was granted before, in another page or by another tab. `is_current`: for what is desired now. An older one than
    /// what is known is no news.
    pub fn adopt(&mut self, granted: Grant, is_current: bool, now: Now) -> Option<Change> {
        let is_newer = self.granted.is_none_or(|known| granted.is_later_than(&known));
        let is_settling = is_current && self.is_new;
        if !is_newer && !is_settling {
            return None;
        }
        let was_over = matches!(self.state(now), State::Registering | State::Lapsed);
        if is_newer {
            self.granted = Some(granted);
            self.has_failed = false;
            self.is_crowded = false;
        }
        if is_settling {
            self.is_new = false;
            self.is_rejected = false;
        }
        self.told = self.state(now);
        Some(match self.told {
            State::Lapsed => Change::Changed,
            _ if was_over || is_settling => Change::Registered,
            _ => Change::Refreshed,
        })
    }

    /// There are many before it.
    pub fn crowd(&mut self) {
        self.is_crowded = true;
    }

    /// What to tell of what time alone has changed since the last look.
    pub fn look(&mut self, now: Now) -> Option<Change> {
        let state = self.state(now);
        let before = std::mem::replace(&mut self.told, state);
        let is_over = self.granted.is_some_and(|granted| granted.left_ms(now) <= 0.0);
        let was_over = std::mem::replace(&mut self.told_over, is_over);
        match state {
            State::Rejected if is_over && !was_over => Some(Change::Changed),
            State::AtRisk if before != state => Some(Change::AtRisk),
            State::Lapsed if before != state => Some(Change::Lapsed),
            _ => None,
        }
    }
}
