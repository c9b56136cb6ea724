//! Carries out what keepers want done, as js/keeper-machine/executor.ts does: stores at once or a little later, calls, locks and
//! messages in tasks of their own.

use super::actions::Action;
use super::fake_browser::{Bench, Page, Task};
use super::fake_core::{Error, Limits};
use super::store::Store;
use crate::keeper::actions::LockRequest;
use crate::keeper::desired::DesiredRegistration;
use crate::keeper::event::{Event, Reading, Stored};
use std::rc::Rc;

impl Bench {
    pub(super) fn carry_out(&mut self, instance: u32, actions: Vec<Action<Error>>) {
        let mut later = Vec::new();
        let mut has_stored = false;
        for action in actions {
            match action {
                Action::StoreDesired { .. }
                | Action::StoreGrant { .. }
                | Action::Forget { .. }
                | Action::Load { .. }
                | Action::Check { .. } => {
                    has_stored = true;
                    later.push(action);
                }
                Action::Post(_) if has_stored => later.push(action),
                action => self.act(instance, action),
            }
        }
        if !later.is_empty() {
            self.later(self.store_ms, Task::Do(instance, later));
        }
    }

    pub(super) fn store_of(&mut self, page: Page, owner: &str) -> &mut Store {
        if owner.starts_with('?') { &mut self.tabs[page].fleeting } else { &mut self.lasting }
    }

    pub(super) fn act(&mut self, instance: u32, action: Action<Error>) {
        let Some(page) = self.page_of(instance) else { return };
        let tab = &mut self.tabs[page];
        match action {
            Action::LookAgain { ms } => {
                tab.look += 1;
                let look = tab.look;
                if ms.is_finite() {
                    self.later(ms, Task::Look(instance, look));
                }
            }
            Action::Tell { key, change, snapshot } => self.told(page, key, change, snapshot),
            Action::Answer { key, snapshot } => tab.answers.push((key, snapshot)),
            Action::Lead { is_leading } => tab.leads = is_leading,
            Action::Ready { owner } => {
                tab.is_ready = true;
                if owner.is_none() && tab.owner.is_some() {
                    // Whoever comes next without a name: nothing says that it is the same person.
                    tab.names += 1;
                }
                tab.owner = owner;
            }
            Action::Halt => {
                tab.channel = None;
                self.release(instance);
                self.later(0.0, Task::Abort(instance));
            }
            Action::Abort => self.later(0.0, Task::Abort(instance)),
            Action::Open { owner } => tab.channel = Some(owner),
            Action::Load { load, owner, session } => {
                self.loads += 1;
                let store = self.store_of(page, &owner);
                let reading = match () {
                    () if store.is_absent => Reading::NoStore,
                    () if store.refuses => Reading::Failed,
                    () => Reading::Done,
                };
                let mut events = Vec::new();
                if reading == Reading::Done {
                    let moved = session.map(|session| store.rename(&session, &owner)).unwrap_or_default();
                    events.extend(moved.into_iter().map(|key| Event::Moved { load, key }));
                    for ((name, key), desired) in &store.desired {
                        if let Some(desired) = desired.clone().filter(|_| *name == owner) {
                            events.push(Event::FoundDesired { load, key: key.clone(), desired });
                        }
                    }
                    for ((name, key), grant) in &store.grants {
                        if *name == owner {
                            events.push(Event::FoundGrant { load, key: key.clone(), grant: grant.clone() });
                        }
                    }
                }
                events.push(Event::Loaded { load, reading });
                let ms = self.store_ms;
                for event in events {
                    if ms > 0.0 {
                        self.later(ms, Task::Event(instance, event));
                    } else {
                        self.handle(page, event);
                    }
                }
            }
            Action::Check { attempt, owner, key, is_deletion } => {
                let (mut stored, mut grant) = (Stored::NotRead, None);
                if let Some(owner) = owner {
                    let store = self.store_of(page, &owner);
                    if !store.refuses {
                        let name = (owner, key);
                        stored = match store.desired.get(&name) {
                            None => Stored::Nothing,
                            Some(None) => Stored::Other,
                            Some(Some(desired)) => Stored::Desired(desired.clone()),
                        };
                        grant = store.grants.get(&name).cloned();
                    }
                }
                let event = Event::Checked { attempt, stored, grant };
                if is_deletion {
                    self.later(0.0, Task::Event(instance, event));
                } else {
                    self.handle(page, event);
                }
            }
            Action::Upsert { attempt, registration, timeout_ms, is_retried } => {
                let limits = Limits { timeout_ms: Some(timeout_ms), is_retried, outlives_page: false };
                self.call(instance, attempt, true, Rc::new(registration), limits, true);
            }
            Action::Delete { attempt, registration, is_retried, is_abortable } => {
                let limits = Limits { timeout_ms: None, is_retried, outlives_page: false };
                self.call(instance, attempt, false, Rc::new(registration), limits, is_abortable);
            }
            Action::DeleteAtLast { registration } => {
                let limits = Limits { timeout_ms: None, is_retried: true, outlives_page: true };
                self.call(instance, 0, false, Rc::new(registration), limits, false);
            }
            Action::StoreDesired { ticket, .. } | Action::StoreGrant { ticket, .. } | Action::Forget { ticket, .. } => {
                let (is_stored, newer) = self.write(page, action);
                self.handle(page, Event::Written { ticket, is_stored, newer });
            }
            Action::Post(message) => self.later(0.0, Task::Post(instance, message)),
            Action::Lock { number, owner, request } => {
                self.release(instance);
                let ms = if request == LockRequest::Later { 1_000.0 } else { 0.0 };
                let is_steal = request == LockRequest::Steal;
                self.later(ms, Task::AskForLock(instance, number, owner, is_steal));
            }
            Action::Unlock => self.release(instance),
            Action::LookAtOwner => self.later(0.0, Task::LookAtOwner(instance)),
            Action::Settled { id, trouble } => tab.settled.push((id, trouble)),
            Action::Wait { id } => tab.waits = Some(id),
            Action::Refused => tab.is_refused = true,
        }
    }

    /// Returns whether it is written, and what is there instead of what was to be removed.
    pub(super) fn write(&mut self, page: Page, action: Action<Error>) -> (bool, Option<DesiredRegistration>) {
        let (Action::StoreDesired { owner, .. } | Action::StoreGrant { owner, .. } | Action::Forget { owner, .. }) =
            &action
        else {
            return (false, None);
        };
        let store = self.store_of(page, &owner.clone());
        let is_stored = store.is_writable();
        match action {
            Action::StoreDesired { owner, key, desired, .. } if is_stored => {
                store.desired.insert((owner, key), Some(desired));
            }
            Action::StoreGrant { owner, key, grant, .. } if is_stored => {
                store.grants.insert((owner, key), grant);
            }
            Action::Forget { owner, key, id, .. } => return (is_stored, store.forget(&(owner, key), id.as_deref())),
            _ => {}
        }
        (is_stored, None)
    }
}
