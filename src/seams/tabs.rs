//! What the tabs of one browser share: locks, a channel, and the news that the page is awake.

/// There are no locks here (an old browser, an opaque origin).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoLocks;

/// A lock that is held. Dropping it lets go.
pub trait Held {
    /// Whether somebody has stolen it. A page that was frozen learns of it some turns after it goes on.
    fn is_lost(&self) -> bool;
    /// Ends when somebody has stolen it.
    async fn lost(&self);
}

/// Locks by name, one holder in the whole browser (Web Locks API). A tab that is closed or crashes lets go of its own.
pub trait Locks {
    /// Dropping it lets go.
    type Held: Held + 'static;

    /// Ends when the lock is held. Dropping the future takes back the request. `steal` takes the lock from whoever has
    /// it, at once.
    async fn lock(&self, name: &str, steal: bool) -> Result<Self::Held, NoLocks>;

    /// As `lock`, but only within this page, for where there are no other locks: a second copy of the package in the
    /// page waits in the same queue.
    async fn queue(&self, name: &str) -> Result<Self::Held, NoLocks>;
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

/// How a page stops running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// It is closed, or another page takes its place.
    ForGood,
    /// It is frozen, or kept for the back button: it may go on later.
    ForAWhile,
}

/// The page's own life.
pub trait Wake {
    /// Ends when the page may have missed something: it is visible again, online again, or back from being frozen.
    async fn woken(&self);
    /// Ends when the page is about to stop running. What is begun then must be begun at once.
    async fn leaving(&self) -> Leaving;
    /// False if the browser knows that there is no network. That it says there is one means little.
    fn is_online(&self) -> bool;
}
