//! What becomes of a session that can't be renewed, for `js/session/trouble.ts`: each function takes texts, numbers and arrays of
//! them, and answers in the same turn.

use super::flat::{push_any_number, push_any_text};
use super::js::Array;
use crate::moment::Moment;
use crate::session::{Failure, RefusedError, Trouble};
use wasm_bindgen::prelude::*;

/// The three numbers from `at` on.
fn moment(array: &Array, at: u32) -> Moment {
    Moment { wall_ms: array.number(at), monotonic_ms: array.number(at + 1), page: array.number(at + 2) }
}

/// `[text to note, outcome, whether another try may succeed]`. `failed` are code, message, description, uri and HTTP status of
/// the error, verdict and word of the provider, whether the refresh token may be used up, whether the access token is of no
/// use, milliseconds until it is over, and now. `noted` is what was noted before.
#[wasm_bindgen(js_name = noteFailure)]
pub fn note_failure(noted: Option<String>, mark: String, failed: &Array) -> Array {
    let (needed, now) = (|at| failed.text(at).unwrap_or_default(), moment(failed, 10));
    let verdict = needed(5);
    let error = RefusedError {
        code: needed(0),
        message: needed(1),
        description: failed.text(2),
        uri: failed.text(3),
        retryable: false,
        http_status: Some(failed.number(4)).filter(|status| status.is_finite()),
    };
    let failure = Failure {
        error,
        is_refused: verdict == "end",
        is_counted: verdict == "counted",
        is_infrastructure: verdict == "infrastructure",
        word: failed.text(6),
        may_be_used: failed.flag(7),
        is_useless: failed.flag(8),
    };
    let trouble = Trouble::after(noted.as_deref().and_then(Trouble::read), mark, &failure, now);
    let array = Array::new();
    array.push_texts(&trouble.write(), failure.outcome(&trouble, failed.number(9), now).as_str());
    array.push_flag(failure.retryable());
    array
}

/// What is noted of this stage of the session: `[milliseconds until it is uncertain, milliseconds that the provider is left
/// alone yet, whether it was told, whether another tab tried after `since`, the text when it is told, code, message, description,
/// uri, whether another try may succeed, HTTP status]`. Undefined for what can't be read and for another stage. `times` are
/// milliseconds until the access token is over, now, and `since`.
#[wasm_bindgen(js_name = readTrouble)]
pub fn read_trouble(text: &str, mark: &str, is_useless: bool, times: &Array) -> Option<Array> {
    let trouble = Trouble::read(text).filter(|trouble| trouble.is_of(mark))?;
    let (now, since) = (moment(times, 1), moment(times, 4));
    let array = Array::new();
    push_any_number(&array, trouble.uncertain_in_ms(times.number(0), is_useless, now));
    array.push_number(trouble.pause_ms(now));
    array.push_flag(trouble.is_told);
    array.push_flag(trouble.was_tried_after(since, now));
    let error = trouble.error.clone();
    array.push_text(&trouble.told().write());
    array.push_texts(&error.code, &error.message);
    push_any_text(&array, error.description.as_deref());
    push_any_text(&array, error.uri.as_deref());
    array.push_flag(error.retryable);
    push_any_number(&array, error.http_status);
    Some(array)
}
