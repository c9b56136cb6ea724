//! When a call is made again: gRFC A6 (as amended in 2024), for methods that may be repeated.

use super::{Code, RpcError, Wish};
use crate::error::Kind;

/// How often and how patiently a call is made again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Attempts in all, the first among them. 1 is no retry.
    pub max_attempts: u32,
    /// The wait before the second attempt, give or take a fifth; each further one is twice as long.
    pub initial_delay_ms: f64,
    /// The longest wait of our own; a server may ask for more.
    pub max_delay_ms: f64,
    /// Whether the server is told how many attempts there were before (`grpc-previous-rpc-attempts`). Few servers' CORS
    /// settings allow that header, and where they do not the browser sends nothing at all.
    pub tells_attempts: bool,
}

/// More attempts than this are of no use, gRFC A6 says.
pub const MAX_ATTEMPTS: u32 = 5;

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: MAX_ATTEMPTS, initial_delay_ms: 1_000.0, max_delay_ms: 30_000.0, tells_attempts: false }
    }
}

/// The longest time for an attempt that another may follow: a connection that hangs is not waited for to the end.
const LONGEST_ATTEMPT_MS: f64 = 15_000.0;

const MAX_TOKENS: f64 = 10.0;
const TOKENS_FOR_A_SUCCESS: f64 = 0.1;

/// Keeps a client from making things worse: when most attempts fail, it stops making them again. It is shared by all
/// calls of a client.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryBucket(pub f64);

impl Default for RetryBucket {
    fn default() -> Self {
        Self(MAX_TOKENS)
    }
}

impl RetryBucket {
    /// The bucket after this many answered attempts.
    #[must_use]
    pub fn succeeded(self, attempts: f64) -> Self {
        Self((self.0 + attempts * TOKENS_FOR_A_SUCCESS).min(MAX_TOKENS))
    }

    fn failed(self) -> Self {
        Self((self.0 - 1.0).max(0.0))
    }

    fn allows_retry(self) -> bool {
        self.0 > MAX_TOKENS / 2.0
    }
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// Another, after this many milliseconds.
    Again(f64),
    /// None: the error is the call's.
    Stop,
    /// None, because it would come after the deadline; after this many milliseconds it would have been time.
    TooLate(f64),
}

/// A failed attempt, as far as another one depends on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure {
    /// The server is out of service for now, or was not reached.
    pub is_unavailable: bool,
    /// Our own limit of time ended the attempt.
    pub is_timeout: bool,
    /// What the server says about another attempt.
    pub wish: Option<Wish>,
}

impl Failure {
    /// What `error` says.
    pub fn of(error: &RpcError) -> Self {
        Self {
            is_unavailable: error.code == Code::Unavailable && error.retryable,
            is_timeout: error.code == Code::DeadlineExceeded && error.kind == Kind::Timeout,
            wish: error.wish(),
        }
    }
}

/// The attempts of one call: plain data, which the caller keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retries {
    /// When a call is made again.
    pub policy: RetryPolicy,
    /// The client's.
    pub bucket: RetryBucket,
    /// Attempts that have begun. One that was refused for its token alone does not count: the next one is its replay.
    pub attempts: u32,
    /// Counts the waits of our own; a server's wish starts it again.
    pub step: u32,
}

impl Retries {
    /// Before the first attempt.
    pub const fn new(policy: RetryPolicy, bucket: RetryBucket) -> Self {
        Self { policy, bucket, attempts: 0, step: 0 }
    }

    /// How many of the `left_ms` that the call has the next attempt may take. That is less than all only if it leaves time
    /// for another attempt.
    pub fn limit_ms(&self, left_ms: f64) -> f64 {
        let limit_ms = (left_ms / 2.0).min(LONGEST_ATTEMPT_MS);
        let may_follow = self.attempts + 1 < self.policy.max_attempts && self.bucket.allows_retry();
        if may_follow && left_ms - limit_ms > self.delay_ms(1.0) { limit_ms } else { left_ms }
    }

    /// What follows the last attempt, which failed. `is_cut_short`: it had less than all the time that was left. `random` is
    /// from 0 to 1.
    pub fn failed(&mut self, failure: Failure, is_cut_short: bool, left_ms: f64, random: f64) -> Next {
        let is_repeatable = failure.is_unavailable || (failure.is_timeout && is_cut_short);
        if !is_repeatable {
            return Next::Stop;
        }
        self.bucket = self.bucket.failed();
        if self.attempts >= self.policy.max_attempts || !self.bucket.allows_retry() {
            return Next::Stop;
        }
        let delay_ms = match failure.wish {
            Some(Wish::Never) => return Next::Stop,
            Some(Wish::After(ms)) => {
                self.step = 0;
                ms
            }
            None => {
                let ms = self.delay_ms(random);
                self.step += 1;
                ms
            }
        };
        if delay_ms < left_ms { Next::Again(delay_ms) } else { Next::TooLate(delay_ms) }
    }

    fn delay_ms(&self, random: f64) -> f64 {
        let mut delay_ms = self.policy.initial_delay_ms;
        for _ in 0..self.step.min(MAX_ATTEMPTS) {
            delay_ms *= 2.0;
        }
        delay_ms.min(self.policy.max_delay_ms) * (0.8 + 0.4 * random)
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "retry_tests.rs"]
mod tests;
