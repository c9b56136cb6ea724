//! Requests, which the face sends: `js/auth-requests.ts` reads their replies whole.

use super::{AbortOnDrop, Browser, array};
use crate::redact::Secrets;
use crate::seams::{Cause, Http, HttpBody, HttpFailure, HttpFailureKind, HttpRequest, HttpResponse};
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

impl Http for Browser {
    type Body = Body;

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse<Body>, HttpFailure> {
        let unusable = |_| HttpFailure { kind: HttpFailureKind::Unusable, cause: None };
        let (mut guard, signal) = AbortOnDrop::new().map_err(unusable)?;
        let headers =
            request.headers.iter().flat_map(|(name, value)| [name, value]).map(|text| JsValue::from_str(text));
        let secrets = Secrets::of_request(&request).texts();
        let arguments = [
            JsValue::from_str(&request.url),
            JsValue::from_str(request.method.as_str()),
            array(&mut { headers }).into(),
            request.body.as_deref().map(|bytes| Uint8Array::from(bytes).into()).unwrap_or_default(),
            array(&mut secrets.iter().map(|text| JsValue::from_str(text))).into(),
            signal,
        ];
        let send = self.send.as_ref().ok_or(JsValue::UNDEFINED).map_err(unusable)?;
        let sent = send.apply(&JsValue::UNDEFINED, &array(&mut arguments.into_iter())).map_err(unusable)?;
        let reply: Array = JsFuture::from(Promise::resolve(&sent)).await.map_err(unusable)?.unchecked_into();
        let status = reply.get(0).as_f64().unwrap_or_default();
        if status < 0.0 {
            guard.disarm();
            return Err(failure(&reply));
        }
        let texts = Array::from(&reply.get(2));
        let mut texts = texts.iter().map(|text| text.as_string().unwrap_or_default());
        Ok(HttpResponse {
            status: status as u16,
            opaque_redirect: reply.get(1).is_truthy(),
            headers: std::iter::from_fn(|| texts.next().zip(texts.next())).collect(),
            body: Body { bytes: Some(Uint8Array::new(&reply.get(3)).to_vec()), guard },
        })
    }
}

fn failure(reply: &Array) -> HttpFailure {
    let kind = match reply.get(1).as_f64() {
        Some(0.0) => HttpFailureKind::Network,
        Some(1.0) => HttpFailureKind::BodyBroken,
        Some(3.0) => HttpFailureKind::BodyUnusable,
        Some(4.0) => HttpFailureKind::NoBytes,
        _ => HttpFailureKind::Unusable,
    };
    let cause = Some(reply.get(2)).filter(|cause| !cause.is_undefined());
    HttpFailure { kind, cause: cause.map(Cause::new) }
}

/// A reply's body, in one piece. Dropping it before its end aborts the request.
pub struct Body {
    bytes: Option<Vec<u8>>,
    guard: AbortOnDrop,
}

impl HttpBody for Body {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, HttpFailure> {
        let bytes = self.bytes.take();
        if bytes.is_none() {
            self.guard.disarm();
        }
        Ok(bytes)
    }
}
