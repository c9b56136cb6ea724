//! Locks, channels and waking. Every session on clones of one `Fake` is of the same browser; each channel is a tab of its
//! own.

use super::Fake;
use crate::seams::{Channels, Locks, NoLocks, Post, Spawn, Wake};
use futures_util::FutureExt;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

type Ear = (u64, String, Rc<dyn Fn(String)>);

#[derive(Default)]
pub(super) struct Tabs {
    locks: Rc<RefCell<BTreeMap<String, u64>>>,
    no_locks: Cell<bool>,
    stolen: Cell<usize>,
    ears: Rc<RefCell<Vec<Ear>>>,
    woken: Cell<u64>,
    ids: Cell<u64>,
}

impl Tabs {
    fn id(&self) -> u64 {
        self.ids.set(self.ids.get() + 1);
        self.ids.get()
    }
}

impl Fake {
    /// As in a browser without Web Locks.
    pub fn refuse_locks(&self) {
        self.0.tabs.no_locks.set(true);
    }

    /// How often a lock was taken from its holder.
    pub fn stolen(&self) -> usize {
        self.0.tabs.stolen.get()
    }

    /// The page is visible, or online, again.
    pub fn wake(&self) {
        self.0.tabs.woken.set(self.0.tabs.woken.get() + 1);
    }
}

/// A lock that is held.
pub struct FakeHeld {
    locks: Rc<RefCell<BTreeMap<String, u64>>>,
    name: String,
    id: u64,
}

impl Drop for FakeHeld {
    fn drop(&mut self) {
        let mut locks = self.locks.borrow_mut();
        if locks.get(&self.name) == Some(&self.id) {
            locks.remove(&self.name);
        }
    }
}

impl Locks for Fake {
    type Held = FakeHeld;

    async fn lock(&self, name: &str, steal: bool) -> Result<FakeHeld, NoLocks> {
        let tabs = &self.0.tabs;
        if tabs.no_locks.get() {
            return Err(NoLocks);
        }
        let id = tabs.id();
        poll_fn(|_| {
            let mut locks = tabs.locks.borrow_mut();
            if locks.contains_key(name) && !steal {
                return Poll::Pending;
            }
            if locks.insert(name.to_owned(), id).is_some() {
                tabs.stolen.set(tabs.stolen.get() + 1);
            }
            Poll::Ready(())
        })
        .await;
        Ok(FakeHeld { locks: Rc::clone(&tabs.locks), name: name.to_owned(), id })
    }
}

struct FakePost {
    fake: Fake,
    name: String,
    id: u64,
}

impl Post for FakePost {
    fn post(&self, text: &str) {
        for (id, name, hear) in self.fake.0.tabs.ears.borrow().iter() {
            if *id != self.id && *name == self.name {
                let (hear, text) = (Rc::clone(hear), text.to_owned());
                self.fake.spawn(async move { hear(text) }.boxed_local());
            }
        }
    }
}

impl Drop for FakePost {
    fn drop(&mut self) {
        self.fake.0.tabs.ears.borrow_mut().retain(|(id, ..)| *id != self.id);
    }
}

impl Channels for Fake {
    fn open(&self, name: &str, hear: Box<dyn Fn(String)>) -> Option<Box<dyn Post>> {
        let id = self.0.tabs.id();
        self.0.tabs.ears.borrow_mut().push((id, name.to_owned(), hear.into()));
        Some(Box::new(FakePost { fake: self.clone(), name: name.to_owned(), id }))
    }
}

impl Wake for Fake {
    async fn woken(&self) {
        let seen = self.0.tabs.woken.get();
        poll_fn(|_| if self.0.tabs.woken.get() == seen { Poll::Pending } else { Poll::Ready(()) }).await;
    }
}
