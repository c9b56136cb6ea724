//! What the sessions of one realm (issuer, client, name and store) share within a page. An application may make
//! several of one session (React's strict mode, hot replacement, two modules): a refresh token must still be sent once,
//! a code be exchanged once, and all of them be told. Two stores are two realms, even if both are adapters: they may
//! hold the sessions of two people.

use super::flight::{Flight, Work};
use super::news::News;
use super::session::{SessionEvent, SessionState, Told, replaced};
use super::sign_in::Callback;
use super::signal::Signal;
use super::stored::Stored;
use super::trouble::Trouble;
use super::{AuthError, Secret};
use crate::seams::{Channels, Moment, Post};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::{Rc, Weak};

/// How many settled callbacks are remembered.
const REMEMBERED: usize = 8;

type Listener = dyn Fn(Told);

/// Takes news from another tab; without any, begins to watch the session's token. False when its session is no more.
type Member = dyn Fn(Option<&News>) -> bool;

/// Whose session it is: its id, and the `sub` where that is known.
pub(super) type Person = (String, Option<String>);

/// A callback that is being finished, or was.
pub(super) type Finishing = Work<Result<Callback, AuthError>>;

pub(super) struct Realm {
    pub refreshing: Flight<Result<Secret, AuthError>>,
    callbacks: RefCell<Vec<(String, Finishing)>>,
    listeners: RefCell<Vec<Weak<Listener>>>,
    members: RefCell<Vec<Rc<Member>>>,
    channel: RefCell<Option<Box<dyn Post>>>,
    /// Something happened to the session, here or in another tab.
    pub changed: Signal,
    ended: Signal,
    last_end: RefCell<Option<AuthError>>,
    /// How often something ended.
    ends: Cell<u32>,
    /// Whose session was in the store when it was last looked at.
    owner: RefCell<Option<Person>>,
    /// The session that another tab said it began. It may be in the store although it was not seen there yet.
    announced: RefCell<Option<String>>,
    /// What `auth.sessionState` says.
    state: Cell<SessionState>,
    /// How renewing the session fails, as this page knows.
    trouble: RefCell<Option<Box<Trouble>>>,
    /// The stage of the session whose access token the core, or the provider's user info, refused.
    refused: RefCell<Option<String>>,
    /// The page woke, or has a network again: what failed before may be tried at once.
    pub woke: Signal,
    /// It woke since the last try.
    pub is_lifted: Cell<bool>,
    /// Somebody sees to it that the token is renewed in time.
    pub is_kept: Cell<bool>,
    /// Whether the store was looked at for being another tab's copy.
    pub copy_checked: Cell<bool>,
    /// The provider asked for patience (`Retry-After`): since when, for how long, and what it said.
    blocked: RefCell<Option<(Moment, f64, AuthError)>>,
}

impl Default for Realm {
    fn default() -> Self {
        Self {
            refreshing: Flight::default(),
            callbacks: RefCell::default(),
            listeners: RefCell::default(),
            members: RefCell::default(),
            channel: RefCell::default(),
            changed: Signal::default(),
            ended: Signal::default(),
            last_end: RefCell::default(),
            ends: Cell::default(),
            owner: RefCell::default(),
            announced: RefCell::default(),
            state: Cell::new(SessionState::Unknown),
            trouble: RefCell::default(),
            refused: RefCell::default(),
            woke: Signal::default(),
            is_lifted: Cell::default(),
            is_kept: Cell::default(),
            copy_checked: Cell::default(),
            blocked: RefCell::default(),
        }
    }
}

thread_local! {
    static REALMS: RefCell<Vec<(String, Weak<Realm>)>> = const { RefCell::new(Vec::new()) };
}

impl Realm {
    /// The realm called `name`. `listener` is told of its events for as long as somebody else keeps it.
    pub fn of(name: &str, listener: &Rc<Listener>) -> Rc<Self> {
        let realm = REALMS.with_borrow_mut(|realms| {
            realms.retain(|(_, realm)| realm.strong_count() > 0);
            let known = realms.iter().find(|(known, _)| known == name).and_then(|(_, realm)| realm.upgrade());
            known.unwrap_or_else(|| {
                let realm = Rc::<Self>::default();
                realms.push((name.to_owned(), Rc::downgrade(&realm)));
                realm
            })
        });
        let mut listeners = realm.listeners.borrow_mut();
        listeners.retain(|listener| listener.strong_count() > 0);
        listeners.push(Rc::downgrade(listener));
        drop(listeners);
        if realm.state() != SessionState::Unknown {
            listener(Told::State(realm.state()));
        }
        realm
    }

