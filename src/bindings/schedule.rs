//! Registrations that servers keep: each function is given one as numbers, the moment, and what happened, and returns what that
//! makes of it. `schedule/numbers.rs` and `js/schedule/numbers.ts` have the order of the numbers.

use super::js::Array;
use crate::keeper::event::FailureKind;
use crate::schedule::ScheduledRegistration;
use wasm_bindgen::prelude::*;

fn changed(registration: &[f64], change: impl FnOnce(&mut ScheduledRegistration)) -> Vec<f64> {
    let mut registration = ScheduledRegistration::of_numbers(registration);
    change(&mut registration);
    registration.numbers().to_vec()
}

/// NaN is none.
fn any(number: f64) -> Option<f64> {
    Some(number).filter(|number| !number.is_nan())
}

/// Of what is newly desired.
#[wasm_bindgen(js_name = newRegistration)]
pub fn new_registration() -> Vec<f64> {
    ScheduledRegistration::new().numbers().to_vec()
}

/// Somebody wants it registered, otherwise than before or now.
#[wasm_bindgen]
pub fn desired(registration: &[f64], now_ms: f64) -> Vec<f64> {
    changed(registration, |registration| registration.desired(now_ms))
}

/// Somebody wants it deleted.
#[wasm_bindgen(js_name = deletionDesired)]
pub fn deletion_desired(registration: &[f64], now_ms: f64) -> Vec<f64> {
    changed(registration, |registration| registration.deletion_desired(now_ms))
}

/// What is to be called next (empty for nothing), how the registration stands, when the call is due, how long it may take, and
/// when the core forgets what it granted (NaN if it granted nothing).
#[wasm_bindgen(js_name = nextCall)]
pub fn next_call(registration: &[f64], now_ms: f64) -> Array {
    let next = ScheduledRegistration::of_numbers(registration).next(now_ms);
    let array = Array::new();
    array.push_texts(next.call.unwrap_or_default(), next.state);
    for number in [next.at_ms, next.timeout_ms, next.expires_at_ms.unwrap_or(f64::NAN)] {
        array.push_number(number);
    }
    array
}

/// The call that is due begins. Nothing if none is due.
#[wasm_bindgen]
pub fn begin(registration: &[f64], most_ms: f64, now_ms: f64) -> Option<Vec<f64>> {
    let mut registration = ScheduledRegistration::of_numbers(registration);
    registration.begin(most_ms, now_ms).then(|| registration.numbers().to_vec())
}

/// The core took it. `sent_ms` may be NaN.
#[wasm_bindgen]
pub fn registered(registration: &[f64], ttl_ms: f64, sent_ms: f64, random: f64, now_ms: f64) -> Vec<f64> {
    changed(registration, |registration| registration.registered(ttl_ms, any(sent_ms), random, now_ms))
}

/// The core deleted it.
#[wasm_bindgen]
pub fn deleted(registration: &[f64], now_ms: f64) -> Vec<f64> {
    changed(registration, |registration| registration.deleted(now_ms))
}

/// The call failed: by the error's family, code and kind. `asked_ms` may be NaN.
#[wasm_bindgen]
pub fn failed(
    registration: &[f64],
    family: &str,
    code: &str,
    kind: &str,
    asked_ms: f64,
    random: f64,
    now_ms: f64,
) -> Vec<f64> {
    let kind = FailureKind::of(family, code, kind);
    changed(registration, |registration| registration.failed(kind, any(asked_ms), random, now_ms))
}
