//! A fake application: keeps registrations, and has them kept again after a trap of the wasm.

use super::actions::{Action, Snapshot};
use super::fake_browser::{Bench, Owner, Page, Task};
use super::fake_core::Error;
use crate::breakout::Registration;
use crate::keeper::Keeper;
use crate::keeper::desired::{DesiredRegistration, key_of};
use crate::keeper::event::Event;
use crate::keeper::snapshot::Change;
use crate::keeper::standing::State;
use std::rc::Rc;

/// Before what was kept is begun anew.
const AGAIN_MS: f64 = 1_000.0;

impl Bench {
    pub fn keep(&mut self, page: Page, registration: Registration) -> String {
        self.keep_as(page, registration, false, None)
    }

    pub fn keep_as(
        &mut self,
        page: Page,
        registration: Registration,
        delete_on_leave: bool,
        owner: Option<String>,
    ) -> String {
        self.catch_up(page);
        let key = key_of(&registration.target);
        let registration = Rc::new(registration);
        let desired =
            DesiredRegistration { id: self.id(), registration, is_deletion: false, delete_on_leave, at_ms: None };
        self.handle(page, Event::Desired { desired, owner, was_stored: false, was_rejected: false });
        self.settle_turn();
        if let Some(snapshot) = self.snapshot(page, &key) {
            self.tabs[page].known.insert(key.clone(), snapshot);
        }
        key
    }

    /// The page is told how a registration stands.
    pub(super) fn told(&mut self, page: Page, key: String, change: Change, snapshot: Snapshot<Error>) {
        let now_ms = self.now_ms;
        let tab = &mut self.tabs[page];
        if change == Change::Stopped {
            tab.known.remove(&key);
        } else if !snapshot.is_ending || tab.known.contains_key(&key) {
            tab.known.insert(key.clone(), snapshot.clone());
        }
        tab.heard.push((now_ms, key, change, snapshot));
    }

    /// The wasm of a page stops. A second later, or when something is wanted, the page begins anew with a fresh instance, what
    /// is stored, and what it knows to be kept.
    pub fn trap(&mut self, page: Page) {
        self.instances += 1;
        let (old, new) = (self.tabs[page].instance, self.instances);
        self.homes.push((new, page));
        self.release(old);
        let tab = &mut self.tabs[page];
        self.core.cancelled += tab.calls.len();
        tab.instance = new;
        tab.keeper = Keeper::new(tab.max_per_second, format!("tab {new}"));
        (tab.leads, tab.is_begun, tab.is_ready) = (false, false, false);
        (tab.channel, tab.owner) = (None, None);
        tab.calls.clear();
        self.later(AGAIN_MS, Task::Reseed(new));
    }

    pub(super) fn reseed(&mut self, page: Page) {
        let instance = self.tabs[page].instance;
        if self.tabs[page].is_closed {
            return;
        }
        self.begin(page);
        if self.owner != Owner::Unknown {
            let event = self.owner_event(page);
            self.handle(page, event);
        }
        let is_caught_up = self.owner == Owner::Unknown || self.tabs[page].owner == self.called(page).0;
        if !self.tabs[page].is_ready || !is_caught_up {
            return self.later(1.0, Task::Reseed(instance));
        }
        for (key, snapshot) in self.tabs[page].known.clone() {
            let desired = DesiredRegistration {
                id: snapshot.id.clone(),
                registration: Rc::new(snapshot.registration.clone()),
                is_deletion: snapshot.is_ending,
                delete_on_leave: snapshot.delete_on_leave,
                at_ms: None,
            };
            self.tabs[page].is_refused = false;
            let (owner, was_stored) = (snapshot.owner.clone(), snapshot.is_stored);
            let was_rejected = snapshot.state == State::Rejected;
            self.handle(page, Event::Desired { desired, owner, was_stored, was_rejected });
            if self.tabs[page].is_refused {
                self.told(page, key, Change::Stopped, snapshot);
            } else if let Some(snapshot) = self.snapshot(page, &key) {
                self.told(page, key, Change::Changed, snapshot);
            }
        }
    }

    /// What an instance that stopped has begun to write is written.
    pub(super) fn go_on_writing(&mut self, instance: u32, actions: Vec<Action<Error>>) {
        let Some((_, page)) = self.homes.iter().find(|(known, _)| *known == instance).copied() else { return };
        for action in actions {
            self.write(page, action);
        }
    }
}
