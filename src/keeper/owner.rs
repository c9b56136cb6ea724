//! Whose registrations are kept: who is signed in. Another person's number is never registered at this one's PBX.

use super::actions::Actions;
use super::keeper::Keeper;
use super::leadership::Leadership;
use super::load_progress::Purpose;
use super::message::Told;
use super::snapshot::{Change, Trouble};

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// Whose registrations may be kept now: `name`'s. While nothing can be read all stays as it is; at the beginning nothing is
    /// kept.
    pub(super) fn owner_seen(
        &mut self,
        name: Option<String>,
        is_shared: bool,
        session: Option<String>,
        is_unknown: bool,
    ) {
        if self.is_closed {
            if !self.is_ready {
                // It was closed before it was known whose registrations these are. What is stopped now is theirs.
                self.owner = name;
            }
            return;
        }
        if is_unknown && (self.is_ready || self.is_loading_owner()) {
            return;
        }
        self.session.clone_from(&session);
        if self.owner == name && (self.is_ready || self.is_loading_owner()) {
            return;
        }
        self.halt();
        self.is_shared = is_shared;
        self.owner.clone_from(&name);
        let Some(name) = name else {
            self.is_ready = true;
            self.suspend();
            self.actions.ready(None);
            return;
        };
        self.last_owner = Some(name.clone());
        if let Some(session) = &session {
            self.rename(session, &name);
        }
        if is_shared {
            self.actions.open(&name);
            self.post_tab(Told::Hello);
        }
        self.read_store(Purpose::Owner);
    }

    /// It is known now whose the session is. Nothing changes for what is kept.
    fn rename(&mut self, session: &str, person: &str) {
        for removal in self.removals.iter_mut().filter(|removal| removal.owner == session) {
            removal.owner = person.to_owned();
        }
        for key in self.keys_of(Some(session)) {
            if let Some(kept) = self.schedule.get_mut(&key) {
                kept.owner = Some(person.to_owned());
                // Where it is to be now.
                kept.was_stored = std::mem::take(&mut kept.is_stored);
            }
            // Who goes on with it after a trap says whose it is.
            self.tell(&key, Change::Changed);
        }
    }

    /// What is stored for the owner is known.
    pub(super) fn owner_loaded(&mut self) {
        self.is_ready = true;
        self.suspend();
        self.actions.ready(self.owner.as_deref());
        self.store_unstored(false);
        self.lead();
        self.changed();
    }

    /// Those that are the owner's go on, and the others wait.
    fn suspend(&mut self) {
        let mut changes = Vec::new();
        for kept in self.schedule.iter_mut() {
            if kept.owner.is_none() {
                kept.owner.clone_from(&self.owner);
            }
            let is_suspended = self.owner.is_none() || kept.owner != self.owner;
            if std::mem::replace(&mut kept.is_suspended, is_suspended) != is_suspended {
                changes.push((kept.key.clone(), if is_suspended { Change::Suspended } else { Change::Resumed }));
            }
        }
        for (key, change) in changes {
            self.tell(&key, change);
        }
    }

    /// The person has left: what was kept is kept no more, in no tab, and after no reload.
    pub(super) fn owner_left(&mut self) {
        self.last_owner = None;
        let Some(owner) = self.owner.clone() else { return };
        self.halt();
        for key in self.keys_of(Some(&owner)) {
            self.settle_deletion(&key, &Trouble::Nobody);
            let ticket = self.next_number();
            self.forget(&key, ticket);
            self.end(&key, None);
        }
        self.owner = None;
        self.actions.ready(None);
    }

    /// Ends the calls under way and the lead.
    pub(super) fn halt(&mut self) {
        self.era = self.era.wrapping_add(1);
        self.term = self.term.wrapping_add(1);
        self.load = None;
        self.unread_at_ms = None;
        self.leadership = Leadership::Idle;
        self.set_leading(false);
        self.others.clear();
        self.roll = None;
        self.lock = 0;
        self.actions.halt();
        self.changed();
    }
}
