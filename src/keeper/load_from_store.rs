//! Loads the stored registrations and merges them with those in memory: when an owner comes, and when this page
//! begins to lead.

use super::actions::Actions;
use super::desired::{DesiredRegistration, StoredGrant};
use super::event::Reading;
use super::keeper::Keeper;
use super::kept_registration::KeptRegistration;
use super::load_progress::{Load, Purpose};
use super::snapshot::Change;
use std::mem::take;

/// The longest between two tries to read a store that could not be read.
const LONGEST_MS: f64 = 300_000.0;
/// The first time it may just have been slow.
const SHORTEST_MS: f64 = 5_000.0;

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// Has all that is stored for the owner read.
    pub(super) fn read_store(&mut self, purpose: Purpose) {
        let Some(owner) = self.owner.clone() else { return };
        let number = self.next_number();
        let is_all = purpose == Purpose::Owner || self.unread_at_ms.is_some();
        self.load = Some(Load { number, purpose, said: Vec::new() });
        for kept in self.schedule.iter_mut() {
            // What is stored from now on is not missing.
            kept.is_missing = kept.is_stored && kept.owner.as_ref() == Some(&owner);
        }
        self.actions.load(number, &owner, self.session.as_deref().filter(|_| is_all));
    }

    fn is_loading(&self, number: u32) -> bool {
        self.load.as_ref().is_some_and(|load| load.number == number)
    }

    /// Whether it is being read for another owner.
    pub(super) fn is_loading_owner(&self) -> bool {
        self.load.as_ref().is_some_and(|load| load.purpose == Purpose::Owner)
    }

    /// Something is said of a registration of `owner`'s: if it is in the store, or is there no more, that was read before.
    pub(super) fn said_while_reading(&mut self, key: &str, owner: Option<&String>) {
        if let Some(load) = self.load.as_mut().filter(|_| self.owner.as_ref() == owner) {
            load.said.push(key.to_owned());
        }
    }

    /// Reads what could not be read before, when it is time. Returns milliseconds until then. Of what two tabs wanted at once
    /// the store says which came last.
    pub(super) fn read_again(&mut self) -> f64 {
        if self.load.is_none() && take(&mut self.has_crossed) {
            self.read_store(Purpose::Crossed);
        }
        let (Some(at_ms), None) = (self.unread_at_ms, &self.load) else { return f64::INFINITY };
        let wait_ms = at_ms - self.now.moment.monotonic_ms;
        if wait_ms > 0.0 {
            return wait_ms;
        }
        self.read_store(Purpose::Again);
        f64::INFINITY
    }

    /// Another tab was first to move it. What is there now, or is not there any more, is what it wants since.
    pub(super) fn moved(&mut self, load: u32, key: &str) {
        if !self.is_loading(load) {
            return;
        }
        if let Some(kept) = self.schedule.get_mut(key).filter(|kept| kept.was_stored) {
            kept.is_stored = true;
            kept.is_missing = true;
        }
    }

    /// What this page wants, and is not stored yet, came later.
    pub(super) fn found_desired(&mut self, number: u32, key: &str, desired: DesiredRegistration) {
        if !desired.is_of(key) {
            return;
        }
        let is_over = |load: &Load| load.number != number || load.said.iter().any(|said| said == key);
        let Some(owner) = self.owner.clone().filter(|_| !self.load.as_ref().is_none_or(is_over)) else { return };
        if self.is_removed(key, &desired.id) {
            return;
        }
        self.make_room(key, Some(&owner));
        let has_crossed = self.load.as_ref().is_some_and(|load| load.purpose == Purpose::Crossed);
        let (now, is_known) = (self.now, self.schedule.get(key).is_some());
        match self.schedule.get_mut(key) {
            // Before anybody was signed in somebody wanted something: the same, or something later.
            Some(kept) if kept.owner.is_none() => {
                // What was to be deleted may be under way still.
                kept.is_unsure |= desired.is_deletion;
                let is_same = kept.desired.is_deletion == desired.is_deletion
                    && kept.desired.registration == desired.registration;
                if is_same {
                    kept.desired = desired;
                }
                return;
            }
            Some(kept) if kept.desired.id == desired.id => {}
            // What is wanted here came later, and could not be stored. (What was rejected is not stored any more.)
            Some(kept) if !kept.is_stored && !kept.state.is_rejected() => return,
            Some(kept) => {
                kept.replace(desired, now);
                kept.is_tried = true;
                if has_crossed {
                    // Another tab may have heard of the other one last, or of that alone.
                    self.actions.post_desired(key, &kept.desired, true, false);
                    self.tell(key, Change::Changed);
                }
            }
            None => {
                let mut kept = KeptRegistration::new(key, Some(owner.clone()), desired, now);
                kept.is_tried = true;
                self.insert(kept);
            }
        }
        let Some(kept) = self.schedule.get_mut(key) else { return };
        kept.is_missing = false;
        if !std::mem::replace(&mut kept.is_stored, true) && is_known {
            // Who goes on with it after a trap says so.
            self.tell(key, Change::Changed);
        }
    }

    pub(super) fn found_grant(&mut self, load: u32, key: &str, stored: StoredGrant) {
        let Some(owner) = self.owner.clone().filter(|_| self.is_loading(load)) else { return };
        let now = self.now;
        let Some(mut grant) = stored.grant(now) else { return };
        let is_own = |kept: &&mut KeptRegistration<E>| kept.owner.as_ref().is_none_or(|known| *known == owner);
        let Some(kept) = self.schedule.get_mut(key).filter(is_own) else { return };
        let was_unsure = kept.is_unsure;
        if kept.desired.delete_on_leave && grant.sent.page != now.moment.page {
            // The page that was granted it may have deleted it when it went, and the deletion be under way still: who leads
            // tells the core again, at once and once more.
            kept.is_unsure = true;
            grant.refresh_after_ms = 0.0;
        }
        kept.adopt(grant, &stored.id, stored.registration, now);
        if was_unsure {
            kept.state.desired();
        }
    }

    /// What can't be read now is read later.
    pub(super) fn loaded(&mut self, number: u32, reading: Reading) {
        let Some(load) = self.load.take_if(|load| load.number == number) else { return };
        let is_read = reading == Reading::Done;
        self.has_no_store = reading == Reading::NoStore;
        let mut missing = Vec::new();
        for kept in self.schedule.iter_mut() {
            kept.was_stored &= !is_read;
            if std::mem::take(&mut kept.is_missing) && is_read {
                missing.push(kept.key.clone());
            }
        }
        // What was stored, and is no more, was stopped while this page was away or its owner was.
        for key in missing {
            self.end(&key, None);
        }
        self.drop_over();
        let was_unread = self.unread_at_ms.take().is_some();
        if !is_read {
            if load.purpose != Purpose::Again {
                self.unread_wait_ms = 0.0;
            }
            self.store_answered(false);
        } else if was_unread {
            for key in self.keys_of(self.owner.as_deref()) {
                self.tell(&key, Change::Changed);
            }
            self.store_unstored(true);
        }
        if is_read {
            self.remove_again();
        }
        match load.purpose {
            Purpose::Owner => self.owner_loaded(),
            Purpose::Lead => self.begin_to_lead(),
            Purpose::Again | Purpose::Crossed => self.changed(),
        }
    }

    /// A store that could not be read, or did not take something, is read again: less and less often as long as it refuses.
    pub(super) fn store_answered(&mut self, is_done: bool) {
        if is_done {
            self.unread_wait_ms = 0.0;
        } else if self.unread_at_ms.is_none() && !self.has_no_store {
            self.unread_wait_ms = (self.unread_wait_ms * 2.0).clamp(SHORTEST_MS, LONGEST_MS);
            self.unread_at_ms = Some(self.now.moment.monotonic_ms + self.unread_wait_ms);
            self.changed();
        }
    }

    /// Those that were wanted before it was known for whom; with `is_all` also what the store refused when the core took it.
    pub(super) fn store_unstored(&mut self, is_all: bool) {
        let Some(owner) = self.owner.clone() else { return };
        let mut unstored = Vec::new();
        for kept in self.schedule.iter() {
            let state = &kept.state;
            let is_owed = !kept.is_stored && (is_all || !state.is_settled()) && !state.is_rejected();
            if is_owed && !self.is_being_stored(&kept.desired.id) && kept.owner.as_ref() == Some(&owner) {
                unstored.push((kept.key.clone(), kept.desired.clone(), kept.stored_grant()));
            }
        }
        for (key, desired, grant) in unstored {
            self.store_desired(&owner, &key, &desired, true, !is_all);
            if let Some(grant) = grant {
                self.actions.store_grant(0, &owner, &key, &grant);
            }
        }
    }
}
