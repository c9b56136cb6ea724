//! `fetch` as the pure ring's HTTP. A page may have wrapped or mocked it, so a reply is taken for what its properties
//! say, and everything that can throw is caught.

use super::{AbortOnDrop, Browser, call, get, is_nullish, items, object, text_of};
use crate::seams::{Cause, Http, HttpBody, HttpFailure, HttpFailureKind, HttpRequest, HttpResponse};
use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Larger chunks are handed over in parts, so that no chunk can grow the wasm heap beyond the limits checked in it.
const PART_BYTES: u32 = 64 * 1024;

fn failure(kind: HttpFailureKind, thrown: JsValue) -> HttpFailure {
    HttpFailure { kind, message: text_of(&thrown), cause: Some(Cause::new(thrown)) }
}

fn unusable(what: &str) -> HttpFailure {
    HttpFailure { kind: HttpFailureKind::Unusable, message: what.to_owned(), cause: None }
}

impl Http for Browser {
    type Body = Body;

    fn outliving(&self) -> Self {
        Self { keepalive: true, ..self.clone() }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse<Body>, HttpFailure> {
        let (guard, signal) = AbortOnDrop::new().map_err(|thrown| failure(HttpFailureKind::Unusable, thrown))?;
        let init = self.init(&request, signal);
        let promise = self.fetch(&request.url, &init)?;
        let mut body = Body { reader: None, rest: None, guard };
        let response = match JsFuture::from(promise).await {
            Ok(response) => response,
            Err(thrown) => {
                body.guard.disarm();
                return Err(failure(HttpFailureKind::Network, thrown));
            }
        };
        let head = head(&response)?;
        body.reader = reader(&response)?;
        Ok(HttpResponse { status: head.status, opaque_redirect: head.opaque_redirect, headers: head.headers, body })
    }
}

impl Browser {
    fn fetch(&self, url: &str, init: &JsValue) -> Result<Promise, HttpFailure> {
        let global = js_sys::global();
        let fetch = match &self.fetch {
            Some(fetch) => fetch.clone(),
            None => get(&global, "fetch")
                .ok()
                .and_then(|fetch| fetch.dyn_into::<Function>().ok())
                .ok_or_else(|| unusable("there is no fetch here"))?,
        };
        let returned = fetch
            .call2(&JsValue::UNDEFINED, &JsValue::from_str(url), init)
            .map_err(|thrown| failure(HttpFailureKind::Unusable, thrown))?;
        Ok(Promise::resolve(&returned))
    }

    fn init(&self, request: &HttpRequest, signal: JsValue) -> JsValue {
        let headers = Array::new();
        for (name, value) in &request.headers {
            headers.push(&Array::of2(&JsValue::from_str(name), &JsValue::from_str(value)));
        }
        let body = match &request.body {
            Some(bytes) => Uint8Array::from(bytes.as_slice()).into(),
            None => JsValue::UNDEFINED,
        };
        object(&[
            ("method", JsValue::from_str(request.method.as_str())),
            ("headers", headers.into()),
            ("body", body),
            ("credentials", JsValue::from_str(self.credentials)),
            ("redirect", JsValue::from_str("manual")),
            ("cache", JsValue::from_str(self.cache)),
            ("keepalive", JsValue::from_bool(self.keepalive)),
            ("signal", signal),
        ])
        .into()
    }
}

struct Head {
    status: u16,
    opaque_redirect: bool,
    headers: Vec<(String, String)>,
}

fn head(response: &JsValue) -> Result<Head, HttpFailure> {
    let unusable = || unusable("fetch returned something that is no Response");
    let status = get(response, "status").ok().and_then(|status| status.as_f64()).ok_or_else(unusable)?;
    let kind = get(response, "type").ok().and_then(|kind| kind.as_string());
    let entries = get(response, "headers")
        .and_then(|headers| call(&headers, "entries", &[]))
        .and_then(|entries| items(&entries))
        .ok()
        .flatten()
        .ok_or_else(unusable)?;
    let mut headers = Vec::new();
    for entry in entries.iter() {
        let part = |index| get(&entry, index).ok().and_then(|part| part.as_string());
        if let (Some(name), Some(value)) = (part("0"), part("1")) {
            headers.push((name.to_ascii_lowercase(), value));
        }
    }
    Ok(Head { status: status as u16, opaque_redirect: kind.as_deref() == Some("opaqueredirect"), headers })
}

/// The body's reader; none where there is no body.
fn reader(response: &JsValue) -> Result<Option<JsValue>, HttpFailure> {
    let failed = |thrown| failure(HttpFailureKind::BodyUnusable, thrown);
    let body = get(response, "body").map_err(failed)?;
    if is_nullish(&body) {
        return Ok(None);
    }
    call(&body, "getReader", &[]).map(Some).map_err(failed)
}

/// A reply's body; dropping it before its end aborts the request.
pub struct Body {
    reader: Option<JsValue>,
    rest: Option<Uint8Array>,
    guard: AbortOnDrop,
}

impl HttpBody for Body {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, HttpFailure> {
        let broken = |thrown| failure(HttpFailureKind::BodyBroken, thrown);
        loop {
            if let Some(bytes) = self.rest.take() {
                let part = bytes.subarray(0, PART_BYTES);
                if bytes.length() > PART_BYTES {
                    self.rest = Some(bytes.subarray(PART_BYTES, bytes.length()));
                }
                return Ok(Some(part.to_vec()));
            }
            let Some(reader) = &self.reader else {
                self.guard.disarm();
                return Ok(None);
            };
            let promise = call(reader, "read", &[]).map_err(broken)?;
            let result = match JsFuture::from(Promise::resolve(&promise)).await {
                Ok(result) => result,
                Err(thrown) => {
                    self.guard.disarm();
                    return Err(broken(thrown));
                }
            };
            if get(&result, "done").map_err(broken)?.is_truthy() {
                self.guard.disarm();
                self.reader = None;
                continue;
            }
            let value = get(&result, "value").map_err(broken)?;
            let bytes = value.dyn_into::<Uint8Array>().map_err(broken)?;
            self.rest = (bytes.length() > 0).then_some(bytes);
        }
    }
}
