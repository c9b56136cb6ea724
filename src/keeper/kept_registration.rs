//! One registration that is kept: what is desired, how it stands, and what else is known of it.

use super::clock::Now;
use super::desired::{DesiredRegistration, StoredGrant, key_of};
use super::granted_ttl::Grant;
use super::registration_state::RegistrationState;
use super::snapshot::{Change, Snapshot, Trouble};
use crate::breakout::Registration;
use std::rc::Rc;

/// What the core was told when it granted last.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Of what was desired then.
    pub id: String,
    pub registration: Rc<Registration>,
}

/// One registration. `E` is the caller's error.
#[derive(Debug)]
pub struct KeptRegistration<E> {
    pub key: String,
    /// Whose it is; nobody's before the first sign-in.
    pub owner: Option<String>,
    pub desired: DesiredRegistration,
    /// Since when it is desired, by this page's monotonic clock.
    pub desired_at_ms: f64,
    pub state: RegistrationState,
    /// `None` where that is not known.
    pub accepted: Option<Accepted>,
    pub trouble: Option<Trouble<E>>,
    pub is_suspended: bool,
    /// This page told the core last, or wants it to be told.
    pub is_own: bool,
    /// What is desired is in the store, as far as this page knows. If it is there no more, it was stopped.
    pub is_stored: bool,
    /// It was stored when the store began to be read, and was not found yet.
    pub is_missing: bool,
    /// It was stored under the session's name, and is to go by the person's.
    pub was_stored: bool,
    /// Another page may have deleted it just now: it is told to the core twice.
    pub is_unsure: bool,
    /// The core may have been told of what is desired, by whichever page.
    pub is_tried: bool,
    /// The application was told how the deletion went, which is tried on.
    pub is_told: bool,
    /// Deletions that this took the place of, and what became of them is not known.
    pub overtaken: Vec<String>,
    /// The application has registered the number by a call of its own since this was to be deleted.
    pub is_overruled: bool,
    /// It took the place of a deletion that somebody may make late, without saying which that was.
    pub is_after_deletion: bool,
}

impl<E: Clone> KeptRegistration<E> {
    /// Of what is newly desired.
    pub fn new(key: &str, owner: Option<String>, desired: DesiredRegistration, now: Now) -> Self {
        Self {
            key: key.to_owned(),
            is_suspended: owner.is_none(),
            owner,
            desired,
            desired_at_ms: now.moment.monotonic_ms,
            state: RegistrationState::new(),
            accepted: None,
            trouble: None,
            is_own: false,
            is_stored: false,
            is_missing: false,
            was_stored: false,
            is_unsure: false,
            is_tried: false,
            is_told: false,
            overtaken: Vec::new(),
            is_overruled: false,
            is_after_deletion: false,
        }
    }

    /// The core took what was told it for what goes by `id`: `registration`, where that is known.
    pub fn accept(&mut self, id: &str, registration: Option<Rc<Registration>>) {
        let of_desired = (self.desired.id == id).then(|| Rc::clone(&self.desired.registration));
        let before = self.accepted.take().filter(|before| before.id == id).map(|before| before.registration);
        let registration = registration.filter(|registration| key_of(&registration.target) == self.key);
        self.accepted =
            registration.or(of_desired).or(before).map(|registration| Accepted { id: id.to_owned(), registration });
    }

    /// What the core granted, for the store.
    pub fn stored_grant(&self) -> Option<StoredGrant> {
        let (Grant { sent, ttl_ms, refresh_after_ms, .. }, accepted) = (self.state.granted()?, self.accepted.clone()?);
        Some(StoredGrant { id: accepted.id, sent, ttl_ms, refresh_after_ms, registration: Some(accepted.registration) })
    }

    /// What was granted before, in another page or by another tab, if that is news.
    pub fn adopt(
        &mut self,
        grant: Grant,
        id: &str,
        registration: Option<Rc<Registration>>,
        now: Now,
    ) -> Option<Change> {
        let change = self.state.adopt(grant, self.desired.id == id, now);
        if change.is_some() {
            self.accept(id, registration);
        }
        change
    }

