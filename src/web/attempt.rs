//! One attempt of a call: the request, and what its reply comes to. What a reply means is decided in `grpc_web`.

use super::body::{AbortOnDrop, Body};
use super::cause::cause;
use super::time::{Deadline, global_function, within};
use crate::grpc_web::failure::below_http;
use crate::grpc_web::{Answer, Below, Head, Outcome, Reply, Rest, RpcError};
use crate::redact::Secrets;
use crate::text::number;
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, AbortSignal, Headers, Request, RequestCredentials, RequestInit, RequestRedirect, Response,
    ResponseType,
};

/// A chunk that is larger is handed over in parts, so that it can't grow the wasm's memory beyond the limits checked there.
const PART_BYTES: u32 = 64 * 1024;

/// How long the text of an error page is waited for: the error itself is known by then.
const EXPLANATION_MS: f64 = 1000.0;

/// How an attempt failed, and what was thrown.
#[derive(Clone)]
pub(super) struct Failure {
    pub error: RpcError,
    pub cause: Option<JsValue>,
}

/// What is sent.
pub(super) struct Attempt<'a> {
    pub url: &'a str,
    /// The method's path, for errors.
    pub path: &'a str,
    pub headers: Vec<(String, String)>,
    pub body: &'a [u8],
    pub max_message_bytes: usize,
    /// The reply may repeat them.
    pub secrets: Secrets,
}

impl Attempt<'_> {
    /// Sends it and reads the reply. Dropping the future aborts the request.
    pub(super) async fn make(&self) -> Result<Answer, Failure> {
        let controller = AbortController::new().map_err(|thrown| self.failed(Below::Unusable, Some(thrown)))?;
        let signal = controller.signal();
        let abort = AbortOnDrop::new(controller);
        let response = self.fetch(&signal).await.map_err(|(how, thrown)| self.failed(how, thrown))?;
        let head = self.head(&response);
        let mut body = Body::of(response, abort);
        let (Outcome { result, rest }, thrown) = match Reply::begin(head) {
            Ok(reply) => read(reply, &mut body).await,
            Err(outcome) => (outcome, None),
        };
        if rest == Rest::Drain {
            body.drain();
        }
        result.map_err(|error| Failure { error, cause: self.cause(thrown) })
    }

    fn cause(&self, thrown: Option<JsValue>) -> Option<JsValue> {
        thrown.and_then(|thrown| cause(thrown, &self.secrets))
    }

    fn failed(&self, how: Below, thrown: Option<JsValue>) -> Failure {
        Failure { error: below_http(how, self.path), cause: self.cause(thrown) }
    }

    async fn fetch(&self, signal: &AbortSignal) -> Result<Response, (Below, Option<JsValue>)> {
        let unusable = |thrown| (Below::Unusable, Some(thrown));
        let request = self.request(signal).map_err(unusable)?;
        let fetch = global_function("fetch").map_err(unusable)?;
        let replying = fetch.call1(&JsValue::UNDEFINED, &request).map_err(unusable)?;
        let response = JsFuture::from(Promise::resolve(&replying)).await;
        let response = response.map_err(|thrown| (Below::Network, Some(thrown)))?;
        response.dyn_into().map_err(|_| (Below::Unusable, None))
    }

    fn request(&self, signal: &AbortSignal) -> Result<Request, JsValue> {
        let headers = Headers::new()?;
        for (name, value) in &self.headers {
            headers.append(name, value)?;
        }
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_headers(&headers);
        init.set_body(&Uint8Array::from(self.body));
        init.set_credentials(RequestCredentials::SameOrigin);
        init.set_redirect(RequestRedirect::Manual);
        init.set_signal(Some(signal));
        Request::new_with_str_and_init(self.url, &init)
    }

    fn head(&self, response: &Response) -> Head {
        let entries = response.headers().entries().into_iter().flatten();
        let headers = entries.filter_map(|entry| {
            let pair: Array = entry.dyn_into().ok()?;
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
        });
        let retry_after = response.headers().get("retry-after").ok().flatten();
        Head {
            method: self.path.to_owned(),
            max_message_bytes: self.max_message_bytes,
            retry_after_ms: retry_after.and_then(|header| retry_after_ms(header.trim())),
            http_status: response.status(),
            opaque_redirect: response.type_() == ResponseType::Opaqueredirect,
            headers: headers.collect(),
            secrets: self.secrets.clone(),
        }
    }
}

/// How long a server asks to wait: seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after_ms(header: &str) -> Option<f64> {
    if let Some(seconds) = number(header.as_bytes()) {
        return Some(seconds * 1_000.0);
    }
    let wait_ms = js_sys::Date::parse(header) - js_sys::Date::now();
    (header.ends_with(" GMT") && wait_ms.is_finite()).then_some(wait_ms.max(0.0))
}

/// Feeds `reply` until it has an outcome; what was thrown meanwhile is beside it.
async fn read(mut reply: Reply, body: &mut Body) -> (Outcome, Option<JsValue>) {
    let patience = reply.is_explanation().then(|| Deadline::after(EXPLANATION_MS));
    loop {
        let chunk = match &patience {
            Some(patience) => within(patience.left_ms(), body.chunk()).await.unwrap_or(Ok(None)),
            None => body.chunk().await,
        };
        let bytes = match chunk {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return (reply.end(), None),
            Err((how, thrown)) => return (reply.broken(how), thrown),
        };
        let mut from = 0;
        while from < bytes.length() {
            let to = bytes.length().min(from.saturating_add(PART_BYTES));
            if let Some(outcome) = reply.chunk(&bytes.subarray(from, to).to_vec()) {
                return (outcome, None);
            }
            from = to;
        }
    }
}
