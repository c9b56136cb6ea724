//! The registrations that a client keeps: taking wishes, and knowing whose they are.

use super::book::{Book, Entry};
use super::calls::{Calls, Core};
use super::ending::closed;
use super::news::News;
use super::owners::Owners;
use super::pulse::{Now, Pulse};
use super::sign_out::{Leaver, enlist};
use super::signal::Signal;
use super::snapshot::{Event, Snapshot, Trouble};
use super::wish::{What, Wish, key_of};
use crate::breakout::{InvalidRequest, Problem, Registration};
use crate::error::Error;
use crate::seams::{Platform, Post, Store};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// What holds for all registrations of a client.
#[derive(Clone, Copy, Debug)]
pub struct KeepOptions {
    /// The most attempts in any second.
    pub max_per_second: usize,
}

/// Hears what happened to a registration, by its key, and how it stands now.
pub type OnEvent = Box<dyn Fn(&str, Event, &Snapshot)>;

/// The application's ears.
pub struct Listeners {
    /// What happened.
    pub on_event: OnEvent,
    /// Whether this page makes the calls.
    pub on_lead: Box<dyn Fn(bool)>,
    /// The name that the page gives to an owner without one; a new one, if it is another.
    pub nameless: Box<dyn Fn(bool) -> String>,
}

/// What the keeper needs beside the platform.
pub struct Surroundings<S> {
    /// How the core is called.
    pub calls: Rc<dyn Calls>,
    /// Whose registrations may be kept.
    pub owners: Rc<dyn Owners>,
    /// Which core it is.
    pub core: Core,
    /// A store that all tabs share.
    pub lasting: S,
    /// One of this page.
    pub fleeting: S,
}

pub(super) struct Inner<P: Platform, S: Store> {
    pub me: Weak<Self>,
    pub platform: P,
    pub calls: Rc<dyn Calls>,
    pub owners: Rc<dyn Owners>,
    pub core: Core,
    /// All tabs' store, which outlives them.
    pub lasting: S,
    /// This page's, which outlives an instance of the wasm.
    pub fleeting: S,
    pub book: RefCell<Book>,
    pulse: RefCell<Pulse>,
    /// Whose registrations may be kept now.
    pub owner: RefCell<Option<String>>,
    /// What the owner was called before it was known who that is.
    pub session: RefCell<Option<String>>,
    /// They are shared with other tabs.
    pub is_shared: Cell<bool>,
    /// Counts the owners, so that work for an earlier one knows that it is over.
    pub era: Cell<u64>,
    /// Something that the loop must look at.
    pub changed: Signal,
    /// The owner, or the lead, is another one: calls under way end.
    pub halted: Signal,
    /// Another tab leads: calls under way end.
    pub deposed: Signal,
    /// A call had no token, and yet somebody is said to be signed in.
    pub doubts: Signal,
    /// Another tab may do better.
    pub yields: Signal,
    /// Another tab does not do its work.
    pub overtakes: Signal,
    pub is_leading: Cell<bool>,
    pub is_away: Cell<bool>,
    /// How often the page was away: nobody's patience ends meanwhile.
    pub absences: Cell<u32>,
    /// Without locks.
    pub hesitation: Cell<Option<f64>>,
    pub heard_at_ms: Cell<f64>,
    pub yielded_at_ms: Cell<f64>,
    pub others: RefCell<Vec<String>>,
    /// Who has answered since all were asked; `None` when nobody asks.
    pub roll: RefCell<Option<Vec<String>>>,
    pub tab: String,
    pub channel: RefCell<Option<Box<dyn Post>>>,
    pub is_closed: Cell<bool>,
    pub is_begun: Cell<bool>,
    /// It is known whose registrations may be kept, and what is stored of them.
    pub is_ready: Cell<bool>,
    /// What became of wishes to delete.
    pub gone: RefCell<Vec<(String, Option<Trouble>)>>,
    /// The lead is to go to another tab when nothing is under way.
    pub yields_soon: Cell<bool>,
    /// Whose registrations were kept last. What is wanted while nobody is there is wanted for that one.
    pub last_owner: RefCell<Option<String>>,
    pub listeners: Listeners,
}

/// The registrations that one client keeps. Clones are the same.
pub struct Keeping<P: Platform, S: Store>(pub(super) Rc<Inner<P, S>>);

