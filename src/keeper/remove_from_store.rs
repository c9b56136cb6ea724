//! Removing from the store what is kept no more. As long as the store has not done it, what is found there is not kept again.

use super::actions::Actions;
use super::keeper::Keeper;
use super::pending_removal::Removal;

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// What is kept under `key` is removed from its owner's store, but not what another tab has stored since.
    pub(super) fn forget(&mut self, key: &str, ticket: u32) {
        let id = self.schedule.get(key).map(|kept| (kept.is_stored, kept.desired.id.clone()));
        // Instead of what was never stored there is what it took the place of.
        let id = id.filter(|(is_stored, id)| *is_stored || self.is_being_stored(id)).map(|(_, id)| id);
        self.remove(key, id, ticket);
    }

    /// Whatever is there for `key` is removed from its owner's store.
    pub(super) fn erase(&mut self, key: &str) {
        let ticket = self.next_number();
        self.remove(key, None, ticket);
    }

    fn remove(&mut self, key: &str, id: Option<String>, ticket: u32) {
        let known = self.schedule.get(key).and_then(|kept| kept.owner.clone());
        let Some(owner) = known.or_else(|| self.owner.clone()) else { return self.written(ticket, false, None) };
        self.said_while_reading(key, Some(&owner));
        self.desired_again(key, Some(&owner));
        self.actions.forget(ticket, &owner, key, id.as_deref());
        self.removals.push(Removal { owner, key: key.to_owned(), id, ticket: Some(ticket) });
    }

    /// Somebody wants `key` kept: what is stored of it from now on stays.
    pub(super) fn desired_again(&mut self, key: &str, owner: Option<&String>) {
        self.removals.retain(|removal| removal.key != key || Some(&removal.owner) != owner);
    }

    /// Whether what goes by `id` is to be removed.
    pub(super) fn is_removed(&self, key: &str, id: &str) -> bool {
        self.removals.iter().any(|removal| {
            removal.key == key
                && Some(&removal.owner) == self.owner.as_ref()
                && removal.id.as_ref().is_none_or(|of| of == id)
        })
    }

    /// The store has removed it, or refused.
    pub(super) fn removed(&mut self, ticket: u32, is_done: bool) {
        let Some(at) = self.removals.iter().position(|removal| removal.ticket == Some(ticket)) else { return };
        if is_done || self.has_no_store {
            self.removals.swap_remove(at);
        } else if let Some(removal) = self.removals.get_mut(at) {
            (removal.id, removal.ticket) = (None, None);
        }
        self.store_answered(is_done);
    }

    /// The store can be read again.
    pub(super) fn remove_again(&mut self) {
        let mut number = self.next_number();
        for removal in &mut self.removals {
            if removal.ticket.is_none() && Some(&removal.owner) == self.owner.as_ref() {
                number = number.wrapping_add(1);
                removal.ticket = Some(number);
                self.actions.forget(number, &removal.owner, &removal.key, None);
            }
        }
        self.number = number;
    }
}
