//! Errors as plain objects; `js/errors.ts` turns them into the classes of the face.

use crate::breakout::{InvalidRequest, Problem};
use crate::browser::{array, bare, object, set};
use crate::error::{Error, Kind};
use crate::keeper::CallError;
use crate::oauth::AuthError;
use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

/// The plain object of an error.
pub fn raw(error: Error) -> JsValue {
    match error {
        Error::Auth(error) => auth(&error),
        Error::Invalid(error) => invalid(&error),
    }
    .into()
}

fn base(family: &str, code: &str, kind: Kind, retryable: bool, message: &str) -> Object {
    bare(&[
        ("family", JsValue::from_str(family)),
        ("code", JsValue::from_str(code)),
        ("kind", JsValue::from_str(kind.as_str())),
        ("retryable", JsValue::from_bool(retryable)),
        ("message", JsValue::from_str(message)),
    ])
}

fn text(value: Option<&str>) -> JsValue {
    value.map(JsValue::from_str).unwrap_or_default()
}

fn number(value: Option<f64>) -> JsValue {
    value.map(JsValue::from_f64).unwrap_or_default()
}

/// The plain object of an error that another tab had.
pub fn told(family: &str, code: &str, kind: Kind, message: &str) -> JsValue {
    base(family, code, kind, false, message).into()
}

/// The plain object of an error that the keeper made.
pub fn own(error: &CallError) -> JsValue {
    let CallError { family, code, kind, retryable, message, .. } = error;
    base(family, code, *kind, *retryable, message).into()
}

fn auth(error: &AuthError) -> Object {
    let raw = base("auth", error.code.as_str(), error.kind, error.retryable, &error.message);
    set(&raw, "description", &text(error.description.as_deref()));
    set(&raw, "uri", &text(error.uri.as_deref()));
    set(&raw, "httpStatus", &number(error.http_status.map(f64::from)));
    set(&raw, "retryAfterMs", &number(error.retry_after_ms));
    raw
}

fn invalid(error: &InvalidRequest) -> Object {
    let words: Vec<String> =
        error.problems.iter().map(|problem| [&problem.field, ": ", &problem.message].concat()).collect();
    let raw = base("invalid", "invalid_input", Kind::Invalid, false, &words.join(" "));
    set(&raw, "problems", &problems(&error.problems));
    raw
}

/// Problems as `{ field, code, message }`.
pub fn problems(problems: &[Problem]) -> Array {
    array(&mut problems.iter().map(|problem| {
        object(&[
            ("field", JsValue::from_str(&problem.field)),
            ("code", JsValue::from_str(problem.code)),
            ("message", JsValue::from_str(&problem.message)),
        ])
        .into()
    }))
}