impl<P: Platform, S: Store> Clone for Keeping<P, S> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<P: Platform, S: Store> Keeping<P, S> {
    /// Nothing is kept yet, and nobody asked.
    pub fn new(platform: P, surroundings: Surroundings<S>, options: KeepOptions, listeners: Listeners) -> Self {
        let Surroundings { calls, owners, core, lasting, fleeting } = surroundings;
        let tab = random_name(&platform);
        let inner = Rc::new_cyclic(|me| Inner {
            me: me.clone(),
            platform,
            calls,
            owners,
            core,
            lasting,
            fleeting,
            book: RefCell::new(Book::new(options.max_per_second)),
            pulse: RefCell::default(),
            owner: RefCell::default(),
            session: RefCell::default(),
            is_shared: Cell::new(false),
            era: Cell::new(0),
            changed: Signal::default(),
            halted: Signal::default(),
            deposed: Signal::default(),
            doubts: Signal::default(),
            yields: Signal::default(),
            overtakes: Signal::default(),
            is_leading: Cell::new(false),
            is_away: Cell::new(false),
            absences: Cell::new(0),
            hesitation: Cell::new(None),
            heard_at_ms: Cell::new(0.0),
            yielded_at_ms: Cell::new(f64::NEG_INFINITY),
            others: RefCell::default(),
            roll: RefCell::default(),
            tab,
            channel: RefCell::default(),
            is_closed: Cell::new(false),
            is_begun: Cell::new(false),
            is_ready: Cell::new(false),
            gone: RefCell::default(),
            yields_soon: Cell::new(false),
            last_owner: RefCell::default(),
            listeners,
        });
        let leaver: Rc<dyn Leaver> = inner.clone();
        enlist(Rc::downgrade(&leaver));
        Self(inner)
    }

    /// Keeps `registration` from now on, and returns its key. The same as it is kept already changes nothing; anything
    /// else takes its place. `owner`: whose it is, if it was kept before an instance of the wasm stopped.
    pub async fn keep(
        &self,
        registration: Registration,
        delete_on_leave: bool,
        owner: Option<String>,
    ) -> Result<String, Error> {
        self.ready().await;
        self.catch_up().await;
        self.open()?;
        let key = key_of(&registration.target);
        let what = What::Keep(registration);
        let now_there = self.0.owner.borrow().clone();
        let owner = match owner {
            Some(session) if *self.0.session.borrow() == Some(session.clone()) => now_there.clone(),
            owner => owner.or_else(|| now_there.clone()).or_else(|| self.0.last_owner.borrow().clone()),
        };
        let is_known = self.0.book.borrow().get(&key).is_some_and(|entry| {
            let is_same = entry.wish.what == what && entry.wish.delete_on_leave == delete_on_leave;
            is_same && entry.owner == owner && !self.is_rejected(entry)
        });
        if !is_known {
            let wish = Wish { id: random_name(&self.0.platform), what, delete_on_leave, at_ms: None };
            self.wish(&key, owner, wish).await;
        }
        Ok(key)
    }

    /// Now, as registrations are kept by.
    pub(super) fn now(&self) -> Now {
        self.0.pulse.borrow_mut().at(self.0.platform.now())
    }

    /// How a registration stands.
    pub fn snapshot(&self, key: &str) -> Option<Snapshot> {
        self.0.book.borrow().get(key).map(|entry| entry.snapshot(self.now(), false))
    }

    /// Keeps `registration` instead of what is kept under `key`: of the same number.
    pub async fn update(&self, key: &str, registration: Registration) -> Result<(), Error> {
        if key_of(&registration.target) != key {
            let message = "This keeper is of another number: stop it, and keep that one beside it.";
            let problems = vec![Problem::new("phoneNumber", "another_number", message)];
            return Err(InvalidRequest { problems }.into());
        }
        self.ready().await;
        self.open()?;
        let known = self.0.book.borrow().get(key).map(|entry| (entry.owner.clone(), entry.wish.delete_on_leave));
        let Some((owner, delete_on_leave)) = known else { return Ok(()) };
        let wish =
            Wish { id: random_name(&self.0.platform), what: What::Keep(registration), delete_on_leave, at_ms: None };
        self.wish(key, owner, wish).await;
        Ok(())
    }

    /// Tells the core of it now, whoever leads; not more often than once a second.
    pub async fn refresh(&self, key: &str) -> Result<(), Error> {
        self.ready().await;
        self.open()?;
        let known = self.0.book.borrow().get(key).map(|entry| (entry.owner.clone(), entry.wish.clone()));
        if let Some((owner, wish)) = known.filter(|(_, wish)| !wish.is_end()) {
            self.wish(key, owner, Wish { id: random_name(&self.0.platform), ..wish }).await;
        }
        Ok(())
    }

