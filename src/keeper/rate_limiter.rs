//! Rate limiter: at most so many calls in any second. They are not spaced evenly, because the timers of hidden pages
//! fire once a second, and then all calls of that second must go.

use super::clock::Now;

/// How long it is looked back.
pub const WINDOW_MS: f64 = 1_000.0;

/// The calls of the last second.
pub struct CallRate {
    /// The most in any second.
    pub most: usize,
    begun: Vec<f64>,
}

impl CallRate {
    /// Of no call yet.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), begun: Vec::new() }
    }

    /// Milliseconds until one more may begin.
    pub fn wait_ms(&mut self, now: Now) -> f64 {
        let since_ms = now.moment.monotonic_ms - WINDOW_MS;
        self.begun.retain(|begun| *begun > since_ms);
        match self.begun.first() {
            Some(first) if self.begun.len() >= self.most => first - since_ms,
            _ => 0.0,
        }
    }

    /// One begins.
    pub fn begin(&mut self, now: Now) {
        self.begun.push(now.moment.monotonic_ms);
    }
}
