//! `fetch` as the pure ring's HTTP. A page may have wrapped or mocked it, and it may be another realm's (a frame's, a test
//! runner's), so a reply is taken for what its properties say, and everything that can throw is caught.

use super::bytes::bytes_of;
use super::{AbortOnDrop, Browser, bare, call, cause, get, is_nullish, items, set};
use crate::redact::Secrets;
use crate::seams::{Http, HttpBody, HttpFailure, HttpFailureKind, HttpRequest, HttpResponse};
use crate::text::has;
use js_sys::{Array, Object, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Larger chunks are handed over in parts, so that no chunk can grow the wasm heap beyond the limits checked in it.
const PART_BYTES: u32 = 64 * 1024;

/// What is thrown may quote the request, whose secrets are taken out of it.
fn failure(kind: HttpFailureKind, thrown: JsValue, secrets: &Secrets) -> HttpFailure {
    HttpFailure { kind, cause: cause(thrown, secrets) }
}

const fn without_cause(kind: HttpFailureKind) -> HttpFailure {
    HttpFailure { kind, cause: None }
}

impl Http for Browser {
    type Body = Body;

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse<Body>, HttpFailure> {
        let secrets = Secrets::of_request(&request);
        let failed = |kind, thrown| failure(kind, thrown, &secrets);
        let (guard, signal) = AbortOnDrop::new().map_err(|thrown| failed(HttpFailureKind::Unusable, thrown))?;
        let init = self.init(&request, signal);
        let mut body = Body { source: Source::Nothing, rest: None, guard, secrets: secrets.clone() };
        let mut outcome = self.fetch(&request.url, &init).await;
        if outcome.as_ref().is_err_and(|(_, thrown)| is_about_signal(thrown)) {
            // Nothing was sent. Without the signal the request can't be aborted, but it is made.
            set(&init, "signal", &JsValue::UNDEFINED);
            outcome = self.fetch(&request.url, &init).await;
        }
        let response = outcome.map_err(|(kind, thrown)| {
            body.guard.disarm();
            failed(kind, thrown)
        })?;
        let head = head(&response).ok_or_else(|| without_cause(HttpFailureKind::Unusable))?;
        body.source = source(&response, &secrets)?;
        Ok(HttpResponse { status: head.status, opaque_redirect: head.opaque_redirect, headers: head.headers, body })
    }
}

impl Browser {
    /// The reply; or what was thrown, and by whom.
    async fn fetch(&self, url: &str, init: &Object) -> Result<JsValue, (HttpFailureKind, JsValue)> {
        let unusable = |thrown| (HttpFailureKind::Unusable, thrown);
        let fetch = match &self.fetch {
            Some(fetch) => fetch.clone(),
            None => get(&js_sys::global(), "fetch").and_then(|fetch| fetch.dyn_into()).map_err(unusable)?,
        };
        let returned = fetch.call2(&JsValue::UNDEFINED, &JsValue::from_str(url), init).map_err(unusable)?;
        JsFuture::from(Promise::resolve(&returned)).await.map_err(|thrown| (HttpFailureKind::Network, thrown))
    }

    fn init(&self, request: &HttpRequest, signal: JsValue) -> Object {
        let headers = Array::new();
        for (name, value) in &request.headers {
            headers.push(&Array::of2(&JsValue::from_str(name), &JsValue::from_str(value)));
        }
        let body = match &request.body {
            Some(bytes) => Uint8Array::from(bytes.as_slice()).into(),
            None => JsValue::UNDEFINED,
        };
        let mut init = vec![
            ("method", JsValue::from_str(request.method.as_str())),
            ("headers", headers.into()),
            ("body", body),
            ("credentials", JsValue::from_str(self.credentials)),
            ("redirect", JsValue::from_str("manual")),
            ("keepalive", JsValue::from_bool(self.keepalive)),
            ("signal", signal),
        ];
        init.extend(self.cache.map(|cache| ("cache", JsValue::from_str(cache))));
        bare(&init)
    }
}

/// Whether `fetch` refused the signal, because it is of another kind than its own: in a test's page AbortController may be
/// jsdom's and fetch Node's. It looks at what it is given before it sends anything.
fn is_about_signal(thrown: &JsValue) -> bool {
    let text = |name| get(thrown, name).ok().and_then(|text| text.as_string()).unwrap_or_default();
    text("name") == "TypeError" && has(&text("message"), "AbortSignal")
}

struct Head {
    status: u16,
    opaque_redirect: bool,
    headers: Vec<(String, String)>,
}

/// `None` if it is no `Response`.
fn head(response: &JsValue) -> Option<Head> {
    let status = get(response, "status").ok()?.as_f64()?;
    let kind = get(response, "type").ok().and_then(|kind| kind.as_string());
    let entries = get(response, "headers").and_then(|headers| call(&headers, "entries", &[]));
    let entries = items(&entries.ok()?).ok()??;
    let mut headers = Vec::new();
    for entry in entries.iter() {
        let part = |index| get(&entry, index).ok().and_then(|part| part.as_string());
        if let (Some(name), Some(value)) = (part("0"), part("1")) {
            headers.push((name.to_ascii_lowercase(), value));
        }
    }
    Some(Head { status: status as u16, opaque_redirect: kind.as_deref() == Some("opaqueredirect"), headers })
}

/// Where a body comes from.
enum Source {
    /// The reader of a stream.
    Stream(JsValue),
    /// A `Response` that hands out its body whole: polyfills have no stream, or one of another kind.
    Whole(JsValue),
    /// There is no more, or never was anything.
    Nothing,
}

fn source(response: &JsValue, secrets: &Secrets) -> Result<Source, HttpFailure> {
    let failed = |thrown| failure(HttpFailureKind::BodyUnusable, thrown, secrets);
    let has = |value: &JsValue, name: &str| get(value, name).is_ok_and(|method| method.is_function());
    let body = get(response, "body").map_err(failed)?;
    if has(&body, "getReader") {
        return call(&body, "getReader", &[]).map(Source::Stream).map_err(failed);
    }
    if get(response, "bodyUsed").is_ok_and(|is_used| is_used.is_truthy()) {
        return Err(without_cause(HttpFailureKind::BodyUnusable));
    }
    match has(response, "arrayBuffer") {
        true => Ok(Source::Whole(response.clone())),
        false if is_nullish(&body) => Ok(Source::Nothing),
        false => Err(without_cause(HttpFailureKind::NoBytes)),
    }
}

/// A reply's body; dropping it before its end aborts the request.
pub struct Body {
    source: Source,
    rest: Option<Uint8Array>,
    guard: AbortOnDrop,
    secrets: Secrets,
}

impl HttpBody for Body {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, HttpFailure> {
        loop {
            if let Some(bytes) = self.rest.take() {
                let part = bytes.subarray(0, PART_BYTES);
                if bytes.length() > PART_BYTES {
                    self.rest = Some(bytes.subarray(PART_BYTES, bytes.length()));
                }
                return Ok(Some(part.to_vec()));
            }
            let Some(value) = self.value().await? else {
                self.guard.disarm();
                return Ok(None);
            };
            let bytes = bytes_of(&value).ok_or_else(|| without_cause(HttpFailureKind::NoBytes))?;
            self.rest = (bytes.length() > 0).then_some(bytes);
        }
    }
}

impl Body {
    /// What comes next, whatever it is.
    async fn value(&mut self) -> Result<Option<JsValue>, HttpFailure> {
        let secrets = self.secrets.clone();
        let broken = |thrown| failure(HttpFailureKind::BodyBroken, thrown, &secrets);
        let promise = match &self.source {
            Source::Stream(reader) => call(reader, "read", &[]),
            Source::Whole(response) => call(response, "arrayBuffer", &[]),
            Source::Nothing => return Ok(None),
        };
        let result = match JsFuture::from(Promise::resolve(&promise.map_err(broken)?)).await {
            Ok(result) => result,
            Err(thrown) => {
                self.guard.disarm();
                return Err(broken(thrown));
            }
        };
        if let Source::Whole(_) = self.source {
            self.source = Source::Nothing;
            return Ok(Some(result));
        }
        if get(&result, "done").map_err(broken)?.is_truthy() {
            self.source = Source::Nothing;
            return Ok(None);
        }
        get(&result, "value").map(Some).map_err(broken)
    }
}
