//! Locks, channels and waking. Every session on clones of one `Fake` is of the same browser; each channel is a tab of its
//! own.

use super::Fake;
use crate::seams::{Channels, Held, Leaving, Locks, NoLocks, Post, Spawn, Wake};
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
    queue: Rc<RefCell<Vec<(String, u64)>>>,
    moves: Rc<Cell<u64>>,
    seen_moves: Cell<u64>,
    no_locks: Cell<bool>,
    stolen: Cell<usize>,
    ears: Rc<RefCell<Vec<Ear>>>,
    woken: Cell<u64>,
    left: Cell<u64>,
    leaves_for_good: Cell<bool>,
    is_offline: Cell<bool>,
    ids: Cell<u64>,
}

impl Tabs {
    /// Whether a lock was taken or let go, or the page changed, since this was asked last.
    pub fn has_moved(&self) -> bool {
        let moves = self.moves.get();
        self.seen_moves.replace(moves) != moves
    }

    fn moved(&self) {
        self.moves.set(self.moves.get() + 1);
    }

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
        self.0.tabs.moved();
    }

    /// The page is about to stop running.
    pub fn leave(&self, leaving: Leaving) {
        self.0.tabs.leaves_for_good.set(leaving == Leaving::ForGood);
        self.0.tabs.left.set(self.0.tabs.left.get() + 1);
        self.0.tabs.moved();
    }

    /// The browser knows that there is no network, or that there is one again.
    pub fn go_offline(&self, is_offline: bool) {
        self.0.tabs.is_offline.set(is_offline);
        if !is_offline {
            self.wake();
        }
    }
}

/// A lock that is held.
pub struct FakeHeld {
    locks: Rc<RefCell<BTreeMap<String, u64>>>,
    moves: Rc<Cell<u64>>,
    name: String,
    id: u64,
}

/// A wish for a lock; dropping it takes it back.
struct Waiting(Rc<RefCell<Vec<(String, u64)>>>, u64);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.borrow_mut().retain(|(_, id)| *id != self.1);
    }
}

impl Held for FakeHeld {
    fn is_lost(&self) -> bool {
        self.locks.borrow().get(&self.name) != Some(&self.id)
    }

    async fn lost(&self) {
        poll_fn(|_| if self.is_lost() { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

impl Drop for FakeHeld {
    fn drop(&mut self) {
        let mut locks = self.locks.borrow_mut();
        if locks.get(&self.name) == Some(&self.id) {
            locks.remove(&self.name);
            self.moves.set(self.moves.get() + 1);
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
        tabs.queue.borrow_mut().push((name.to_owned(), id));
        let _waiting = Waiting(Rc::clone(&tabs.queue), id);
        poll_fn(|_| {
            let mut locks = tabs.locks.borrow_mut();
            // Who asked first is first.
            let is_first = tabs.queue.borrow().iter().find(|(of, _)| of == name).is_none_or(|(_, first)| *first == id);
            if (locks.contains_key(name) || !is_first) && !steal {
                return Poll::Pending;
            }
            if locks.insert(name.to_owned(), id).is_some() {
                tabs.stolen.set(tabs.stolen.get() + 1);
                tabs.moved();
            }
            Poll::Ready(())
        })
        .await;
        let (locks, moves) = (Rc::clone(&tabs.locks), Rc::clone(&tabs.moves));
        Ok(FakeHeld { locks, moves, name: name.to_owned(), id })
    }

    /// Each session is a page of its own here: nobody else is in its queue.
    async fn queue(&self, name: &str) -> Result<FakeHeld, NoLocks> {
        let tabs = &self.0.tabs;
        let id = tabs.id();
        let name = format!("{name} in page {id}");
        tabs.locks.borrow_mut().insert(name.clone(), id);
        let (locks, moves) = (Rc::clone(&tabs.locks), Rc::clone(&tabs.moves));
        Ok(FakeHeld { locks, moves, name, id })
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

    async fn leaving(&self) -> Leaving {
        let tabs = &self.0.tabs;
        let seen = tabs.left.get();
        poll_fn(|_| if tabs.left.get() == seen { Poll::Pending } else { Poll::Ready(()) }).await;
        if tabs.leaves_for_good.get() { Leaving::ForGood } else { Leaving::ForAWhile }
    }

    fn is_online(&self) -> bool {
        !self.0.tabs.is_offline.get()
    }
}
