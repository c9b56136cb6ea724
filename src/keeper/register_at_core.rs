//! Telling the core, one attempt at a time for each registration: what is stored is read, the call made, and what was
//! granted stored.

use super::actions::Actions;
use super::attempt::Attempt;
use super::desired::StoredGrant;
use super::event::{Failure, FailureKind, Stored};
use super::granted_ttl::Grant;
use super::keeper::{Keeper, Unwritten};
use super::message::{Post, Told};
use super::snapshot::{Change, Trouble};
use super::standing::CallLimits;
use super::timing::UNSURE_MS;
use crate::moment::Moment;
use std::rc::Rc;

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// Begins with what the store has. Another tab may have done it, or want it otherwise, while this one was frozen.
    pub(super) fn begin_attempt(&mut self, key: String, limits: CallLimits) {
        let Some(kept) = self.schedule.get(&key) else { return };
        let desired = kept.desired.clone();
        let (era, term, began) = (self.era, self.term, self.now);
        let is_deletion = desired.is_deletion;
        let number = self.next_number();
        let owner = self.owner.as_deref().filter(|_| self.is_shared);
        self.actions.check(number, owner, &key, is_deletion);
        let (is_repeated, is_second, is_of_other) = (false, false, false);
        let attempt = Attempt { number, key, desired, era, term, began, limits, is_repeated, is_second, is_of_other };
        self.attempts.push(attempt);
    }

    pub(super) fn take_attempt(&mut self, number: u32) -> Option<Attempt> {
        let at = self.attempts.iter().position(|attempt| attempt.number == number)?;
        Some(self.attempts.swap_remove(at))
    }

    /// Whether this page still leads as it did when the attempt began.
    pub(super) fn may_go_on(&self, attempt: &Attempt) -> bool {
        attempt.term == self.term && self.is_leading && !self.is_closed
    }

    /// Whatever became of an attempt, it is over.
    pub(super) fn end_attempt(&mut self, attempt: &Attempt) {
        if let Some(kept) = self.schedule.get_mut(&attempt.key) {
            kept.state.put_off();
        }
        if self.attempts.is_empty() {
            self.yield_lock();
        }
        self.changed();
    }

    /// What the store has is known.
    pub(super) fn checked(&mut self, number: u32, stored: Stored, grant: Option<StoredGrant>) {
        let Some(attempt) = self.take_attempt(number) else { return };
        let is_called_for = attempt.era == self.era
            && self.is_news(&attempt, stored, grant)
            && self.is_last_word(&attempt)
            && self.may_go_on(&attempt)
            && !self.gave_way(&attempt);
        if is_called_for { self.tell_core(attempt) } else { self.end_attempt(&attempt) }
    }

    /// Whether the core is still to be told.
    fn is_news(&mut self, attempt: &Attempt, stored: Stored, grant: Option<StoredGrant>) -> bool {
        let (key, now) = (attempt.key.as_str(), self.now);
        let is_stored = self.schedule.get(key).is_some_and(|kept| kept.is_stored);
        // What was read is older than what was wanted meanwhile.
        let is_current = self.is_current(key, &attempt.desired.id);
        match stored {
            Stored::NotRead => return true,
            Stored::Nothing => {
                if is_stored && is_current {
                    self.end(key, None);
                }
                return !is_stored;
            }
            Stored::Desired(desired) if is_stored && desired.id != attempt.desired.id && desired.is_of(key) => {
                if is_current {
                    // Other tabs may not know of it, either.
                    self.actions.post_desired(key, &desired, true, false);
                    self.take_desired(key, desired, true);
                }
                return false;
            }
            Stored::Desired(_) | Stored::Other => {}
        }
        let Some(kept) = self.schedule.get_mut(key) else { return false };
        if kept.is_unsure {
            return true;
        }
        let known = grant.and_then(|stored| Some((stored.grant(now)?, stored)));
        let change = known.and_then(|(grant, stored)| kept.adopt(grant, &stored.id, stored.registration, now));
        let is_called_for = kept.state.is_called_for(now);
        if let Some(change) = change {
            self.tell(key, change);
        }
        is_called_for
    }

    /// What the page has said since may take the place of a deletion.
    fn is_last_word(&self, attempt: &Attempt) -> bool {
        !attempt.desired.is_deletion || self.is_current(&attempt.key, &attempt.desired.id)
    }

    /// A deletion is not made if the application has registered the number since: its call comes first, and this one would
    /// come after it.
    fn gave_way(&mut self, attempt: &Attempt) -> bool {
        if !attempt.desired.is_deletion || !self.is_overruled(&attempt.key) {
            return false;
        }
        self.drop_overruled(&attempt.key, &attempt.desired.id);
        true
    }

    fn tell_core(&mut self, mut attempt: Attempt) {
        self.actions.post(Post::of(Told::Tries, &attempt.key));
        attempt.is_repeated = self.note_try(&attempt);
        if attempt.desired.is_deletion {
            return self.delete_at_core(attempt);
        }
        let CallLimits { timeout_ms, is_first } = attempt.limits;
        self.actions.upsert(attempt.number, &attempt.desired.registration, timeout_ms, is_first);
        self.attempts.push(attempt);
    }

    /// Notes that the core is told. Deletions that what is desired took the place of are not made any more. True if the core
    /// may have been told before.
    fn note_try(&mut self, attempt: &Attempt) -> bool {
        let kept = self.schedule.get_mut(&attempt.key).filter(|kept| kept.desired.id == attempt.desired.id);
        let Some(kept) = kept else { return true };
        let is_repeated = std::mem::replace(&mut kept.is_tried, true);
        if !attempt.desired.is_deletion {
            let overtaken = std::mem::take(&mut kept.overtaken);
            self.overtake(&overtaken);
        }
        is_repeated
    }

    /// The core took it.
    pub(super) fn registered(&mut self, number: u32, ttl_ms: f64, sent: Moment) {
        let Some(attempt) = self.take_attempt(number) else { return };
        let (now, key) = (self.now, attempt.key.as_str());
        let mut grant = Grant::new(sent, ttl_ms, self.random, now);
        // Another owner's may have taken the place of it.
        let kept = self.schedule.get_mut(key).filter(|_| attempt.era == self.era);
        // Somebody stopped it meanwhile, and everybody knows.
        let Some(kept) = kept else { return self.end_attempt(&attempt) };
        if std::mem::take(&mut kept.is_unsure) {
            grant.refresh_after_ms = grant.refresh_after_ms.min(UNSURE_MS);
        }
        let desired = &attempt.desired;
        kept.trouble = None;
        kept.is_own = true;
        kept.accept(&desired.id, Some(Rc::clone(&desired.registration)));
        let change = kept.state.succeeded(grant, kept.desired.id == desired.id, now);
        // Nothing else is begun for it until that is stored.
        kept.state.wait_for_call();
        let owner = kept.owner.clone();
        let stored = StoredGrant {
            id: desired.id.clone(),
            sent,
            ttl_ms,
            refresh_after_ms: grant.refresh_after_ms,
            registration: Some(Rc::clone(&desired.registration)),
        };
        let key = attempt.key.clone();
        self.attempts.push(attempt);
        let Some(owner) = owner else { return self.grant_stored(number, change) };
        let ticket = self.ticket(Unwritten::Grant { attempt: number, change });
        self.actions.store_grant(ticket, &owner, &key, &stored);
    }

    pub(super) fn grant_stored(&mut self, number: u32, change: Change) {
        let Some(attempt) = self.take_attempt(number) else { return };
        let granted = self.schedule.get(&attempt.key).and_then(|kept| kept.state.granted());
        if let Some(grant) = granted.filter(|_| attempt.era == self.era) {
            self.actions.post(Post {
                id: Some(&attempt.desired.id),
                registration: Some(&attempt.desired.registration),
                times_ms: [grant.age_ms(self.now), grant.ttl_ms, grant.refresh_after_ms],
                ..Post::of(Told::Granted, &attempt.key)
            });
        }
        self.end_attempt(&attempt);
        self.tell(&attempt.key, change);
        // The store refused what is desired; it may take it by now.
        if self.schedule.get(&attempt.key).is_some_and(|kept| !kept.is_stored) {
            self.store_again(&attempt.key);
        }
    }

    /// A call came to nothing.
    pub(super) fn call_failed(&mut self, number: u32, failure: Failure<E>) {
        let is_deletion = |attempt: &&Attempt| attempt.number == number && attempt.desired.is_deletion;
        if self.attempts.iter().any(|attempt| is_deletion(&attempt)) {
            return self.deletion_answered(number, Some(failure));
        }
        let Some(attempt) = self.take_attempt(number) else { return };
        match failure.kind {
            // Not for its own sake: the owner changed, the lead went, or a call of the application's took its turn.
            FailureKind::Aborted | FailureKind::Superseded => {}
            _ if !self.may_go_on(&attempt) => {}
            FailureKind::Rejected => self.rejected(&attempt, failure.error),
            _ => {
                self.failed(&attempt, failure);
                self.doubt_settled(&attempt);
            }
        }
        self.end_attempt(&attempt);
    }

    /// What another tab has told the core since may have come before this.
    fn doubt_settled(&mut self, attempt: &Attempt) {
        let kept = self.schedule.get_mut(&attempt.key).filter(|kept| kept.desired.id != attempt.desired.id);
        if let Some(kept) = kept.filter(|kept| kept.state.is_settled()) {
            kept.doubt();
        }
    }

    fn rejected(&mut self, attempt: &Attempt, error: E) {
        let (key, id) = (attempt.key.as_str(), attempt.desired.id.as_str());
        let Some(kept) = self.schedule.get_mut(key).filter(|kept| kept.desired.id == id) else { return };
        kept.state.rejected();
        // Not again after a reload.
        let ticket = self.next_number();
        self.forget(key, ticket);
        if let Some(kept) = self.schedule.get_mut(key) {
            kept.is_stored = false;
            kept.is_missing = false;
        }
        let trouble = Trouble::Failed(error);
        self.actions.post(Post { id: Some(id), trouble: Some(&trouble), ..Post::of(Told::Rejected, key) });
        self.tell_trouble(key, Change::Rejected, trouble);
    }

    fn failed(&mut self, attempt: &Attempt, failure: Failure<E>) {
        let (now, random) = (self.now, self.random);
        let Some(kept) = self.schedule.get_mut(&attempt.key) else { return };
        let wait_ms = kept.state.failed(failure.retry_after_ms, random, now);
        let change = kept.state.look(now).unwrap_or(Change::Changed);
        if failure.kind == FailureKind::NoToken {
            self.actions.look_at_owner();
        }
        let ago_ms = now.moment.monotonic_ms - attempt.began.moment.monotonic_ms;
        let trouble = Trouble::Failed(failure.error);
        let times_ms = [wait_ms, ago_ms, f64::NAN];
        self.actions.post(Post { times_ms, trouble: Some(&trouble), ..Post::of(Told::Failed, &attempt.key) });
        self.tell_trouble(&attempt.key, change, trouble);
        self.let_others_try(wait_ms);
    }
}