    /// Sessions made from now on are those of another page.
    #[cfg(test)]
    #[cfg(not(target_arch = "wasm32"))]
    pub fn begin_page() {
        REALMS.with_borrow_mut(Vec::clear);
    }

    /// Hears the other tabs on the channel called `name`. Of several members the first that is still there takes what
    /// comes.
    pub fn join<P: Channels>(self: &Rc<Self>, platform: &P, name: &str, member: Rc<Member>) {
        self.members.borrow_mut().push(member);
        if self.channel.borrow().is_some() {
            return;
        }
        let realm = Rc::downgrade(self);
        let hear = move |text: String| {
            if let (Some(realm), Some(news)) = (realm.upgrade(), News::read(&text)) {
                realm.hear(&news);
            }
        };
        let channel = platform.open(name, Box::new(hear));
        self.channel.replace(channel);
    }

    fn hear(&self, news: &News) {
        let members = self.members.borrow().clone();
        let gone = members.iter().take_while(|member| !member(Some(news))).count();
        // Those that came meanwhile are behind these.
        self.members.borrow_mut().drain(..gone);
    }

    /// Who watched the session's token is gone: somebody else is to.
    pub fn hand_over(&self) {
        self.is_kept.set(false);
        let members = self.members.borrow().clone();
        for member in members {
            member(None);
            if self.is_kept.get() {
                break;
            }
        }
    }

    /// Tells the other tabs.
    pub fn post(&self, news: &News) {
        if let Some(channel) = &*self.channel.borrow() {
            channel.post(&news.write());
        }
    }

    /// Ends what is under way with the session's tokens.
    pub fn end(&self, why: AuthError) {
        self.owner.replace(None);
        self.fire_end(why);
    }

    fn fire_end(&self, why: AuthError) {
        self.last_end.replace(Some(why.clone()));
        self.ends.set(self.ends.get().wrapping_add(1));
        self.ended.fire();
        self.tell_all(&Told::Ended(why));
    }

    /// Another number whenever something ended.
    pub fn ends(&self) -> u32 {
        self.ends.get()
    }

    /// The store has this session. What is under way for somebody else ends: it would go on with these tokens.
    pub fn meet(&self, stored: &Stored) {
        let before = self.owner.replace(Some((stored.id.clone(), stored.sub.clone())));
        if before.as_ref().is_none_or(|(id, _)| *id != stored.id) {
            self.announced.replace(None);
        }
        if before.is_some_and(|(id, sub)| !stored.is_same_persons(&id, sub.as_deref())) {
            self.fire_end(replaced());
        }
    }

    /// Whose session was last seen in the store.
    pub fn owner(&self) -> Option<Person> {
        self.owner.borrow().clone()
    }

    /// Whether the session that was last seen in the store is the one called `id`.
    pub fn has_met(&self, id: Option<&str>) -> bool {
        id.is_some() && self.owner.borrow().as_ref().map(|(met, _)| met.as_str()) == id
    }

    /// Another tab says that it began this session.
    pub fn announce(&self, id: Option<String>) {
        self.announced.replace(id);
    }

    /// Whether another session than the one called `id` may be in the store by now, although it was not seen there.
    pub fn may_be_replaced(&self, id: Option<&str>) -> bool {
        let announced = self.announced.borrow();
        announced.is_some() && announced.as_deref() != id
    }

