//! Sets or replaces the desired registration, for the application or for another tab.

use super::actions::Actions;
use super::desired::{DesiredRegistration, key_of};
use super::keeper::{Keeper, Unwritten};
use super::kept_registration::KeptRegistration;
use super::leadership::Leadership;
use super::snapshot::{Change, Trouble};
use super::standing::State;
use crate::breakout::Registration;
use std::rc::Rc;

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// Keeps what is desired from now on. The same as it is kept already changes nothing; anything else takes its place, unless
    /// it is no news.
    pub(super) fn keep(
        &mut self,
        desired: DesiredRegistration,
        owner: Option<String>,
        was_stored: bool,
        was_rejected: bool,
    ) {
        let key = key_of(desired.target());
        let owner = match owner {
            // It is known by now whose the session is.
            Some(session) if self.session.as_ref() == Some(&session) => self.owner.clone(),
            owner => owner.or_else(|| self.owner.clone()).or_else(|| self.last_owner.clone()),
        };
        if was_stored || was_rejected {
            return self.go_on(&key, owner, desired, was_rejected);
        }
        let is_known = self.schedule.get(&key).is_some_and(|kept| {
            let known = &kept.desired;
            known.id == desired.id
                || !known.is_deletion
                    && known.registration == desired.registration
                    && known.delete_on_leave == desired.delete_on_leave
                    && kept.owner == owner
                    && kept.state.state(self.now) != State::Rejected
        });
        if !is_known {
            self.want(&key, owner, desired);
        }
    }

    /// Goes on with what an instance kept that stopped. Another tab may have wanted something else since: what the store has
    /// for the owner counts, and if it has nothing any more, it was stopped.
    fn go_on(&mut self, key: &str, owner: Option<String>, desired: DesiredRegistration, was_rejected: bool) {
        if let Some(kept) = self.schedule.get(key) {
            if kept.owner != owner {
                self.actions.refused();
            }
            return;
        }
        let is_there = owner.is_some() && self.owner == owner;
        let is_read = is_there && !self.has_no_store && self.unread_at_ms.is_none() && !self.is_loading_owner();
        if (is_read && !was_rejected) || desired.is_deletion || self.is_closed {
            return self.actions.refused();
        }
        let mut kept = KeptRegistration::new(key, owner, desired, self.now);
        kept.is_own = true;
        kept.is_tried = true;
        kept.is_stored = !was_rejected;
        kept.is_missing = kept.is_stored && is_there && self.load.is_some();
        if was_rejected {
            // The core is not asked again.
            kept.state.rejected();
        }
        kept.is_suspended = !is_there;
        self.insert(kept);
        self.changed();
    }

    /// Keeps `registration` instead of what is kept under `key`; without one the same, and the core is told now.
    pub(super) fn update(&mut self, key: &str, id: String, registration: Option<Rc<Registration>>) {
        let Some(kept) = self.schedule.get_mut(key) else { return };
        if registration.is_none() && kept.desired.is_deletion {
            return;
        }
        if registration.is_none() && kept.is_stored && (kept.is_suspended || kept.is_missing) {
            // Another tab may have stopped it, which is found out when its owner is there. If not, the core is told.
            return kept.doubt();
        }
        let registration = registration.unwrap_or_else(|| Rc::clone(&kept.desired.registration));
        let delete_on_leave = kept.desired.delete_on_leave;
        let owner = kept.owner.clone();
        let desired = DesiredRegistration { id, registration, is_deletion: false, delete_on_leave, at_ms: None };
        self.want(key, owner, desired);
    }

    /// Takes what this page wants, for `owner`, who may not be there.
    pub(super) fn want(&mut self, key: &str, owner: Option<String>, desired: DesiredRegistration) {
        let is_there = owner.is_some() && self.owner == owner;
        self.make_room(key, owner.as_ref());
        self.said_while_reading(key, owner.as_ref());
        self.desired_again(key, owner.as_ref());
        let now = self.now;
        match self.schedule.get_mut(key) {
            Some(kept) => {
                kept.owner.clone_from(&owner);
                kept.replace(desired.clone(), now);
                kept.is_own = true;
            }
            None => {
                let mut kept = KeptRegistration::new(key, owner.clone(), desired.clone(), now);
                kept.is_own = true;
                kept.is_suspended = !is_there;
                self.insert(kept);
            }
        }
        match owner {
            // Before anybody acts on it: who leads reads it there.
            Some(owner) => self.store_desired(&owner, key, &desired, is_there, true),
            None => {
                self.tell(key, Change::Changed);
                self.changed();
            }
        }
    }

    pub(super) fn store_desired(
        &mut self,
        owner: &str,
        key: &str,
        desired: &DesiredRegistration,
        is_news: bool,
        is_told: bool,
    ) {
        let (id, era) = (desired.id.clone(), self.era);
        let ticket = self.ticket(Unwritten::Desired { key: key.to_owned(), id, is_news, is_told, era });
        self.actions.store_desired(ticket, owner, key, desired);
    }

    /// A store that refuses: it is kept all the same, until the page goes.
    pub(super) fn desired_stored(&mut self, key: &str, id: &str, is_stored: bool, is_news: bool, is_told: bool) {
        let (is_again, mut is_told) = (!is_told, is_told);
        self.store_answered(is_stored);
        if let Some(kept) = self.schedule.get_mut(key).filter(|kept| kept.desired.id == id) {
            // Who goes on with it after a trap says whether it is.
            is_told |= std::mem::replace(&mut kept.is_stored, is_stored) != is_stored;
            if is_news {
                self.actions.post_desired(key, &kept.desired, is_stored, is_again);
            }
        }
        if is_told {
            self.tell(key, Change::Changed);
        }
        self.changed();
    }

    /// Another tab wants something else. If the store has not taken it, what is found there is older.
    pub(super) fn take_desired(&mut self, key: &str, desired: DesiredRegistration, is_stored: bool) {
        let owner = self.owner.clone();
        self.make_room(key, owner.as_ref());
        // Other scripts of the origin can say what they like.
        if !desired.is_of(key) {
            return;
        }
        if let Some(kept) = self.schedule.get_mut(key).filter(|kept| kept.desired.id == desired.id) {
            kept.is_stored |= is_stored && !kept.state.is_rejected();
            return;
        }
        self.said_while_reading(key, owner.as_ref());
        self.desired_again(key, owner.as_ref());
        let now = self.now;
        match self.schedule.get_mut(key) {
            Some(kept) => {
                // Who leads reads the store before it calls.
                self.has_crossed |= kept.is_own && !kept.state.is_settled() && self.leadership == Leadership::Following;
                kept.replace(desired, now);
                kept.is_own = false;
                kept.is_stored = is_stored;
            }
            None => {
                let mut kept = KeptRegistration::new(key, owner, desired, now);
                kept.is_stored = is_stored;
                self.insert(kept);
            }
        }
        self.tell(key, Change::Changed);
        self.changed();
    }

    /// Somebody else's registration that waits for its owner makes room: of one name there is one in a page. It is
    /// stored, and comes back with its owner.
    pub(super) fn make_room(&mut self, key: &str, owner: Option<&String>) {
        let is_others = self.schedule.get(key).is_some_and(|kept| kept.owner.is_some() && kept.owner.as_ref() != owner);
        if is_others {
            self.settle_deletion(key, &Trouble::Nobody);
            self.end(key, None);
        }
    }
}
