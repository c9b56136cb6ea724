//! A session that comes and goes.

use crate::keeper::signal::Signal;
use crate::keeper::{Owner, Owners};
use crate::oauth::{AuthCode, AuthError};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A session as its tabs see it.
#[derive(Clone)]
pub struct FakeSession(Rc<State>);

struct State {
    owner: RefCell<Owner>,
    changed: Signal,
    ended: Signal,
    is_left: Cell<bool>,
}

impl Default for FakeSession {
    fn default() -> Self {
        let owner = RefCell::new(Owner::Named("ada".to_owned()));
        let (changed, ended) = (Signal::default(), Signal::default());
        Self(Rc::new(State { owner, changed, ended, is_left: Cell::new(false) }))
    }
}

/// What a call under way ends with when the session does.
pub fn over(is_left: bool) -> AuthError {
    let code = if is_left { AuthCode::SignInRequired } else { AuthCode::SessionExpired };
    AuthError::new(code, "It has ended.")
}

impl FakeSession {
    /// The token that a call would go with.
    pub fn token(&self) -> Result<String, AuthError> {
        match &*self.0.owner.borrow() {
            Owner::Nobody | Owner::Unknown => Err(AuthError::new(AuthCode::SignInRequired, "Sign in first.")),
            Owner::Nameless => Ok("somebody".to_owned()),
            Owner::Named(name) | Owner::Session { session: name, .. } => Ok(name.clone()),
        }
    }

    /// Somebody signs in.
    pub fn sign_in(&self, owner: Owner) {
        self.0.owner.replace(owner);
        self.0.changed.fire();
    }

    /// The session ends by itself.
    pub fn expire(&self) {
        self.0.is_left.set(false);
        self.0.owner.replace(Owner::Nobody);
        self.0.ended.fire();
        self.0.changed.fire();
    }

    /// The person leaves.
    pub fn sign_out(&self) {
        self.0.is_left.set(true);
        self.0.owner.replace(Owner::Nobody);
        self.0.ended.fire();
        self.0.changed.fire();
    }
}

impl Owners for FakeSession {
    fn owner(&self) -> LocalBoxFuture<'_, Owner> {
        std::future::ready(self.0.owner.borrow().clone()).boxed_local()
    }

    fn changed(&self) -> LocalBoxFuture<'_, ()> {
        self.0.changed.next().boxed_local()
    }

    fn ended(&self) -> LocalBoxFuture<'_, bool> {
        let ended = self.0.ended.next();
        async move {
            ended.await;
            self.0.is_left.get()
        }
        .boxed_local()
    }
}
