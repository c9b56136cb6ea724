//! Deleting at the core, until it has said yes or the registration's time is over: a page that is frozen, closed or reloaded
//! meanwhile leaves the deletion in the store, for itself or another one.

use super::actions::Actions;
use super::attempt::Attempt;
use super::desired::DesiredRegistration;
use super::event::{Failure, FailureKind};
use super::keeper::{Keeper, Unwritten};
use super::leadership::ANSWER_MS;
use super::message::{Post, Told};
use super::snapshot::{Change, Trouble};
use super::verdict::{Verdict, verdict};

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// The core deletes what it has: what it took last, as far as that is known, which need not be what was desired last.
    pub(super) fn delete_at_core(&mut self, mut attempt: Attempt) {
        let desired = &attempt.desired.registration;
        let accepted = self.schedule.get(&attempt.key).and_then(|kept| kept.accepted.as_ref());
        let other = accepted.map(|accepted| &accepted.registration).filter(|other| other.target != desired.target);
        let other = other.filter(|_| !attempt.is_second);
        attempt.is_of_other = other.is_some();
        let registration = other.unwrap_or(desired);
        self.actions.delete(attempt.number, registration, attempt.limits.is_first, !attempt.is_second);
        self.attempts.push(attempt);
    }

    /// The core has answered, or nobody has.
    pub(super) fn deletion_answered(&mut self, number: u32, failure: Option<Failure<E>>) {
        let Some(mut attempt) = self.take_attempt(number) else { return };
        let is_rejected = failure.as_ref().is_some_and(|failure| failure.kind == FailureKind::Rejected);
        let is_overruled = self.is_overruled(&attempt.key);
        if is_rejected && !is_overruled && attempt.is_of_other {
            // The answer to what it was told after that may be lost.
            attempt.is_second = true;
            return self.delete_at_core(attempt);
        }
        // An earlier try, whose answer nobody has heard, has deleted it.
        let failure = failure.filter(|_| !(is_rejected && attempt.is_repeated));
        let may_go_on = self.may_go_on(&attempt);
        let verdict = failure
            .as_ref()
            .map(|failure| if is_overruled { Verdict::Final } else { verdict(failure.kind, may_go_on) });
        let (key, id) = (attempt.key.as_str(), attempt.desired.id.as_str());
        if !self.is_current(key, id) {
            return self.deleted_late(&attempt, failure, verdict);
        }
        let is_over = self.schedule.get(key).is_none_or(|kept| kept.is_over(self.now));
        match (failure, verdict) {
            (Some(_), Some(Verdict::Interrupted)) => self.end_attempt(&attempt),
            (Some(failure), Some(Verdict::Passing)) if !is_over => self.delete_later(&attempt, failure),
            (failure, verdict) => {
                let is_final = verdict == Some(Verdict::Final);
                let key = key.to_owned();
                self.attempts.push(attempt);
                let ticket = self.ticket(Unwritten::Deletion { attempt: number, failure, is_final });
                self.forget(&key, ticket);
            }
        }
    }

    /// It is removed from the store; or there is something newer, which another tab has wanted while this one slept.
    pub(super) fn deletion_removed(
        &mut self,
        number: u32,
        failure: Option<Failure<E>>,
        is_final: bool,
        newer: Option<DesiredRegistration>,
    ) {
        let Some(attempt) = self.take_attempt(number) else { return };
        let (key, id, is_ours) = (attempt.key.as_str(), attempt.desired.id.as_str(), attempt.era == self.era);
        if let Some(newer) = newer.filter(|_| is_ours && self.is_current(key, id)) {
            self.take_desired(key, newer, true);
            if let Some(kept) = self.schedule.get_mut(key) {
                kept.is_tried = true;
            }
        }
        if !self.is_current(key, id) {
            let verdict = failure.as_ref().map(|_| if is_final { Verdict::Final } else { Verdict::Passing });
            return self.deleted_late(&attempt, failure, verdict);
        }
        if failure.is_none() {
            self.forget_accepted(key);
        }
        let trouble = failure.map(|failure| Trouble::Failed(failure.error));
        if is_ours {
            self.actions.post(Post { id: Some(id), trouble: trouble.as_ref(), ..Post::of(Told::Gone, key) });
        }
        self.end(key, trouble);
        self.end_attempt(&attempt);
    }

    /// If it was to be deleted, it is: the core has nothing any more.
    pub(super) fn forget_accepted(&mut self, key: &str) {
        if let Some(kept) = self.schedule.get_mut(key).filter(|kept| kept.desired.is_deletion) {
            kept.accepted = None;
        }
    }

    /// The application registers the number of `key` by a call of its own: that came later than a deletion, which is not
    /// tried again. What is under way ends before that call begins. `id`: only that deletion; it was found in the store.
    pub(super) fn overrule(&mut self, key: &str, id: Option<&str>) {
        let Some(kept) = self.schedule.get_mut(key) else { return };
        if !kept.desired.is_deletion || id.is_some_and(|id| kept.desired.id != id) {
            return;
        }
        kept.is_overruled = true;
        // A try that has begun looks at this before it sends anything, and ends the deletion when it is over.
        if !kept.state.is_under_way() {
            let id = kept.desired.id.clone();
            self.drop_overruled(key, &id);
        }
    }

    pub(super) fn is_overruled(&self, key: &str) -> bool {
        self.schedule.get(key).is_some_and(|kept| kept.is_overruled)
    }

    /// It is not deleted: the application has registered it since.
    pub(super) fn drop_overruled(&mut self, key: &str, id: &str) {
        let ticket = self.next_number();
        self.forget(key, ticket);
        self.actions.post(Post { id: Some(id), trouble: Some(&Trouble::KeptAgain), ..Post::of(Told::Gone, key) });
        self.end(key, Some(Trouble::KeptAgain));
    }

    /// It is tried again. Whoever waits for it is told what came in the way, and is done with it.
    fn delete_later(&mut self, attempt: &Attempt, failure: Failure<E>) {
        let (now, random, key) = (self.now, self.random, attempt.key.as_str());
        if let Some(kept) = self.schedule.get_mut(key) {
            let wait_ms = kept.state.failed(failure.retry_after_ms, random, now);
            if failure.kind == FailureKind::NoToken {
                self.actions.look_at_owner();
            }
            let trouble = Some(Trouble::Failed(failure.error));
            self.actions.post(Post {
                id: Some(&attempt.desired.id),
                times_ms: [wait_ms, f64::NAN, f64::NAN],
                trouble: trouble.as_ref(),
                ..Post::of(Told::Gone, key)
            });
            self.tell_stopped(key, trouble);
            self.let_others_try(wait_ms);
        }
        self.end_attempt(attempt);
    }

    /// The application is told that it is kept no more; the deletion goes on.
    pub(super) fn tell_stopped(&mut self, key: &str, trouble: Option<Trouble<E>>) {
        let now = self.now;
        let Some(kept) = self.schedule.get_mut(key) else { return };
        kept.trouble.clone_from(&trouble);
        kept.is_told = true;
        self.actions.settled(&kept.desired.id, trouble.as_ref());
        self.actions.tell(key, Change::Stopped, &kept.last_snapshot(now));
    }

    /// A try ends when the number is wanted again already. What the core has now is not known if it may have been told of
    /// that before: then it is told again.
    fn deleted_late(&mut self, attempt: &Attempt, failure: Option<Failure<E>>, verdict: Option<Verdict>) {
        let (key, is_ours) = (attempt.key.as_str(), attempt.era == self.era);
        let error = failure.map(|failure| Trouble::Failed(failure.error));
        if verdict != Some(Verdict::Final) {
            if let Some(kept) = self.schedule.get_mut(key).filter(|kept| !kept.desired.is_deletion) {
                match verdict {
                    // It is over, and what is desired now comes after it.
                    None if !kept.is_tried => kept.is_unsure = false,
                    _ => kept.doubt(),
                }
            }
            if is_ours {
                let kept_again = Trouble::KeptAgain;
                let is_interrupted = verdict == Some(Verdict::Interrupted);
                let trouble = if is_interrupted { Some(&kept_again) } else { error.as_ref() };
                self.actions.post(Post { id: Some(&attempt.desired.id), trouble, ..Post::of(Told::Late, key) });
            }
        }
        // Why a deletion that is wanted no more, and whose outcome is not known, was not made.
        let not_deleted = if self.is_closed { Trouble::Closed } else { Trouble::KeptAgain };
        let trouble = if verdict == Some(Verdict::Interrupted) { Some(not_deleted) } else { error };
        self.actions.settled(&attempt.desired.id, trouble.as_ref());
        self.end_attempt(attempt);
    }

    /// Another tab tells that what was kept is no more: `id` is of what it knew. Versions up to 0.1.0 do not say.
    pub(super) fn hear_gone(
        &mut self,
        key: &str,
        id: Option<String>,
        trouble: Option<Trouble<E>>,
        wait_ms: Option<f64>,
    ) {
        let now = self.now;
        let Some(kept) = self.schedule.get_mut(key) else {
            if let Some(id) = id {
                self.actions.settled(&id, trouble.as_ref());
            }
            return;
        };
        let is_known = id.is_some() && !kept.state.is_rejected();
        match (id, wait_ms) {
            (Some(id), _) if id != kept.desired.id => self.hear_late(key, &id, trouble.as_ref()),
            (Some(_), Some(wait_ms)) => {
                kept.state.heard_failed(wait_ms, 0.0, now);
                self.tell_stopped(key, trouble);
            }
            (None, _) if self.is_mistaken(key) => {
                self.doubt(key);
                self.store_again(key);
            }
            _ => {
                if is_known {
                    // The store of the tab that says so may have refused.
                    let ticket = self.next_number();
                    self.forget(key, ticket);
                }
                if trouble.is_none() {
                    self.forget_accepted(key);
                }
                self.end(key, trouble);
            }
        }
    }

    /// What another tab did for what is desired no more does not count, but the core may have been told of it later.
    pub(super) fn hear_late(&mut self, key: &str, id: &str, trouble: Option<&Trouble<E>>) {
        self.actions.settled(id, trouble);
        self.doubt(key);
    }

    fn doubt(&mut self, key: &str) {
        if let Some(kept) = self.schedule.get_mut(key).filter(|kept| !kept.desired.is_deletion && kept.is_tried) {
            kept.doubt();
            self.changed();
        }
    }

    /// Whether a tab that does not say what it means can't mean what is desired here: that is so new that it does not know
    /// it, or came while a deletion was under way.
    fn is_mistaken(&mut self, key: &str) -> bool {
        let now_ms = self.now.moment.monotonic_ms;
        let Some(kept) = self.schedule.get_mut(key).filter(|kept| !kept.desired.is_deletion) else { return false };
        // As long as the core can't be reached nothing is settled.
        let is_new = kept.is_own && !kept.state.is_settled() && now_ms - kept.desired_at_ms < ANSWER_MS;
        std::mem::take(&mut kept.is_after_deletion) || is_new
    }

    /// What is desired is not in the store: it refused, or a tab of an older version has removed it.
    pub(super) fn store_again(&mut self, key: &str) {
        let known = self.schedule.get(key).and_then(|kept| Some((kept.owner.clone()?, kept.desired.clone())));
        if let Some((owner, desired)) = known {
            self.store_desired(&owner, key, &desired, true, false);
        }
    }
}
