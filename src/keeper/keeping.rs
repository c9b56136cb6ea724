//! The registrations that a client keeps: taking wishes, and knowing whose they are.

use super::book::{Book, Entry};
use super::news::News;
use super::pulse::{Now, Pulse};
use super::sign_out::{Leaver, enlist};
use super::snapshot::{Event, Snapshot, Trouble};
use super::wish::{Names, What, Wish, key_of, read_granted};
use crate::auth::{AuthCode, AuthError, Owner, Signal};
use crate::breakout::{Client, InvalidRequest, Problem, Registration};
use crate::error::{Error, Kind};
use crate::seams::{Platform, Post, Store};
use futures_util::FutureExt;
use futures_util::future::{Either, select};
use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::{Rc, Weak};

/// How many ended deletions are remembered for those who wait for them.
const REMEMBERED: usize = 64;

/// After news of the session, when to look at it again. What another tab tells may come before what it stored does:
/// browsers carry both from process to process by different ways.
const LOOKS_MS: [f64; 4] = [100.0, 400.0, 1_500.0, 6_000.0];

/// How long somebody waits for another tab to delete a registration.
const DELETE_MS: f64 = 45_000.0;

/// Begins the names of owners that have none.
const NAMELESS: &str = "?";

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
}

pub(super) struct Inner<P: Platform, S: Store> {
    pub me: Weak<Self>,
    pub platform: P,
    pub client: Rc<Client<P>>,
    /// All tabs' store, which outlives them.
    lasting: S,
    /// This page's, which outlives an instance of the wasm.
    fleeting: S,
    pub book: RefCell<Book>,
    pulse: RefCell<Pulse>,
    /// Whose registrations may be kept now.
    pub owner: RefCell<Option<String>>,
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
    /// Without locks.
    pub hesitation: Cell<Option<f64>>,
    pub heard_at_ms: Cell<f64>,
    pub yielded_at_ms: Cell<f64>,
    pub others: RefCell<Vec<String>>,
    /// Who has answered since all were asked; `None` when nobody asks.
    pub roll: RefCell<Option<Vec<String>>>,
    pub tab: String,
    channel: RefCell<Option<Box<dyn Post>>>,
    pub is_closed: Cell<bool>,
    is_begun: Cell<bool>,
    /// It is known whose registrations may be kept, and what is stored of them.
    pub is_ready: Cell<bool>,
    pub gone: RefCell<Vec<(String, Option<Trouble>)>>,
    nameless: Cell<u64>,
    listeners: Listeners,
}

/// The registrations that one client keeps. Clones are the same.
pub struct Keeping<P: Platform, S: Store>(pub(super) Rc<Inner<P, S>>);

impl<P: Platform, S: Store> Clone for Keeping<P, S> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<P: Platform, S: Store> Keeping<P, S> {
    /// Nothing is kept yet, and nobody asked. `lasting` is a store that all tabs share, `fleeting` one of this page.
    pub fn new(client: Rc<Client<P>>, lasting: S, fleeting: S, options: KeepOptions, listeners: Listeners) -> Self {
        let platform = client.platform().clone();
        let tab = random_name(&platform);
        let inner = Rc::new_cyclic(|me| Inner {
            me: me.clone(),
            platform,
            client,
            lasting,
            fleeting,
            book: RefCell::new(Book::new(options.max_per_second)),
            pulse: RefCell::default(),
            owner: RefCell::default(),
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
            nameless: Cell::new(0),
            listeners,
        });
        let leaver: Rc<dyn Leaver> = inner.clone();
        enlist(Rc::downgrade(&leaver));
        Self(inner)
    }

