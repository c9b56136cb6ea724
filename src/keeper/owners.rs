//! Whose registrations may be kept, and when that may change.

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, pending};

/// Whose registrations may be kept with the tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nobody's: nobody is signed in.
    Nobody,
    /// Somebody's, of whom nothing is known but that it is the same as before for as long as it is not nobody's.
    Nameless,
    /// This one's, in every tab and at every time.
    Named(String),
    /// Those of the session that goes by this name. Another sign-in is another session, also by the same person.
    Session {
        /// Random, never another session's.
        session: String,
        /// The session outlives the page.
        is_lasting: bool,
        /// The person, in every tab and at every time, if that is known: it may become known later.
        person: Option<String>,
    },
    /// It can't be told now: the store does not answer.
    Unknown,
}

/// Says whose registrations may be kept.
pub trait Owners {
    /// Whose they are now.
    fn owner(&self) -> LocalBoxFuture<'_, Owner>;

    /// Ends when there may be another owner than when this was called.
    fn changed(&self) -> LocalBoxFuture<'_, ()>;

    /// Ends when the session does; true if the person has signed out.
    fn ended(&self) -> LocalBoxFuture<'_, bool>;
}

/// The owner that goes with tokens of the application's own. It never changes.
pub struct SuppliedOwner(Owner);

impl SuppliedOwner {
    /// `name` is what the application calls the person (`keeping.owner`), if it says so.
    pub fn new(name: Option<String>) -> Self {
        Self(name.map_or(Owner::Nameless, |name| Owner::Named(["supplied/", &name].concat())))
    }
}

impl Owners for SuppliedOwner {
    fn owner(&self) -> LocalBoxFuture<'_, Owner> {
        std::future::ready(self.0.clone()).boxed_local()
    }

    fn changed(&self) -> LocalBoxFuture<'_, ()> {
        pending().boxed_local()
    }

    fn ended(&self) -> LocalBoxFuture<'_, bool> {
        pending().boxed_local()
    }
}