    /// Ends when the session does.
    pub fn ending(&self) -> impl Future<Output = Option<AuthError>> + use<'_> {
        let next = self.ended.next();
        async move {
            next.await;
            self.last_end.borrow().clone()
        }
    }

    /// The provider asked not to be asked for `ms`.
    pub fn block(&self, since: Moment, ms: f64, error: AuthError) {
        self.blocked.replace(Some((since, ms, error)));
    }

    /// What to say instead of asking; its `retry_after_ms` is what is left.
    pub fn blocked(&self, now: Moment) -> Option<AuthError> {
        let (since, ms, error) = self.blocked.borrow().clone()?;
        let left_ms = ms - since.age_ms(now);
        if left_ms <= 0.0 {
            self.blocked.replace(None);
            return None;
        }
        let mut error = error;
        error.retry_after_ms = Some(left_ms);
        Some(error)
    }

    /// Tells all listeners, and whoever watches the session.
    pub fn tell(&self, event: &SessionEvent) {
        self.tell_of(event, None);
    }

    /// The same, of what an error led to.
    pub fn tell_of(&self, event: &SessionEvent, error: Option<AuthError>) {
        self.changed.fire();
        self.tell_here(event, error);
    }

    /// Tells all listeners, first of the state that goes with the event.
    pub fn tell_here(&self, event: &SessionEvent, error: Option<AuthError>) {
        let state = match event {
            SessionEvent::SignedIn | SessionEvent::TokenRefreshed { .. } => Some(SessionState::SignedIn),
            SessionEvent::SessionUncertain(_) => Some(SessionState::Uncertain),
            SessionEvent::SessionExpired(_) | SessionEvent::SignedOut => Some(SessionState::SignedOut),
            SessionEvent::TokenExpiring { .. } => None,
        };
        if let Some(state) = state {
            if state != SessionState::Uncertain {
                self.set_trouble(None);
            }
            self.set_state(state);
        }
        self.tell_all(&Told::Event(event.clone(), error));
    }

    /// What this page knows of trouble with this stage of the session.
    pub fn trouble_of(&self, stored: &Stored) -> Option<Box<Trouble>> {
        self.trouble.borrow().clone().filter(|trouble| trouble.is_of(stored))
    }

    /// Whether renewing fails.
    pub fn is_troubled(&self) -> bool {
        self.trouble.borrow().is_some()
    }

    /// Returns whether there was any before.
    pub fn set_trouble(&self, trouble: Option<Box<Trouble>>) -> bool {
        self.trouble.replace(trouble).is_some()
    }

    /// The core does not take this access token.
    pub fn refuse(&self, stored: &Stored) {
        self.refused.replace(Some(stored.mark()));
    }

    pub fn is_refused(&self, stored: &Stored) -> bool {
        self.refused.borrow().as_deref() == Some(stored.mark().as_str())
    }

    /// The page woke, or has a network again.
    pub fn wake(&self) {
        self.is_lifted.set(true);
        self.woke.fire();
    }

    pub fn state(&self) -> SessionState {
        self.state.get()
    }

    pub fn set_state(&self, state: SessionState) {
        if self.state.replace(state) != state {
            self.tell_all(&Told::State(state));
        }
    }

    /// None of the listeners is called under a borrow: they may do anything.
    fn tell_all(&self, told: &Told) {
        let listeners: Vec<_> = self.listeners.borrow().iter().filter_map(Weak::upgrade).collect();
        for listener in listeners {
            listener(told.clone());
        }
    }

    /// The callback of this state, finished or not.
    pub fn callback(&self, state: &str) -> Option<Finishing> {
        self.callbacks.borrow().iter().find(|(known, _)| known == state).map(|(_, callback)| callback.clone())
    }

    /// The callback of this state that a session with another store finishes, or has finished. `key` is the name that
    /// sessions of one issuer, client and name have in their stores.
    pub fn callback_elsewhere(key: &str, state: &str) -> Option<Finishing> {
        let of_name = |(name, realm): &(String, Weak<Self>)| name.ends_with(key).then(|| realm.upgrade()).flatten();
        let realms: Vec<_> = REALMS.with_borrow(|realms| realms.iter().filter_map(of_name).collect());
        realms.iter().find_map(|realm| realm.callback(state))
    }

    pub fn remember(&self, state: &str, callback: Finishing) {
        let mut callbacks = self.callbacks.borrow_mut();
        if callbacks.len() >= REMEMBERED
            && let Some(oldest) = callbacks.iter().position(|(_, callback)| callback.peek().is_some())
        {
            drop(callbacks.remove(oldest));
        }
        callbacks.push((state.to_owned(), callback));
    }

    /// An answer that was not this realm's may still be handled when it is.
    pub fn forget(&self, state: &str) {
        self.callbacks.borrow_mut().retain(|(known, _)| known != state);
    }

    /// Waits for the callbacks that are being finished.
    pub async fn settled(&self) {
        let unfinished = |(_, callback): &(String, Finishing)| callback.peek().is_none().then(|| callback.clone());
        let waiting: Vec<Finishing> = self.callbacks.borrow().iter().filter_map(unfinished).collect();
        for callback in waiting {
            let _ = callback.await;
        }
    }
}