    /// Keeps `registration` from now on, and returns its key. The same as it is kept already changes nothing; anything
    /// else takes its place.
    pub async fn keep(&self, registration: Registration, delete_on_leave: bool) -> Result<String, Error> {
        self.ready().await;
        self.open()?;
        let key = key_of(&registration.target);
        let what = What::Keep(registration);
        let is_known = self.0.book.borrow().get(&key).is_some_and(|entry| {
            entry.wish.what == what && entry.wish.delete_on_leave == delete_on_leave && !self.is_rejected(entry)
        });
        if !is_known {
            let wish = Wish { id: random_name(&self.0.platform), what, delete_on_leave };
            self.wish(&key, wish).await;
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
        let delete_on_leave = self.0.book.borrow().get(key).is_some_and(|entry| entry.wish.delete_on_leave);
        self.keep(registration, delete_on_leave).await.map(drop)
    }

    /// Tells the core of it now, whoever leads; not more often than once a second.
    pub async fn refresh(&self, key: &str) -> Result<(), Error> {
        self.ready().await;
        self.open()?;
        let wish = self.0.book.borrow().get(key).map(|entry| entry.wish.clone());
        if let Some(wish) = wish.filter(|wish| !wish.is_end()) {
            self.wish(key, Wish { id: random_name(&self.0.platform), ..wish }).await;
        }
        Ok(())
    }

    /// Keeps it no more. `delete`: and deletes it at the core, which whoever leads does; an error is why it could not.
    pub async fn stop(&self, key: &str, delete: bool) -> Result<(), Trouble> {
        self.ready().await;
        let entry = self.0.book.borrow().get(key).map(|entry| (entry.wish.clone(), entry.is_suspended));
        let Some((wish, is_suspended)) = entry else { return Ok(()) };
        if !delete || is_suspended || self.0.is_closed.get() {
            self.forget(key).await;
            self.post(&News::Gone { key: key.to_owned(), trouble: None });
            self.end(key, &wish.id, None);
            return if delete { Err(Trouble::Own(nobody().into())) } else { Ok(()) };
        }
        let registration = wish.registration().clone();
        let id = random_name(&self.0.platform);
        let ending = Wish { id: id.clone(), what: What::Delete(registration), delete_on_leave: false };
        self.wish(key, ending).await;
        self.gone(&id).await
    }

    /// What came of the wish to delete.
    async fn gone(&self, id: &str) -> Result<(), Trouble> {
        let found = async {
            loop {
                let changed = self.0.changed.next();
                let found = self.0.gone.borrow().iter().find(|(wish, _)| wish == id).cloned();
                if let Some((_, trouble)) = found {
                    return trouble;
                }
                if self.0.book.borrow().iter().all(|entry| entry.wish.id != id) {
                    return Some(kept_again());
                }
                changed.await;
            }
        };
        match select(pin!(found), pin!(self.0.platform.sleep(DELETE_MS))).await {
            Either::Left((trouble, _)) => trouble.map_or(Ok(()), Err),
            Either::Right(_) => {
                let message = "No tab has deleted the registration in time. It ends by itself when its time is over.";
                Err(Trouble::Own(AuthError::new(AuthCode::Timeout, message).into()))
            }
        }
    }

    /// The keys of all that is kept for who is signed in, what was stored before a reload among them.
    pub async fn keys(&self) -> Result<Vec<String>, Error> {
        self.ready().await;
        self.open()?;
        Ok(self.0.book.borrow().iter().map(|entry| entry.key.clone()).collect())
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
            self.end(&key, "", None);
        }
    }

    fn open(&self) -> Result<(), Error> {
        if self.0.is_closed.get() {
            return Err(AuthError::new(AuthCode::Aborted, "The client was closed.").into());
        }
        Ok(())
    }

    fn is_rejected(&self, entry: &Entry) -> bool {
        entry.kept.state(self.now()) == super::State::Rejected
    }

    /// Begins to watch the session and the clocks, and waits until it is known what is kept.
    async fn ready(&self) {
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
        let tokens = Rc::clone(self.0.client.tokens());
        let mut looks = [].iter();
        while !self.0.is_closed.get() {
            let (changed, ended, halted) = (tokens.changed(), tokens.ended(), self.0.halted.next());
            let doubts = self.0.doubts.next();
            let owner = tokens.owner().await;
            self.adopt(owner).await;
            let session = select(ended, changed);
            let next_look_ms = looks.next();
            let again = async {
                match next_look_ms {
                    Some(&ms) => self.0.platform.sleep(ms).await,
                    None => std::future::pending().await,
                }
            };
            match select(session, select(select(halted, doubts), pin!(again))).await {
                Either::Left((news, _)) => {
                    looks = LOOKS_MS.iter();
                    if let Either::Left((error, _)) = news
                        && error.code == AuthCode::SignInRequired
                    {
                        self.leave_owner().await;
                    }
                }
                Either::Right(_) => {}
            }
        }
    }

