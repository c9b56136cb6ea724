//! What a reply comes to.

use super::calls::{Asked, below, meaning};
use super::failures::{call_failure, received};
use super::js::Array;
use super::secrets::secrets;
use crate::breakout::CallFailure;
use crate::grpc_web::{Head, Outcome, Reply, Rest, answer_at_once};
use crate::redact::Secrets;
use wasm_bindgen::prelude::*;

/// The answer of a reply of HTTP status 200, with binary frames, of which `body` has come: the time to live in seconds (0 for
/// a delete), or `[that, trailers]` if there are trailers. A negative number tells how many bytes more it needs at least.
/// Undefined for all others, which `readReply` reads.
#[wasm_bindgen(js_name = answerAtOnce)]
pub fn at_once(asked: u32, max_message_bytes: u32, body: Vec<u8>) -> JsValue {
    let answer = match answer_at_once(max_message_bytes as usize, &body) {
        Ok(answer) => answer,
        Err(0) => return JsValue::UNDEFINED,
        Err(missing) => return JsValue::from_f64(-(missing as f64)),
    };
    match meaning(&answer, asked.into(), "", &Secrets::default()) {
        Ok(meaning) if answer.trailers.is_empty() => meaning,
        Ok(meaning) => {
            let array = Array::new();
            array.push(meaning);
            array.push(received(&answer.trailers).into());
            array.into()
        }
        Err(_) => JsValue::UNDEFINED,
    }
}

/// What a reply comes to, of which `body` has come: `[whether to read the rest of the body, time to live | undefined, error |
/// undefined, trailers | undefined]`. An answer has trailers, also one that means an error. A number tells how many bytes
/// more it needs at least; a negative one does so, too, and that the error is known, and the body has only words about it.
///
/// `headers` and `request_headers` are names and values in turn; `tokens` are what earlier attempts sent. `retry_after_ms` is not
/// a number without such a header. What is to be known of the end of the body is in `js/client/reading.ts`.
#[wasm_bindgen(js_name = readReply)]
#[allow(clippy::too_many_arguments)]
pub fn read(
    asked: u32,
    path: String,
    http_status: u16,
    opaque_redirect: bool,
    headers: &Array,
    max_message_bytes: u32,
    retry_after_ms: f64,
    request_headers: &Array,
    tokens: &Array,
    body: Vec<u8>,
    end: u32,
) -> JsValue {
    let mut pairs = Vec::new();
    for pair in headers.texts().chunks_exact(2) {
        let [name, value] = pair else { continue };
        pairs.push((name.to_ascii_lowercase(), value.clone()));
    }
    let head = Head {
        method: path,
        max_message_bytes: max_message_bytes as usize,
        retry_after_ms: retry_after_ms.is_finite().then_some(retry_after_ms),
        http_status,
        opaque_redirect,
        headers: pairs,
        secrets: secrets(request_headers, tokens),
    };
    #[cfg(feature = "test-doors")]
    super::doors::look(&head.headers);
    let (path, secrets) = (head.method.clone(), head.secrets.clone());
    match outcome(head, &body, end) {
        Ok(outcome) => told(outcome, asked.into(), &path, &secrets).into(),
        Err(missing) => JsValue::from_f64(missing),
    }
}

/// More of the body may come.
const COMING: u32 = 100;
/// The body ended. All smaller numbers are failures of reading it.
const ENDED: u32 = 101;

fn outcome(head: Head, body: &[u8], end: u32) -> Result<Outcome, f64> {
    let mut reply = match Reply::begin(head) {
        Ok(reply) => reply,
        Err(outcome) => return Ok(outcome),
    };
    if let Some(outcome) = reply.chunk(body) {
        return Ok(outcome);
    }
    match end {
        COMING if reply.is_explanation() => Err(-(reply.missing() as f64)),
        COMING => Err(reply.missing() as f64),
        ENDED => Ok(reply.end()),
        which => Ok(reply.broken(below(which))),
    }
}

fn told(outcome: Outcome, asked: Asked, path: &str, secrets: &Secrets) -> Array {
    let told = Array::new();
    told.push_flag(outcome.rest == Rest::Drain);
    let (failure, answer) = match outcome.result {
        Ok(answer) => match meaning(&answer, asked, path, secrets) {
            Ok(meaning) => {
                told.push(meaning);
                told.push(JsValue::UNDEFINED);
                told.push(received(&answer.trailers).into());
                return told;
            }
            Err(failure) => (failure, Some(answer)),
        },
        Err(error) => (CallFailure::Rpc(error), None),
    };
    told.push(JsValue::UNDEFINED);
    told.push(call_failure(&failure).into());
    if let Some(answer) = answer {
        told.push(received(&answer.trailers).into());
    }
    told
}
