//! Whose registrations are kept: who is signed in. Another person's number is never registered at this one's PBX.

use super::ending::nobody;
use super::keeping::Keeping;
use super::news::News;
use super::owners::Owner;
use super::snapshot::Event;
use crate::seams::{Platform, Store};
use futures_util::FutureExt;
use futures_util::future::{Either, select};
use std::pin::pin;
use std::rc::Rc;

/// After news of the session, when to look at it again. What another tab tells may come before what it stored does:
/// browsers carry both from process to process by different ways.
const LOOKS_MS: [f64; 4] = [100.0, 400.0, 1_500.0, 6_000.0];

/// A store that is slow is not waited for longer.
const CATCH_UP_MS: f64 = 10_000.0;

impl<P: Platform, S: Store> Keeping<P, S> {
    /// Begins to watch the session and the clocks, and waits until it is known what is kept.
    pub(super) async fn ready(&self) {
        if !self.0.is_begun.replace(true) {
            self.begin();
        }
        loop {
            let changed = self.0.changed.next();
            if self.0.is_ready.get() || self.0.is_closed.get() {
                return;
            }
            changed.await;
        }
    }

    /// Waits until it is known who is signed in now. Somebody who has just signed in, and wants something at once, must not
    /// be taken for the one before.
    pub(super) async fn catch_up(&self) {
        let caught_up = async {
            loop {
                let changed = self.0.changed.next();
                let owner = self.0.owners.owner().await;
                if owner == Owner::Unknown {
                    return;
                }
                let Called { name, .. } = self.called(owner);
                if *self.0.owner.borrow() == name || self.0.is_closed.get() {
                    return;
                }
                self.0.doubts.fire();
                changed.await;
            }
        };
        select(pin!(caught_up), pin!(self.0.platform.sleep(CATCH_UP_MS))).await;
    }

    fn begin(&self) {
        let platform = &self.0.platform;
        for work in
            [self.clone().watch().boxed_local(), self.clone().run().boxed_local(), self.clone().live().boxed_local()]
        {
            platform.spawn(work);
        }
    }

    /// Follows the session.
    async fn watch(self) {
        let owners = Rc::clone(&self.0.owners);
        let mut looks = [].iter();
        loop {
            let (changed, ended, halted) = (owners.changed(), owners.ended(), self.0.halted.next());
            let doubts = self.0.doubts.next();
            let owner = owners.owner().await;
            if self.0.is_closed.get() {
                return;
            }
            let is_unknown = owner == Owner::Unknown;
            // While nothing can be read, all stays as it is; at the beginning nothing is kept.
            match owner {
                Owner::Unknown if self.0.is_ready.get() => {}
                Owner::Unknown => self.adopt(Owner::Nobody).await,
                owner => self.adopt(owner).await,
            }
            let [.., longest_ms] = LOOKS_MS;
            let next_look_ms = looks.next().copied().or(is_unknown.then_some(longest_ms));
            let again = async {
                match next_look_ms {
                    Some(ms) => self.0.platform.sleep(ms).await,
                    None => std::future::pending().await,
                }
            };
            let session = select(ended, changed);
            match select(session, select(select(halted, doubts), pin!(again))).await {
                Either::Left((news, _)) => {
                    looks = LOOKS_MS.iter();
                    if let Either::Left((true, _)) = news {
                        self.leave_owner().await;
                    }
                }
                Either::Right(_) => {}
            }
        }
    }

    /// Whose registrations may be kept from now on.
    async fn adopt(&self, owner: Owner) {
        let Called { name, is_shared, session } = self.called(owner);
        self.0.session.replace(session.clone());
        if *self.0.owner.borrow() == name && self.0.is_ready.get() {
            return;
        }
        self.halt();
        let era = self.0.era.get() + 1;
        self.0.era.set(era);
        self.0.is_shared.set(is_shared);
        self.0.owner.replace(name.clone());
        match &name {
            Some(name) => {
                self.0.last_owner.replace(Some(name.clone()));
                if let Some(session) = &session {
                    // It is known now whose the session is. Nothing changes for what is kept.
                    self.rename(session, name).await;
                    if self.0.era.get() != era {
                        return;
                    }
                }
                self.join(name);
                self.load().await;
                self.drop_over().await;
                if self.0.era.get() != era {
                    return;
                }
            }
            // Whoever comes next without a name: nothing says that it is the same person.
            None if self.0.is_ready.get() => drop(self.nameless(true)),
            None => {}
        }
        self.0.is_ready.set(true);
        self.suspend();
        if let Some(name) = name {
            self.store_wishes().await;
            self.lead_as(era, &name);
        }
        self.0.changed.fire();
    }

