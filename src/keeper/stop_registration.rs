//! Stops keeping a registration: lets it end by itself, or has the leader delete it at the core (the operator's
//! server).

use super::actions::Actions;
use super::desired::{DesiredRegistration, key_of};
use super::keeper::Keeper;
use super::message::{Post, Told};
use super::snapshot::Trouble;
use crate::breakout::Registration;
use std::rc::Rc;

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// Keeps the number of `registration` no more. `is_deletion`: and has it deleted. `is_awaited`: this page is about to want
    /// it again, which takes the place of what is wanted now.
    pub(super) fn stop(&mut self, id: String, registration: Rc<Registration>, is_deletion: bool, is_awaited: bool) {
        let key = key_of(&registration.target);
        let known = self.schedule.get(&key);
        let owner = known.map_or_else(|| self.owner.clone(), |kept| kept.owner.clone());
        let is_suspended = known.map_or(self.owner.is_none(), |kept| kept.is_suspended);
        let ending = known.filter(|kept| kept.desired.is_deletion);
        if !is_deletion {
            let is_owners = owner == self.owner.clone().or_else(|| self.last_owner.clone());
            // A deletion is not given up by who only keeps it no more.
            let stays = ending.is_some() || (is_awaited && is_owners);
            if !stays {
                self.leave(&key, is_suspended);
            }
            return;
        }
        if let Some(kept) = ending.filter(|kept| !is_suspended && !kept.is_told) {
            return self.actions.wait(&kept.desired.id);
        }
        if is_suspended {
            self.leave(&key, is_suspended);
            return self.actions.refused();
        }
        let registration = known.map_or(registration, |kept| Rc::clone(&kept.desired.registration));
        let at_ms = Some(self.now.moment.wall_ms);
        self.actions.wait(&id);
        let desired =
            DesiredRegistration { id: id.clone(), registration, is_deletion: true, delete_on_leave: false, at_ms };
        self.want(&key, owner, desired);
        if self.is_closed {
            // Other tabs find it in the store.
            self.actions.settled(&id, Some(&Trouble::Closed));
            self.end(&key, None);
        }
    }

    /// It ends at the core by itself.
    fn leave(&mut self, key: &str, is_suspended: bool) {
        self.erase(key);
        if !is_suspended {
            let id = self.schedule.get(key).map(|kept| kept.desired.id.as_str());
            self.actions.post(Post { id, ..Post::of(Told::Gone, key) });
        }
        self.end(key, None);
    }

    /// Deletions of what has ended by itself since, while no page was there.
    pub(super) fn drop_over(&mut self) {
        let over = self.schedule.iter().filter(|kept| kept.is_over(self.now));
        let over: Vec<_> = over.map(|kept| kept.key.clone()).collect();
        for key in over {
            let ticket = self.next_number();
            self.forget(&key, ticket);
            self.end(&key, None);
        }
    }
}
