//! When a call is made again: gRFC A6 (as amended in 2024), for methods that may be repeated.

use super::details::Detail;
use super::{Code, RpcError};
use crate::error::Kind;
use std::cell::Cell;

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

/// Keeps a client from making things worse: when most attempts fail, it stops making them again.
#[derive(Debug)]
pub struct RetryBucket(Cell<f64>);

impl Default for RetryBucket {
    fn default() -> Self {
        Self(Cell::new(MAX_TOKENS))
    }
}

impl RetryBucket {
    fn succeeded(&self) {
        self.0.set((self.0.get() + TOKENS_FOR_A_SUCCESS).min(MAX_TOKENS));
    }

    fn failed(&self) {
        self.0.set((self.0.get() - 1.0).max(0.0));
    }

    fn allows_retry(&self) -> bool {
        self.0.get() > MAX_TOKENS / 2.0
    }
}

/// What the server says about trying again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wish {
    /// Not at all.
    Never,
    /// After this many milliseconds.
    After(f64),
}

/// `grpc-retry-pushback-ms` before RetryInfo before Retry-After.
pub(super) fn wish(error: &RpcError) -> Option<Wish> {
    let pushback = "grpc-retry-pushback-ms";
    if let Some(value) = error.trailers.get(pushback).or_else(|| error.headers.get(pushback)) {
        // Negative or garbled: stop.
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let ms = if is_number { value.parse::<u64>().ok() } else { None };
        return Some(ms.map_or(Wish::Never, |ms| Wish::After(ms as f64)));
    }
    let info = error.details.iter().find_map(|detail| match detail {
        Detail::RetryInfo { retry_delay_ms } => Some(*retry_delay_ms),
        _ => None,
    });
    info.or(error.retry_after_ms).map(Wish::After)
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

/// The attempts of one call.
#[derive(Debug)]
pub struct Retries<'a> {
    policy: RetryPolicy,
    bucket: &'a RetryBucket,
    attempts: u32,
    /// Counts the waits of our own; a server's wish starts it again.
    step: i32,
    is_cut_short: bool,
}

impl<'a> Retries<'a> {
    /// Before the first attempt.
    pub fn new(policy: RetryPolicy, bucket: &'a RetryBucket) -> Self {
        Self { policy, bucket, attempts: 0, step: 0, is_cut_short: false }
    }

    /// An attempt begins; it may take this many milliseconds of the `left_ms` that the call has. That is less only if
    /// it leaves time for another attempt.
    pub fn begin(&mut self, left_ms: f64) -> f64 {
        self.attempts += 1;
        let limit_ms = (left_ms / 2.0).min(LONGEST_ATTEMPT_MS);
        let may_follow = self.attempts < self.policy.max_attempts && self.bucket.allows_retry();
        self.is_cut_short = may_follow && left_ms - limit_ms > self.delay_ms(1.0);
        if self.is_cut_short { limit_ms } else { left_ms }
    }

    /// The attempt was refused for its token alone: the next one is its replay.
    pub fn replayed(&mut self) {
        self.attempts -= 1;
    }

    /// How many attempts have begun.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The last attempt was answered.
    pub fn succeeded(&self) {
        self.bucket.succeeded();
    }

    /// The last attempt failed. `random` is from 0 to 1.
    pub fn failed(&mut self, error: &RpcError, left_ms: f64, random: f64) -> Next {
        let is_out_of_service = error.code == Code::Unavailable && error.retryable;
        let is_cut_short = self.is_cut_short && error.code == Code::DeadlineExceeded && error.kind == Kind::Timeout;
        if !is_out_of_service && !is_cut_short {
            return Next::Stop;
        }
        self.bucket.failed();
        if self.attempts >= self.policy.max_attempts || !self.bucket.allows_retry() {
            return Next::Stop;
        }
        let delay_ms = match wish(error) {
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
        let delay_ms = self.policy.initial_delay_ms * 2.0_f64.powi(self.step);
        delay_ms.min(self.policy.max_delay_ms) * (0.8 + 0.4 * random)
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "retry_tests.rs"]
mod tests;
