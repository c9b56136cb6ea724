//! What the pure ring needs from its surroundings, one small trait for each need. The browser ring implements them
//! with the platform's own parts, `fake` with scripts. Nothing here knows the browser.

mod json;
mod random;
mod store;
mod tabs;
mod time;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
pub mod fake;

pub use json::{Fields, Json, MAX_DEPTH, WrongType};
pub use random::{NoRandom, Random};
pub use store::{Store, StoreFailure};
pub use tabs::{Channels, Held, Leaving, Locks, NoLocks, Post, Wake};
pub use time::{Clock, Moment, Timer};

use futures_util::future::LocalBoxFuture;
use std::any::Any;
use std::fmt;
use std::rc::Rc;

/// Lets work outlive the call that began it.
pub trait Spawn {
    /// Runs `future` to its end.
    fn spawn(&self, future: LocalBoxFuture<'static, ()>);
}

/// All seams that a keeper needs. Cloning is cheap and shares what is behind it.
pub trait Platform: Clock + Timer + Random + Spawn + Locks + Channels + Wake + Clone + 'static {}

impl<T> Platform for T where T: Clock + Timer + Random + Spawn + Locks + Channels + Wake + Clone + 'static {}

/// What lies behind a failure, kept for the caller: a JavaScript value in the browser. Opaque here, and never
/// shown by `Debug`, because a foreign error may quote anything.
#[derive(Clone)]
pub struct Cause(Rc<dyn Any>);

impl Cause {
    /// Keeps `value` as a cause.
    pub fn new<T: Any>(value: T) -> Self {
        Self(Rc::new(value))
    }

    /// The value, if it is a `T`.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cause(..)")
    }
}