    /// Something newer takes the place of what was desired.
    pub fn replace(&mut self, desired: DesiredRegistration, now: Now) {
        let before = std::mem::replace(&mut self.desired, desired);
        self.is_after_deletion = before.is_deletion && self.is_tried;
        if before.is_deletion {
            // Its deletion may reach the core yet.
            self.is_unsure |= self.is_tried;
            self.overtaken.push(before.id);
        }
        self.is_missing = false;
        self.is_tried = false;
        self.is_told = false;
        self.is_overruled = false;
        self.desired_at_ms = now.moment.monotonic_ms;
        self.state.desired();
    }

    /// The core may not have any more what it has taken: it is told again, and once more when whatever is under way is over.
    pub fn doubt(&mut self) {
        self.is_unsure = true;
        self.state.desired();
    }

    /// If it is to be deleted: whether the registration has ended by itself since. Afterwards it is another one, which
    /// somebody else wants.
    pub fn is_over(&self, now: Now) -> bool {
        let ttl_ms = self.state.ttl_ms();
        let is_lapsed = self.state.granted().is_some_and(|granted| granted.left_ms(now) <= 0.0);
        let is_long_ago = self.desired.at_ms.is_some_and(|at_ms| now.moment.wall_ms - at_ms > ttl_ms);
        let is_long_known = now.moment.monotonic_ms - self.desired_at_ms > ttl_ms;
        self.desired.is_deletion && (is_long_ago || is_long_known || (self.desired.at_ms.is_none() && is_lapsed))
    }

    /// Milliseconds until it is due in a page that can't know whether another one does it: who has not done it before
    /// waits a little for who has.
    pub fn hesitant_due_ms(&self, now: Now, hesitation: f64) -> f64 {
        let due_ms = self.state.due_ms(now, true);
        match self.state.granted() {
            _ if self.is_own => due_ms,
            Some(granted) if self.state.is_settled() => due_ms + granted.ttl_ms * (0.01 + 0.03 * hesitation),
            _ => due_ms.max(self.desired_at_ms + 5_000.0 + 10_000.0 * hesitation - now.moment.monotonic_ms),
        }
    }

    /// For the application, when it is kept no more.
    pub fn last_snapshot(&self, now: Now) -> Snapshot<'_, E> {
        Snapshot { is_stopped: true, next_refresh_at_wall_ms: None, ..self.snapshot(now, None) }
    }

    /// For the application. `of_session` is what its owner's session has come to, unless a call came to something, too.
    pub fn snapshot<'a>(&'a self, now: Now, of_session: Option<&'a Trouble<E>>) -> Snapshot<'a, E> {
        let granted = self.state.granted();
        let due_ms = match granted {
            Some(granted) if self.state.is_settled() => granted.refresh_after_ms - granted.age_ms(now),
            _ => 0.0,
        };
        let next_ms = self.state.due_ms(now, true).max(due_ms);
        let is_awaited = next_ms.is_finite() && !self.is_suspended;
        let is_in_effect = self.state.left_ms(now) > 0.0;
        Snapshot {
            id: &self.desired.id,
            owner: self.owner.as_deref(),
            registration: &self.desired.registration,
            in_effect: self.accepted.as_ref().filter(|_| is_in_effect).map(|told| &*told.registration),
            state: self.state.state(now),
            is_suspended: self.is_suspended,
            is_stopped: false,
            is_ending: self.desired.is_deletion,
            delete_on_leave: self.desired.delete_on_leave,
            is_stored: self.is_stored,
            expires_at_wall_ms: granted.map(|granted| granted.expires_at_wall_ms()),
            next_refresh_at_wall_ms: is_awaited.then_some(now.moment.wall_ms + next_ms.max(0.0)),
            trouble: self.trouble.as_ref().or(of_session.filter(|_| !self.is_suspended)),
        }
    }
}
