//! The call path for `js/client/`: each function takes numbers, strings and bytes, and gives an answer in the same turn.

use super::failures::{failure, pairs};
use super::flat::problems;
use super::js::{Array, Uint8Array};
use super::registration::{input, version};
use crate::breakout::{
    CallFailure, Registration, RegistrationInput, Target, deleted, encode_delete, encode_upsert, parse_phone_number,
    registered, validate, validate_target,
};
use crate::grpc_web::{Answer, Below, Metadata, body, check_base_url, failure as words, headers};
use crate::redact::Secrets;
use crate::text::without_end;
use crate::url::UrlParts;
use wasm_bindgen::prelude::*;

/// What an answer is an answer to. The numbers are those of `js/client/request.ts`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// An upsert.
    Upsert = 0,
    /// A delete.
    Delete = 1,
    /// A delete, of which an earlier attempt may have been carried out.
    DeleteAgain = 2,
    /// Anything, for foreign conformance suites: the answer is the message's bytes.
    Bytes = 3,
}

impl From<u32> for Asked {
    fn from(number: u32) -> Self {
        match number {
            0 => Self::Upsert,
            1 => Self::Delete,
            2 => Self::DeleteAgain,
            _ => Self::Bytes,
        }
    }
}

/// The body of an upsert, from the fields in the order of `RegistrationInput`; `[body, phone number]` if the number goes to
/// the core otherwise than it was given. Throws the problems.
#[wasm_bindgen(js_name = encodeUpsert, unchecked_return_type = "Uint8Array | [Uint8Array, string?]")]
pub fn upsert(is_v0: bool, fields: &str) -> Result<JsValue, Array> {
    let input = input(fields);
    let registration: Registration = validate(&input, version(is_v0)).map_err(problems)?;
    Ok(encoded(&encode_upsert(&registration), &registration.target, &input))
}

/// The same of a delete, from the same fields. Throws the problems.
#[wasm_bindgen(js_name = encodeDelete, unchecked_return_type = "Uint8Array | [Uint8Array, string?]")]
pub fn delete(fields: &str) -> Result<JsValue, Array> {
    let input = input(fields);
    let target = validate_target(&input).map_err(problems)?;
    Ok(encoded(&encode_delete(&target), &target, &input))
}

fn encoded(message: &[u8], target: &Target, given: &RegistrationInput) -> JsValue {
    // A registration is never near 4 GiB.
    let body = Uint8Array::new(&body(message).unwrap_or_default());
    let number = target.phone_number.as_ref().map_or("", |number| number.as_str());
    if given.phone_number.as_deref().unwrap_or_default() == number {
        return body.into();
    }
    let array = Array::new();
    array.push(body.into());
    if !number.is_empty() {
        array.push_text(number);
    }
    array.into()
}

/// A number as it goes to the core. Throws the problems.
#[wasm_bindgen(js_name = parsePhoneNumber, unchecked_return_type = "string")]
pub fn phone_number(text: String) -> Result<JsValue, Array> {
    parse_phone_number(&text).map(|number| JsValue::from_str(number.as_str())).map_err(problems)
}

/// The base URL in its normal form, from what `URL` makes of it: `href`, `origin`, `protocol`, `hostname`, `pathname`, `search`,
/// `hash`; an empty `href` is no URL. Throws what is wrong.
#[wasm_bindgen(js_name = checkBaseUrl, unchecked_return_type = "string")]
pub fn base_url(parts: &Array, has_credentials: bool) -> Result<JsValue, JsValue> {
    let part = |index| parts.text(index).unwrap_or_default();
    let url = UrlParts {
        href: part(0),
        origin: part(1),
        scheme: without_end(&part(2), ':').to_owned(),
        host: part(3),
        path: part(4),
        query: part(5),
        fragment: part(6),
        has_credentials,
    };
    let url = if url.href.is_empty() { None } else { Some(&url) };
    match check_base_url(url) {
        Ok(base_url) => Ok(JsValue::from_str(&base_url)),
        Err(problem) => Err(JsValue::from_str(problem.as_str())),
    }
}

/// Names and values in turn, as they go on the wire. Throws what is wrong.
#[wasm_bindgen(js_name = checkMetadata)]
pub fn metadata(names_and_values: &Array) -> Result<Array, JsValue> {
    let mut metadata = Metadata::new();
    for pair in names_and_values.texts().chunks_exact(2) {
        let [name, value] = pair else { continue };
        metadata.append(name, value).map_err(|problem| JsValue::from_str(&problem.message()))?;
    }
    Ok(pairs(metadata.as_pairs()))
}

/// The headers that every attempt has, names and values in turn.
#[wasm_bindgen(js_name = requestHeaders)]
pub fn request_headers(timeout_ms: f64, previous_attempts: u32) -> Array {
    let array = Array::new();
    for (name, value) in &headers(timeout_ms, previous_attempts) {
        array.push_texts(name, value);
    }
    array
}

/// What an answer means; an error as `js/client/raw-failure.ts` reads it.
pub fn meaning(answer: &Answer, asked: Asked, path: &str, secrets: &Secrets) -> Result<JsValue, CallFailure> {
    match asked {
        Asked::Upsert => {
            registered(&answer.message, path, secrets).map(|registered| JsValue::from_f64(registered.ttl_seconds))
        }
        Asked::Bytes => Ok(Uint8Array::new(&answer.message).into()),
        Asked::Delete | Asked::DeleteAgain => {
            let is_repeated = asked == Asked::DeleteAgain;
            deleted(&answer.message, path, is_repeated, secrets).map(|()| JsValue::from_f64(0.0))
        }
    }
}

/// The error of an attempt that came to no reply, or was given up: the numbers are those of `js/client/attempt.ts`. `ms` is
/// the time-out where one has passed.
#[wasm_bindgen(js_name = localFailure)]
pub fn local_failure(which: u32, path: String, ms: f64) -> Array {
    let path = path.as_str();
    failure(&match which {
        5 => words::no_time(path),
        6 => words::timed_out(ms, path),
        7 => words::no_token_in_time(ms, path),
        8 => words::no_turn_in_time(ms, path),
        9 => words::superseded(path),
        10 => words::cancelled(false, path),
        11 => words::cancelled(true, path),
        _ => words::below_http(below(which), path),
    })
}

/// The failures below HTTP, by their numbers.
pub const fn below(which: u32) -> Below {
    match which {
        0 => Below::Network,
        1 => Below::BodyBroken,
        2 => Below::Unusable,
        3 => Below::BodyUnusable,
        _ => Below::NoBytes,
    }
}