    /// Whose registrations may be kept from now on.
    async fn adopt(&self, owner: Owner) {
        let (name, is_shared) = match owner {
            Owner::Nobody => (None, false),
            // Another one than before the last time that it was nobody: nothing says that it is the same person.
            Owner::Nameless => (Some([NAMELESS, &self.0.nameless.get().to_string()].concat()), false),
            Owner::Named(name) => (Some(name), true),
        };
        if *self.0.owner.borrow() == name && self.0.is_ready.get() {
            return;
        }
        if name.is_none() {
            self.0.nameless.set(self.0.nameless.get() + 1);
        }
        self.halt();
        let era = self.0.era.get() + 1;
        self.0.era.set(era);
        self.0.is_shared.set(is_shared);
        self.0.owner.replace(name.clone());
        if let Some(name) = &name {
            self.join(name);
            self.load().await;
            if self.0.era.get() != era {
                return;
            }
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
    pub(super) async fn leave_owner(&self) {
        let Some(owner) = self.0.owner.borrow().clone() else { return };
        self.halt();
        let keys: Vec<String> = {
            let book = self.0.book.borrow();
            book.iter().filter(|entry| entry.owner.as_ref() == Some(&owner)).map(|entry| entry.key.clone()).collect()
        };
        for key in keys {
            self.forget(&key).await;
            self.end(&key, "", None);
        }
        self.0.owner.replace(None);
        self.0.nameless.set(self.0.nameless.get() + 1);
    }

    /// Ends the calls under way and the lead.
    fn halt(&self) {
        self.0.era.set(self.0.era.get() + 1);
        self.set_leading(false);
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

    pub(super) fn store(&self) -> &S {
        if self.0.is_shared.get() { &self.0.lasting } else { &self.0.fleeting }
    }

    pub(super) fn names(&self) -> Option<Names> {
        self.0.owner.borrow().as_ref().map(|owner| self.names_of(owner))
    }

    pub(super) fn names_of(&self, owner: &str) -> Names {
        Names::of(owner, self.0.client.base_url(), self.0.client.api_version())
    }

    /// What is stored joins what is known. A wish of this page that is not stored yet came later.
    pub(super) async fn load(&self) {
        let Some(names) = self.names() else { return };
        // A store that refuses has nothing to say.
        let Ok(wishes) = self.store().entries(&names.wishes).await else { return };
        let grants = self.store().entries(&names.grants).await.unwrap_or_default();
        let owner = self.0.owner.borrow().clone();
        let (now, version) = (self.now(), self.0.client.api_version());
        self.end_missing(&names.wishes, &wishes);
        for (name, text) in wishes {
            let (Some(key), Some(wish)) = (name.strip_prefix(&names.wishes), Wish::read(&text, version)) else {
                continue;
            };
            self.end_of_others(key);
            let mut book = self.0.book.borrow_mut();
            match book.get_mut(key) {
                // Before anybody was signed in somebody wanted something: the same, or something later.
                Some(entry) if entry.owner.is_none() => {
                    if entry.wish.what == wish.what {
                        entry.wish = wish;
                    }
                }
                Some(entry) if entry.wish.id == wish.id => {}
                Some(entry) => {
                    entry.wish = wish;
                    entry.kept.wished();
                    entry.wished_at_ms = now.moment.monotonic_ms;
                }
                None => book.insert(Entry::new(key, owner.clone(), wish, now)),
            }
            if let Some(entry) = book.get_mut(key).filter(|entry| entry.owner == owner) {
                entry.is_stored = true;
            }
        }
        for (name, text) in grants {
            let (Some(key), Some((granted, wish))) = (name.strip_prefix(&names.grants), read_granted(&text, now))
            else {
                continue;
            };
            if let Some(entry) = self.0.book.borrow_mut().get_mut(key) {
                let is_current = entry.wish.id == wish;
                entry.kept.adopt(granted, is_current, now);
            }
        }
    }

    /// What was stored, and is no more, was stopped while this page was away or its owner was.
    fn end_missing(&self, prefix: &str, wishes: &[(String, String)]) {
        let missing: Vec<String> = {
            let (book, owner) = (self.0.book.borrow(), self.0.owner.borrow());
            let is_there = |key: &str| wishes.iter().any(|(name, _)| name.strip_prefix(prefix) == Some(key));
            let known = book.iter().filter(|entry| entry.is_stored && entry.owner == *owner);
            known.filter(|entry| !is_there(&entry.key)).map(|entry| entry.key.clone()).collect()
        };
        for key in missing {
            self.end(&key, "", None);
        }
    }

    /// Those that were wanted before it was known for whom.
    async fn store_wishes(&self) {
        let owner = self.0.owner.borrow().clone();
        let wishes: Vec<(String, Wish)> = {
            let book = self.0.book.borrow();
            let own = book.iter().filter(|entry| entry.owner == owner && !entry.kept.is_settled());
            own.map(|entry| (entry.key.clone(), entry.wish.clone())).collect()
        };
        for (key, wish) in wishes {
            self.store_wish(&key, &wish).await;
            self.post(&News::Wished { key, wish: wish.write() });
        }
    }

    /// Somebody else's registration that waits for its owner makes room: of one name there is one in a page. It is
    /// stored, and comes back with its owner.
    pub(super) fn end_of_others(&self, key: &str) {
        let is_others = {
            let (book, owner) = (self.0.book.borrow(), self.0.owner.borrow());
            book.get(key).is_some_and(|entry| entry.owner.is_some() && entry.owner != *owner)
        };
        if is_others {
            self.end(key, "", None);
        }
    }

    async fn store_wish(&self, key: &str, wish: &Wish) {
        if let Some(names) = self.names() {
            // A store that refuses: it is kept all the same, until the page goes.
            let stored = self.store().set(&[&names.wishes, key].concat(), &wish.write()).await;
            if let Some(entry) = self.0.book.borrow_mut().get_mut(key).filter(|entry| entry.wish.id == wish.id) {
                entry.is_stored = stored.is_ok();
            }
        }
    }

    /// Takes a wish of this page.
    async fn wish(&self, key: &str, wish: Wish) {
        let owner = self.0.owner.borrow().clone();
        let now = self.now();
        self.end_of_others(key);
        {
            let mut book = self.0.book.borrow_mut();
            match book.get_mut(key) {
                Some(entry) => {
                    entry.wish = wish.clone();
                    entry.wished_at_ms = now.moment.monotonic_ms;
                    entry.is_own = true;
                    entry.kept.wished();
                }
                None => book.insert(Entry { is_own: true, ..Entry::new(key, owner, wish.clone(), now) }),
            }
        }
        // Before anybody acts on it: who leads reads it there.
        self.store_wish(key, &wish).await;
        self.post(&News::Wished { key: key.to_owned(), wish: wish.write() });
        self.tell(key, Event::Changed);
        self.0.changed.fire();
    }

    /// Removes it from its owner's store, also while that one is not there.
    pub(super) async fn forget(&self, key: &str) {
        let owner = self.0.book.borrow().get(key).and_then(|entry| entry.owner.clone());
        let Some(owner) = owner.or_else(|| self.0.owner.borrow().clone()) else { return };
        let names = self.names_of(&owner);
        let store = if owner.starts_with(NAMELESS) { &self.0.fleeting } else { &self.0.lasting };
        let _ = store.remove(&[&names.wishes, key].concat()).await;
        let _ = store.remove(&[&names.grants, key].concat()).await;
    }

    /// It is kept no more, here.
    pub(super) fn end(&self, key: &str, wish: &str, trouble: Option<Trouble>) {
        let entry = self.0.book.borrow_mut().remove(key);
        let Some(mut entry) = entry else { return };
        let mut gone = self.0.gone.borrow_mut();
        if gone.len() >= REMEMBERED {
            gone.remove(0);
        }
        let ended = if wish.is_empty() { entry.wish.id.clone() } else { wish.to_owned() };
        gone.push((ended, trouble.clone()));
        drop(gone);
        entry.trouble = trouble;
        let snapshot = entry.snapshot(self.now(), true);
        (self.0.listeners.on_event)(key, Event::Stopped, &snapshot);
        self.0.changed.fire();
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

fn kept_again() -> Trouble {
    let message = "The registration was not deleted, because it is to be kept again.".to_owned();
    Trouble::Told { family: "rpc", code: "superseded".to_owned(), kind: Kind::Aborted, message }
}

fn nobody() -> AuthError {
    let message = "Nobody is signed in who could delete it. It ends by itself when its time is over.";
    AuthError::new(AuthCode::SignInRequired, message)
}

/// A name that nobody else has. Without randomness the clock must do.
fn random_name<P: Platform>(platform: &P) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bytes = platform.random().unwrap_or_else(|_| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&(platform.now().wall_ms as u64).to_be_bytes());
        bytes
    });
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from);
    bytes.iter().take(12).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
