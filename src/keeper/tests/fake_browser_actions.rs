//! Steps of tests: what an application, a person or the browser does.

use super::actions::{Message, Snapshot};
use super::fake_browser::{Bench, Owner, Page, heard};
use super::fake_core::{Error, failure};
use crate::breakout::Registration;
use crate::keeper::event::Event;
use crate::keeper::snapshot::{Change, Trouble};
use std::rc::Rc;

impl Bench {
    /// The page asks whose registrations may be kept, and what is stored.
    pub fn begin(&mut self, page: Page) {
        if !std::mem::replace(&mut self.tabs[page].is_begun, true) {
            let event = self.owner_event(page);
            self.handle(page, event);
        }
    }

    pub(super) fn ready(&mut self, page: Page) {
        self.begin(page);
        self.until(|bench| bench.tabs[page].is_ready || bench.tabs[page].is_closed);
    }

    /// Until it is known who is signed in now.
    pub(super) fn catch_up(&mut self, page: Page) {
        self.ready(page);
        if self.owner != Owner::Unknown && !self.tabs[page].is_closed {
            let event = self.owner_event(page);
            self.handle(page, event);
            self.until(|bench| bench.tabs[page].owner == bench.called(page).0);
        }
    }

    /// Nothing is left to do at this moment.
    pub(super) fn settle_turn(&mut self) {
        let now_ms = self.now_ms + self.store_ms;
        while self.step(now_ms) {}
    }

    pub fn update(&mut self, page: Page, key: &str, registration: Registration) {
        self.ready(page);
        let id = self.id();
        self.handle(page, Event::Updated { key: key.to_owned(), id, registration: Rc::new(registration) });
        self.settle_turn();
    }

    pub fn refresh(&mut self, page: Page, key: &str) {
        self.ready(page);
        let id = self.id();
        self.handle(page, Event::Refresh { key: key.to_owned(), id });
        self.settle_turn();
    }

    /// The deletion to wait for; false if nobody is there who could make it.
    pub fn stop(
        &mut self,
        page: Page,
        registration: Registration,
        is_deletion: bool,
        is_awaited: bool,
    ) -> Result<Option<String>, ()> {
        self.ready(page);
        if self.tabs[page].is_closed && !self.tabs[page].is_ready {
            let event = self.owner_event(page);
            self.handle(page, event);
        }
        if is_awaited {
            self.catch_up(page);
        }
        let id = self.id();
        self.tabs[page].waits = None;
        self.tabs[page].is_refused = false;
        self.handle(page, Event::Stop { id, registration: Rc::new(registration), is_deletion, is_awaited });
        let waits = self.tabs[page].waits.take();
        if self.tabs[page].is_refused { Err(()) } else { Ok(waits) }
    }

    /// Waits for what becomes of a deletion.
    pub fn gone(&mut self, page: Page, id: &str) -> Result<(), Trouble<Error>> {
        let find = |bench: &Self| bench.tabs[page].settled.iter().find(|(known, _)| known == id).cloned();
        self.until(|bench| find(bench).is_some());
        find(self).expect("settled").1.map_or(Ok(()), Err)
    }

    pub fn delete(&mut self, page: Page, key: &str) -> Result<(), Trouble<Error>> {
        let registration = self.snapshot(page, key).expect("kept").registration;
        let id = self.stop(page, registration, true, false).expect("somebody").expect("a deletion");
        self.gone(page, &id)
    }

    pub fn keys(&mut self, page: Page) -> Vec<String> {
        self.ready(page);
        self.tabs[page].answers.clear();
        self.handle(page, Event::List { is_all: false });
        let answers = std::mem::take(&mut self.tabs[page].answers);
        for (key, snapshot) in &answers {
            self.tabs[page].known.entry(key.clone()).or_insert_with(|| snapshot.clone());
        }
        answers.into_iter().map(|(key, _)| key).collect()
    }

    pub fn snapshot(&mut self, page: Page, key: &str) -> Option<Snapshot<Error>> {
        self.tabs[page].answers.clear();
        self.handle(page, Event::LookUp { key: key.to_owned() });
        self.tabs[page].answers.pop().map(|(_, snapshot)| snapshot)
    }

    pub fn close(&mut self, page: Page) {
        self.handle(page, Event::Close);
        self.tabs[page].is_closed = true;
        self.tabs[page].known.clear();
        self.settle_turn();
    }

    /// The changes so far, those of views left out.
    pub fn changes(&self, page: Page) -> Vec<Change> {
        let all = self.tabs[page].heard.iter().map(|(_, _, change, _)| *change);
        all.filter(|change| *change != Change::Changed).collect()
    }

    pub(super) fn owner_changed(&mut self) {
        for page in 0..self.tabs.len() {
            if self.tabs[page].is_begun && !self.tabs[page].is_closed {
                let event = self.owner_event(page);
                self.handle(page, event);
            }
        }
    }

    /// Somebody signs in.
    pub fn sign_in(&mut self, owner: Owner) {
        self.owner = owner;
        self.owner_changed();
        self.settle_turn();
    }

    pub(super) fn end_session(&mut self, code: &'static str) {
        self.owner = Owner::Nobody;
        for page in 0..self.tabs.len() {
            self.end_calls(page, &failure(Error { family: "auth", code, kind: "auth" }, None), false);
        }
    }

    /// The session ends by itself.
    pub fn expire(&mut self) {
        self.end_session("session_expired");
        self.owner_changed();
    }

    /// The person leaves.
    pub fn sign_out(&mut self) {
        self.end_session("sign_in_required");
        for page in 0..self.tabs.len() {
            if self.tabs[page].is_begun {
                self.handle(page, Event::OwnerLeft);
            }
        }
        self.owner_changed();
        self.settle_turn();
    }

    /// The pages are visible, or online, again.
    pub fn wake(&mut self) {
        for page in 0..self.tabs.len() {
            let is_online = self.is_online;
            self.handle(page, Event::Back);
            self.handle(page, Event::Look { is_online });
        }
    }

    /// The pages are about to stop running.
    pub fn leave(&mut self, is_for_good: bool) {
        for page in 0..self.tabs.len() {
            self.handle(page, Event::Leaving { is_for_good });
        }
    }

    /// Another tab of this browser tells something to the page's, and to the page.
    pub fn hear(&mut self, page: Page, message: Message<Error>) {
        let channel = self.tabs[page].channel.clone();
        for other in 0..self.tabs.len() {
            if self.tabs[other].channel == channel {
                self.handle(other, heard(&message));
            }
        }
        self.pass(10.0);
    }
}
