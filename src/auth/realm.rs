//! What the sessions of one realm (issuer, client, name and store) share within a page. An application may make
//! several of one session (React's strict mode, hot replacement, two modules): a refresh token must still be sent once,
//! a code be exchanged once, and all of them be told.

use super::flight::{Flight, Work};
use super::session::SessionEvent;
use super::sign_in::Callback;
use super::{AuthError, Secret};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// How many settled callbacks are remembered.
const REMEMBERED: usize = 8;

type Listener = dyn Fn(SessionEvent);

/// A callback that is being finished, or was.
pub(super) type Finishing = Work<Result<Callback, AuthError>>;

#[derive(Default)]
pub(super) struct Realm {
    pub refreshing: Flight<Result<Secret, AuthError>>,
    callbacks: RefCell<Vec<(String, Finishing)>>,
    listeners: RefCell<Vec<Weak<Listener>>>,
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
        realm
    }

    /// Sessions made from now on are those of another page.
    #[cfg(test)]
    #[cfg(not(target_arch = "wasm32"))]
    pub fn begin_page() {
        REALMS.with_borrow_mut(Vec::clear);
    }

    /// Tells all listeners. None of them is called under a borrow: they may do anything.
    pub fn tell(&self, event: &SessionEvent) {
        let listeners: Vec<_> = self.listeners.borrow().iter().filter_map(Weak::upgrade).collect();
        for listener in listeners {
            listener(event.clone());
        }
    }

    /// The callback of this state, finished or not.
    pub fn callback(&self, state: &str) -> Option<Finishing> {
        self.callbacks.borrow().iter().find(|(known, _)| known == state).map(|(_, callback)| callback.clone())
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