    /// Those that are the owner's go on, and the others wait.
    fn suspend(&self) {
        let owner = self.0.owner.borrow().clone();
        let mut events = Vec::new();
        for entry in self.0.book.borrow_mut().iter_mut() {
            if entry.owner.is_none() {
                entry.owner.clone_from(&owner);
            }
            let is_suspended = owner.is_none() || entry.owner != owner;
            if std::mem::replace(&mut entry.is_suspended, is_suspended) != is_suspended {
                let event = if is_suspended { Event::Suspended } else { Event::Resumed };
                events.push((entry.key.clone(), event));
            }
        }
        for (key, event) in events {
            self.tell(&key, event);
        }
    }

    /// The person has left: what was kept is kept no more, in no tab, and after no reload.
    async fn leave_owner(&self) {
        let Some(owner) = self.0.owner.borrow().clone() else {
            self.0.last_owner.replace(None);
            return;
        };
        self.halt();
        for key in self.keys_of(&owner) {
            self.settle_ending(&key, nobody());
            let id = self.0.book.borrow().get(&key).map(|entry| entry.wish.id.clone());
            self.forget(&key, &id.unwrap_or_default()).await;
            self.end(&key, None);
        }
        self.0.owner.replace(None);
        self.0.last_owner.replace(None);
        self.nameless(true);
    }

    /// What the owner's registrations go by.
    pub(super) fn called(&self, owner: Owner) -> Called {
        match owner {
            Owner::Nobody | Owner::Unknown => Called { name: None, is_shared: false, session: None },
            Owner::Nameless => Called { name: Some(self.nameless(false)), is_shared: false, session: None },
            Owner::Named(name) => Called { name: Some(name), is_shared: true, session: None },
            Owner::Session { session, is_lasting, person } => {
                // What ends with the page is this client's alone.
                let session = if is_lasting { session } else { [&self.nameless(false), "/", &session].concat() };
                match person {
                    Some(_) => Called { name: person, is_shared: true, session: Some(session) },
                    None => Called { name: Some(session), is_shared: is_lasting, session: None },
                }
            }
        }
    }

    /// The name of who has none; another one from now on, if it is somebody else.
    fn nameless(&self, is_another: bool) -> String {
        [NAMELESS, &(self.0.listeners.nameless)(is_another)].concat()
    }

    /// Ends the calls under way and the lead.
    pub(super) fn halt(&self) {
        self.0.era.set(self.0.era.get() + 1);
        self.set_leading(false);
        self.0.yields_soon.set(false);
        self.0.channel.replace(None);
        self.0.others.borrow_mut().clear();
        self.0.halted.fire();
        self.0.changed.fire();
    }

    pub(super) fn set_leading(&self, is_leading: bool) {
        if self.0.is_leading.replace(is_leading) != is_leading {
            (self.0.listeners.on_lead)(is_leading);
        }
    }

    fn join(&self, owner: &str) {
        if !self.0.is_shared.get() {
            return;
        }
        let weak = Rc::downgrade(&self.0);
        let hear = move |text: String| {
            if let (Some(inner), Some(news)) = (weak.upgrade(), News::read(&text)) {
                Self(inner).hear(news);
            }
        };
        let names = self.names_of(owner);
        let channel = self.0.platform.open(&names.channel, Box::new(hear));
        self.0.channel.replace(channel);
        self.post(&News::Hello { tab: self.0.tab.clone() });
    }

    pub(super) fn post(&self, news: &News) {
        if let Some(channel) = &*self.0.channel.borrow() {
            channel.post(&news.write());
        }
    }
}

/// What an owner's registrations go by.
pub(super) struct Called {
    /// Nothing is kept for nobody.
    pub name: Option<String>,
    /// Other tabs keep them, too.
    pub is_shared: bool,
    /// What they went by before it was known who has signed in.
    pub session: Option<String>,
}

/// Begins the names of owners that have none.
pub(super) const NAMELESS: &str = "?";
