//! Reports changes to the application, and answers its queries.

use super::actions::Actions;
use super::keeper::Keeper;
use super::snapshot::{Change, Trouble};

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// Tells the application how a registration stands.
    pub(super) fn tell(&mut self, key: &str, change: Change) {
        if let Some(kept) = self.schedule.get(key) {
            self.actions.tell(key, change, &kept.snapshot(self.now, self.session_trouble.as_ref()));
        }
    }

    /// As `tell`, with what came in the way.
    pub(super) fn tell_trouble(&mut self, key: &str, change: Change, trouble: Trouble<E>) {
        if let Some(kept) = self.schedule.get_mut(key) {
            kept.trouble = Some(trouble);
        }
        self.tell(key, change);
    }

    pub(super) fn list(&mut self, is_all: bool) {
        for kept in self.schedule.iter() {
            let is_own = kept.owner.is_none() || kept.owner == self.owner;
            if is_own && (is_all || !kept.desired.is_deletion) {
                self.actions.answer(&kept.key, &kept.snapshot(self.now, self.session_trouble.as_ref()));
            }
        }
    }

    pub(super) fn look_up(&mut self, key: &str) {
        if let Some(kept) = self.schedule.get(key) {
            self.actions.answer(key, &kept.snapshot(self.now, self.session_trouble.as_ref()));
        }
    }

    /// What stands is not known to go on: that is told, though nothing is due yet.
    pub(super) fn doubt_session(&mut self, trouble: Option<Trouble<E>>) {
        self.session_trouble = trouble;
        for key in self.keys_of(self.owner.as_deref()) {
            self.tell(&key, Change::Changed);
        }
    }

    /// The deletion that is wanted here, if one is, can't be waited for any longer.
    pub(super) fn settle_deletion(&mut self, key: &str, trouble: &Trouble<E>) {
        if let Some(kept) = self.schedule.get(key).filter(|kept| kept.desired.is_deletion) {
            self.actions.settled(&kept.desired.id, Some(trouble));
        }
    }
}
