//! The time to live that the core granted, and how much of it is left.

use super::clock::Now;
use super::timing::{LEAST_MS, refresh_after_ms};
use crate::moment::Moment;

/// What the core granted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grant {
    /// When the request was sent: the core's own count can only have begun later.
    pub sent: Moment,
    /// The same as this page counts time.
    since_ms: f64,
    /// For how long, from then.
    pub ttl_ms: f64,
    /// When it is refreshed, from then. Drawn once, so that all tabs know the same.
    pub refresh_after_ms: f64,
}

impl Grant {
    /// What was granted just now.
    pub fn new(sent: Moment, ttl_ms: f64, random: f64, now: Now) -> Self {
        Self::of(sent, ttl_ms, refresh_after_ms(ttl_ms, random), now)
    }

    /// What was granted when `sent` was.
    pub fn of(sent: Moment, ttl_ms: f64, refresh_after_ms: f64, now: Now) -> Self {
        Self { sent, since_ms: now.steady_ms - sent.age_ms(now.moment), ttl_ms, refresh_after_ms }
    }

    /// Milliseconds since then.
    pub fn age_ms(&self, now: Now) -> f64 {
        now.steady_ms - self.since_ms
    }

    /// Milliseconds that are left; negative afterwards.
    pub fn left_ms(&self, now: Now) -> f64 {
        self.ttl_ms - self.age_ms(now)
    }

    /// When the core forgets it, by the wall clock.
    pub fn expires_at_wall_ms(&self) -> f64 {
        self.sent.wall_ms + self.ttl_ms
    }

    /// Whether it was granted after `other`. The same one may come again, with a clock's rounding in it; two are at least a
    /// second apart.
    pub fn is_later_than(&self, other: &Self) -> bool {
        self.since_ms > other.since_ms + LEAST_MS / 2.0
    }
}