    /// The keys of all that is kept for who is signed in, what was stored before a reload among them. What is being deleted
    /// is not kept.
    pub async fn keys(&self) -> Result<Vec<String>, Error> {
        self.ready().await;
        self.open()?;
        let owner = self.0.owner.borrow().clone();
        let book = self.0.book.borrow();
        let own = book.iter().filter(|entry| !entry.wish.is_end() && (entry.owner.is_none() || entry.owner == owner));
        Ok(own.map(|entry| entry.key.clone()).collect())
    }

    /// Keeps nothing in this page any more. What is stored stays: other tabs go on with it.
    pub fn close(&self) {
        if self.0.is_closed.replace(true) {
            return;
        }
        self.post(&News::Bye { tab: self.0.tab.clone() });
        self.halt();
        let keys: Vec<String> = self.0.book.borrow().iter().map(|entry| entry.key.clone()).collect();
        for key in keys {
            self.settle_ending(&key, closed());
            self.end(&key, None);
        }
        // A loop that waits for the session must see it.
        self.0.doubts.fire();
    }

    fn open(&self) -> Result<(), Error> {
        if self.0.is_closed.get() {
            return Err(closed().into());
        }
        Ok(())
    }

    fn is_rejected(&self, entry: &Entry) -> bool {
        entry.kept.state(self.now()) == super::State::Rejected
    }

    /// Takes a wish of this page, for `owner`, who may not be there.
    pub(super) async fn wish(&self, key: &str, owner: Option<String>, wish: Wish) {
        let now = self.now();
        let is_there = owner.is_some() && *self.0.owner.borrow() == owner;
        self.make_room(key, owner.as_ref());
        {
            let mut book = self.0.book.borrow_mut();
            match book.get_mut(key) {
                Some(entry) => {
                    entry.owner = owner;
                    entry.replace(wish.clone(), now);
                    entry.is_own = true;
                }
                None => book.insert(Entry {
                    is_own: true,
                    is_suspended: !is_there,
                    ..Entry::new(key, owner, wish.clone(), now)
                }),
            }
        }
        // Before anybody acts on it: who leads reads it there.
        self.store_wish(key, &wish).await;
        if is_there {
            self.post(&News::Wished { key: key.to_owned(), wish: wish.write() });
        }
        self.tell(key, Event::Changed);
        self.0.changed.fire();
    }

    /// It is kept no more, here.
    pub(super) fn end(&self, key: &str, trouble: Option<Trouble>) {
        let entry = self.0.book.borrow_mut().remove(key);
        let Some(mut entry) = entry else { return };
        if entry.wish.is_end() {
            for id in entry.overtaken.iter().chain([&entry.wish.id]) {
                self.settle(id, trouble.clone());
            }
        } else {
            self.overtake(std::mem::take(&mut entry.overtaken));
        }
        entry.trouble = trouble;
        let snapshot = entry.snapshot(self.now(), true);
        (self.0.listeners.on_event)(key, Event::Stopped, &snapshot);
        self.0.changed.fire();
    }

    /// If it was to be deleted, it is: the core has nothing any more.
    pub(super) fn forget_deleted(&self, key: &str) {
        if let Some(entry) = self.0.book.borrow_mut().get_mut(key).filter(|entry| entry.wish.is_end()) {
            entry.accepted = None;
        }
    }

    /// Tells the application how a registration stands.
    pub(super) fn tell(&self, key: &str, event: Event) {
        let snapshot = self.0.book.borrow().get(key).map(|entry| entry.snapshot(self.now(), false));
        if let Some(snapshot) = snapshot {
            (self.0.listeners.on_event)(key, event, &snapshot);
        }
    }

    /// As `tell`, with what came in the way.
    pub(super) fn tell_trouble(&self, key: &str, event: Event, trouble: Trouble) {
        if let Some(entry) = self.0.book.borrow_mut().get_mut(key) {
            entry.trouble = Some(trouble);
        }
        self.tell(key, event);
    }
}

/// A name that nobody else has. Without randomness the clock must do.
pub(super) fn random_name<P: Platform>(platform: &P) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bytes = platform.random().unwrap_or_else(|_| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&(platform.now().wall_ms as u64).to_be_bytes());
        bytes
    });
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from);
    bytes.iter().take(12).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
