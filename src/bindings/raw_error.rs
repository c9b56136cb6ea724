//! Errors as plain objects; `js/errors.ts` turns them into the classes of the face.

use crate::auth::AuthError;
use crate::breakout::{InvalidRequest, Problem, Rejected};
use crate::browser::{array, bare, object, set};
use crate::error::{Error, Kind};
use crate::grpc_web::{Detail, RpcError};
use crate::keeper::CallError;
use crate::seams::Cause;
use js_sys::{Array, JSON, Object, Uint8Array};
use wasm_bindgen::JsValue;

/// The plain object of an error.
pub fn raw(error: Error) -> JsValue {
    match error {
        Error::Rpc(error) => rpc(&error),
        Error::Auth(error) => auth(&error),
        Error::Rejected(error) => rejected(&error),
        Error::Invalid(error) => invalid(&error),
    }
    .into()
}

fn base(family: &str, code: &str, kind: Kind, retryable: bool, message: &str, cause: Option<&Cause>) -> Object {
    let cause = cause.and_then(|cause| cause.get::<JsValue>()).cloned();
    bare(&[
        ("family", JsValue::from_str(family)),
        ("code", JsValue::from_str(code)),
        ("kind", JsValue::from_str(kind.as_str())),
        ("retryable", JsValue::from_bool(retryable)),
        ("message", JsValue::from_str(message)),
        ("cause", cause.unwrap_or_default()),
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
    base(family, code, kind, false, message, None).into()
}

/// The plain object of an error that the keeper made.
pub fn own(error: &CallError) -> JsValue {
    let CallError { family, code, kind, retryable, message, .. } = error;
    base(family, code, *kind, *retryable, message, None).into()
}

fn rpc(error: &RpcError) -> Object {
    let raw = base("rpc", error.code_name(), error.kind, error.retryable, &error.message, error.cause.as_ref());
    set(&raw, "grpcStatus", &JsValue::from_f64(f64::from(error.code.number())));
    set(&raw, "httpStatus", &number(error.http_status.map(f64::from)));
    set(&raw, "retryAfterMs", &number(error.retry_after_ms));
    set(&raw, "method", &JsValue::from_str(&error.method));
    set(&raw, "bodyText", &text(error.body_text.as_deref()));
    set(&raw, "attempts", &JsValue::from(error.attempts));
    set(&raw, "details", &array(&mut error.details.iter().map(detail)));
    let pairs = array(&mut error.headers.iter().chain(error.trailers.iter()).map(pair));
    set(&raw, "metadata", &pairs);
    raw
}

fn pair((name, value): (&str, &str)) -> JsValue {
    Array::of2(&JsValue::from_str(name), &JsValue::from_str(value)).into()
}

fn detail(detail: &Detail) -> JsValue {
    let text = |text: &str| JsValue::from_str(text);
    match detail {
        Detail::RetryInfo { retry_delay_ms } => {
            object(&[("type", text("google.rpc.RetryInfo")), ("retryDelayMs", JsValue::from_f64(*retry_delay_ms))])
        }
        Detail::ErrorInfo { reason, domain, metadata } => {
            let entries: Vec<_> = metadata.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
            object(&[
                ("type", text("google.rpc.ErrorInfo")),
                ("reason", text(reason)),
                ("domain", text(domain)),
                ("metadata", object(&entries).into()),
            ])
        }
        Detail::BadRequest { violations } => {
            let violation = |(field, description): &(String, String)| {
                object(&[("field", text(field)), ("description", text(description))]).into()
            };
            let violations = array(&mut violations.iter().map(violation));
            object(&[("type", text("google.rpc.BadRequest")), ("fieldViolations", violations.into())])
        }
        Detail::Other { type_name, value } => {
            object(&[("type", text(type_name)), ("value", Uint8Array::from(value.as_slice()).into())])
        }
    }
    .into()
}

fn auth(error: &AuthError) -> Object {
    let raw = base("auth", error.code.as_str(), error.kind, error.retryable, &error.message, error.cause.as_ref());
    set(&raw, "description", &text(error.description.as_deref()));
    set(&raw, "uri", &text(error.uri.as_deref()));
    set(&raw, "httpStatus", &number(error.http_status.map(f64::from)));
    set(&raw, "retryAfterMs", &number(error.retry_after_ms));
    set(&raw, "appState", &parsed(error.app_state.as_deref()));
    raw
}

fn rejected(error: &Rejected) -> Object {
    base("rejected", "not_acceptable", Kind::Rejected, false, &error.message, None)
}

fn invalid(error: &InvalidRequest) -> Object {
    let words: Vec<String> =
        error.problems.iter().map(|problem| [&problem.field, ": ", &problem.message].concat()).collect();
    let raw = base("invalid", "invalid_input", Kind::Invalid, false, &words.join(" "), None);
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

/// JSON text as a value; undefined without one.
pub fn parsed(json: Option<&str>) -> JsValue {
    json.and_then(|json| JSON::parse(json).ok()).unwrap_or_default()
}
