//! Whether a call is made again, for `js/client/retries.ts`, which keeps the numbers.

use super::js::Array;
use crate::grpc_web::{Failure, Next, Retries, RetryBucket, RetryPolicy, Wish};
use wasm_bindgen::prelude::*;

fn retries(
    max_attempts: u32,
    initial_delay_ms: f64,
    max_delay_ms: f64,
    bucket: Option<f64>,
    successes: f64,
    attempts: u32,
    step: u32,
) -> Retries {
    let policy = RetryPolicy { max_attempts, initial_delay_ms, max_delay_ms, ..RetryPolicy::default() };
    let bucket = bucket.map_or_else(RetryBucket::default, RetryBucket).succeeded(successes);
    Retries { policy, bucket, attempts, step }
}

/// How many milliseconds of `left_ms` the next attempt may take. `bucket` is undefined before the client's first failure;
/// `successes` are the attempts that were answered since it was told.
#[wasm_bindgen(js_name = attemptLimitMs)]
#[allow(clippy::too_many_arguments)]
pub fn attempt_limit_ms(
    max_attempts: u32,
    initial_delay_ms: f64,
    max_delay_ms: f64,
    bucket: Option<f64>,
    successes: f64,
    attempts: u32,
    step: u32,
    left_ms: f64,
) -> f64 {
    retries(max_attempts, initial_delay_ms, max_delay_ms, bucket, successes, attempts, step).limit_ms(left_ms)
}

/// `[0: again, 1: stop, 2: too late; milliseconds to wait; bucket; step]` after a failed attempt. `repeatable` and `wish` are
/// the error's (`flat.rs`).
#[wasm_bindgen(js_name = afterFailure)]
#[allow(clippy::too_many_arguments)]
pub fn after_failure(
    max_attempts: u32,
    initial_delay_ms: f64,
    max_delay_ms: f64,
    bucket: Option<f64>,
    successes: f64,
    attempts: u32,
    step: u32,
    repeatable: u32,
    wish: f64,
    is_cut_short: bool,
    left_ms: f64,
    random: f64,
) -> Array {
    let mut retries = retries(max_attempts, initial_delay_ms, max_delay_ms, bucket, successes, attempts, step);
    let wish = match wish {
        ms if ms.is_nan() => None,
        ms if ms < 0.0 => Some(Wish::Never),
        ms => Some(Wish::After(ms)),
    };
    let failure = Failure { is_unavailable: repeatable == UNAVAILABLE, is_timeout: repeatable == TIMEOUT, wish };
    let (next, wait_ms) = match retries.failed(failure, is_cut_short, left_ms, random) {
        Next::Again(ms) => (0.0, ms),
        Next::Stop => (1.0, 0.0),
        Next::TooLate(ms) => (2.0, ms),
    };
    let array = Array::new();
    for number in [next, wait_ms, retries.bucket.0, f64::from(retries.step)] {
        array.push_number(number);
    }
    array
}

/// Of an error after which a call may be made again.
pub const UNAVAILABLE: u32 = 1;
/// Of an error after which it may, if the attempt did not have all the time there was.
pub const TIMEOUT: u32 = 2;

/// How an error says so, and what the server wishes: NaN for nothing, -1 for none, milliseconds.
pub fn repeatable(failure: Failure) -> (u32, f64) {
    let wish = match failure.wish {
        None => f64::NAN,
        Some(Wish::Never) => -1.0,
        Some(Wish::After(ms)) => ms,
    };
    let repeatable = match failure {
        Failure { is_unavailable: true, .. } => UNAVAILABLE,
        Failure { is_timeout: true, .. } => TIMEOUT,
        _ => 0,
    };
    (repeatable, wish)
}
