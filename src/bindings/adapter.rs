//! For foreign conformance suites: the transport alone, with bytes in and bytes out. Not in the published build.

use super::promise;
use crate::browser::{Browser, aborted, get, object};
use crate::error::Kind;
use crate::grpc_web::{CallOptions, Metadata, Received, UnaryReply, UnaryRequest, decoded, parse_base_url, unary};
use crate::grpc_web::{Code, RpcError};
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

/// One call, once. `headers` are pairs of a name with a string or bytes. Resolves for every outcome.
#[wasm_bindgen(js_name = conformanceUnary)]
pub fn conformance_unary(
    base_url: String,
    path: String,
    request: Vec<u8>,
    headers: &Array,
    timeout_ms: Option<f64>,
    signal: JsValue,
    max_message_bytes: Option<f64>,
) -> Promise {
    let mut metadata = Metadata::new();
    for pair in headers.iter() {
        let part = |index| get(&pair, index).unwrap_or_default();
        let (name, value) = (part("0").as_string().unwrap_or_default(), part("1"));
        match value.as_string() {
            Some(text) => metadata.append(&name, text),
            None => metadata.append(&name, Uint8Array::new(&value).to_vec()),
        }
    }
    let signal = (!signal.is_undefined()).then_some(signal);
    promise(async move {
        let mut options = CallOptions::default();
        if let Some(ms) = timeout_ms {
            (options.timeout_ms, options.whole_timeout_ms) = (ms, ms);
        }
        if let Some(bytes) = max_message_bytes {
            options.max_message_bytes = bytes as usize;
        }
        let browser = Browser::default();
        let base_url = match parse_base_url(&browser, &base_url) {
            Ok(base_url) => base_url,
            Err(problem) => {
                let error = RpcError::new(Code::InvalidArgument, Kind::Invalid, problem.to_string(), &path);
                return Ok(failed(&error));
            }
        };
        let call = UnaryRequest { base_url: &base_url, path: &path, message: request, metadata: &metadata };
        Ok(match unary(&browser, call, &options, aborted(signal)).await {
            Ok(reply) => answered(&reply),
            Err(error) => failed(&error),
        })
    })
}

fn answered(reply: &UnaryReply) -> JsValue {
    outcome(0, "", None, &reply.headers, &reply.trailers, Some(&reply.message))
}

fn failed(error: &RpcError) -> JsValue {
    let message = error.server_message.as_deref().unwrap_or(&error.message);
    let details = error.details_bytes.as_deref();
    let value = outcome(error.code.number(), message, details, &error.headers, &error.trailers, None);
    // A reply of headers alone: its trailers are among them.
    if error.server_message.is_some() && error.trailers.is_empty() {
        let _ = js_sys::Reflect::set(&value, &"merged".into(), &JsValue::TRUE);
    }
    value
}

fn outcome(
    code: u32,
    message: &str,
    details: Option<&[u8]>,
    headers: &Received,
    trailers: &Received,
    answer: Option<&[u8]>,
) -> JsValue {
    object(&[
        ("code", JsValue::from(code)),
        ("message", JsValue::from_str(message)),
        ("details", details.map(Uint8Array::from).map(JsValue::from).unwrap_or_default()),
        ("headers", entries(headers).into()),
        ("trailers", entries(trailers).into()),
        ("messages", answer.map(Uint8Array::from).into_iter().collect::<Array>().into()),
    ])
    .into()
}

fn entries(received: &Received) -> Array {
    let entry = |(name, value): (&str, &str)| {
        let bytes = decoded(name, value).map_or(JsValue::NULL, |bytes| Uint8Array::from(bytes.as_slice()).into());
        Array::of3(&JsValue::from_str(name), &JsValue::from_str(value), &bytes)
    };
    received.iter().map(entry).collect()
}
