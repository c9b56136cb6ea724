//! Time: what o'clock it is, and waiting.

use crate::moment::Moment;

/// Says what time it is.
pub trait Clock {
    /// Now.
    fn now(&self) -> Moment;
}

/// Waits.
pub trait Timer {
    /// Ends after `ms` milliseconds, also beyond 2^31 (about 24.8 days). Zero, negative or NaN: at the next turn.
    async fn sleep(&self, ms: f64);
    /// Ends when the page has had a turn of its own. Not by a timer: hidden pages' timers take a second at least.
    async fn turn(&self) {
        self.sleep(0.0).await;
    }
    /// As `sleep`, for what nobody waits for: a process (Node) need not live on for its sake.
    async fn rest(&self, ms: f64) {
        self.sleep(ms).await;
    }
}
