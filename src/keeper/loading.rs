//! What outlives the page joins what is known: it is read when an owner comes, and when this page begins to lead.

use super::actions::Actions;
use super::desired::{DesiredRegistration, StoredGrant};
use super::keeper::Keeper;
use super::kept_registration::KeptRegistration;

/// The store is being read.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub number: u32,
    /// Because there is another owner, and not because this page is to lead.
    pub is_of_owner: bool,
}

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// Has all that is stored for the owner read.
    pub(super) fn read_store(&mut self, is_of_owner: bool, session: Option<String>) {
        let Some(owner) = self.owner.clone() else { return };
        let load = self.next_number();
        self.load = Some(Load { number: load, is_of_owner });
        for kept in self.schedule.iter_mut() {
            // What is stored from now on is not missing.
            kept.is_missing = kept.is_stored && kept.owner.as_ref() == Some(&owner);
        }
        self.actions.load(load, &owner, session.as_deref());
    }

    fn is_loading(&self, number: u32) -> bool {
        self.load.is_some_and(|load| load.number == number)
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
    pub(super) fn found_desired(&mut self, load: u32, key: &str, desired: DesiredRegistration) {
        let Some(owner) = self.owner.clone().filter(|_| self.is_loading(load)) else { return };
        self.make_room(key, Some(&owner));
        let now = self.now;
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
            // What is wanted here came later, and could not be stored.
            Some(kept) if !kept.is_stored => return,
            Some(kept) => {
                kept.replace(desired, now);
                kept.is_tried = true;
            }
            None => {
                let mut kept = KeptRegistration::new(key, Some(owner.clone()), desired, now);
                kept.is_tried = true;
                self.insert(kept);
            }
        }
        if let Some(kept) = self.schedule.get_mut(key) {
            kept.is_stored = true;
            kept.is_missing = false;
        }
    }

    pub(super) fn found_grant(&mut self, load: u32, key: &str, stored: StoredGrant) {
        let Some(owner) = self.owner.clone().filter(|_| self.is_loading(load)) else { return };
        let now = self.now;
        let Some(mut grant) = stored.grant(now) else { return };
        let is_own = |kept: &&mut KeptRegistration<E>| kept.owner.as_ref().is_none_or(|known| *known == owner);
        let Some(kept) = self.schedule.get_mut(key).filter(is_own) else { return };
        if kept.desired.delete_on_leave && grant.sent.page != now.moment.page {
            // The page that was granted it may have deleted it when it went, and the deletion be under way still: who leads
            // tells the core again, at once and once more.
            kept.is_unsure = true;
            grant.refresh_after_ms = 0.0;
        }
        kept.adopt(grant, &stored.id, stored.registration, now);
    }

    /// A store that refuses has nothing to say.
    pub(super) fn loaded(&mut self, number: u32, is_read: bool) {
        let Some(load) = self.load.filter(|load| load.number == number) else { return };
        self.load = None;
        let mut missing = Vec::new();
        for kept in self.schedule.iter_mut() {
            kept.was_stored = false;
            if std::mem::take(&mut kept.is_missing) && is_read {
                missing.push(kept.key.clone());
            }
        }
        // What was stored, and is no more, was stopped while this page was away or its owner was.
        for key in missing {
            self.end(&key, None);
        }
        self.drop_over();
        if load.is_of_owner { self.owner_loaded() } else { self.begin_to_lead() }
    }

    /// Those that were wanted before it was known for whom.
    pub(super) fn store_unstored(&mut self) {
        let Some(owner) = self.owner.clone() else { return };
        let own = self
            .schedule
            .iter()
            .filter(|kept| kept.owner.as_ref() == Some(&owner) && !kept.state.is_settled() && !kept.is_stored);
        let unstored: Vec<_> = own.map(|kept| (kept.key.clone(), kept.desired.clone())).collect();
        for (key, desired) in unstored {
            self.store_desired(&owner, &key, &desired, true, false);
        }
    }
}
