//! What the tabs of one browser share: locks, a channel, and the news that the page is awake.

/// There are no locks here (an old browser, an opaque origin).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoLocks;

/// Locks by name, one holder in the whole browser (Web Locks API). A tab that is closed or crashes lets go of its own.
pub trait Locks {
    /// Dropping it lets go.
    type Held: 'static;

    /// Ends when the lock is held. Dropping the future takes back the request. `steal` takes the lock from whoever has
    /// it, at once.
    async fn lock(&self, name: &str, steal: bool) -> Result<Self::Held, NoLocks>;
}

/// A channel that is open. Dropping it closes it.
pub trait Post {
    /// Tells the other tabs; whether any hears it is not known.
    fn post(&self, text: &str);
}

/// Channels to the other tabs of this origin (`BroadcastChannel`). Never for tokens.
pub trait Channels {
    /// Opens the channel called `name`; `None` where there are none. `hear` gets what others post.
    fn open(&self, name: &str, hear: Box<dyn Fn(String)>) -> Option<Box<dyn Post>>;
}

/// The page's own life.
pub trait Wake {
    /// Ends when the page may have missed something: it is visible again, online again, or back from being frozen.
    async fn woken(&self);
}
