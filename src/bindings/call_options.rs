//! The options that a client has and that each of its calls may replace.

use super::read::Reader;
use crate::breakout::{Call, OnReply, Problem};
use crate::browser::{Browser, call, get, is_nullish};
use crate::grpc_web::{MAX_ATTEMPTS, Metadata, Received, RetryPolicy};
use js_sys::{Array, Function, Reflect};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};

const CREDENTIALS: [(&str, &str); 3] = [("omit", "omit"), ("same-origin", "same-origin"), ("include", "include")];

const CACHES: [(&str, &str); 5] = [
    ("default", "default"),
    ("no-store", "no-store"),
    ("reload", "reload"),
    ("no-cache", "no-cache"),
    ("force-cache", "force-cache"),
];

/// What holds for a call unless it says otherwise.
#[derive(Clone)]
pub struct Defaults {
    pub browser: Browser,
    pub retry: RetryPolicy,
    on_header: Option<Function>,
    on_trailer: Option<Function>,
}

impl Defaults {
    /// The package's own. `tells_attempts`: the core's CORS settings do not matter.
    pub fn new(tells_attempts: bool) -> Self {
        let retry = RetryPolicy { tells_attempts, ..RetryPolicy::default() };
        Self { browser: Browser::default(), retry, on_header: None, on_trailer: None }
    }

    /// These with what `reader` finds in their place.
    pub fn read(&self, reader: &mut Reader, problems: &mut Vec<Problem>) -> Self {
        let default = &self.browser;
        let browser = Browser {
            fetch: reader.function("fetch").or_else(|| default.fetch.clone()),
            credentials: reader.choice("credentials", &CREDENTIALS).unwrap_or(default.credentials),
            cache: reader.choice("cache", &CACHES).or(default.cache),
            keepalive: reader.boolean("keepalive").unwrap_or(default.keepalive),
            ..Browser::default()
        };
        Self {
            browser,
            retry: self.retry(reader, problems),
            on_header: reader.function("onHeader").or_else(|| self.on_header.clone()),
            on_trailer: reader.function("onTrailer").or_else(|| self.on_trailer.clone()),
        }
    }

    fn retry(&self, reader: &mut Reader, problems: &mut Vec<Problem>) -> RetryPolicy {
        let mut policy = self.retry;
        let Some(value) = reader.value("retry") else { return policy };
        if value.is_falsy() {
            policy.max_attempts = 1;
            return policy;
        }
        // Who gives a policy wants retries, also where the client makes none.
        if policy.max_attempts == 1 {
            policy.max_attempts = MAX_ATTEMPTS;
        }
        let mut nested = Reader::nested(&value, "retry.");
        if let Some(attempts) = nested.number("maxAttempts", 1.0, f64::from(MAX_ATTEMPTS)) {
            policy.max_attempts = attempts as u32;
        }
        let day_ms = 86_400_000.0;
        policy.initial_delay_ms = nested.number("initialDelayMs", 0.0, day_ms).unwrap_or(policy.initial_delay_ms);
        policy.max_delay_ms = nested.number("maxDelayMs", 0.0, day_ms).unwrap_or(policy.max_delay_ms);
        policy.tells_attempts = nested.boolean("sendPreviousAttempts").unwrap_or(policy.tells_attempts);
        problems.extend(nested.finish());
        policy
    }

    /// A call with these options.
    pub fn into_call(self, timeout_ms: Option<f64>, metadata: Metadata) -> Call<Browser> {
        let Self { browser, retry, on_header, on_trailer } = self;
        let on_reply: OnReply = Rc::new(move |headers: &Received, trailers: &Received| {
            tell(on_header.as_ref(), headers);
            tell(on_trailer.as_ref(), trailers);
        });
        Call { timeout_ms, metadata, retry: Some(retry), platform: Some(browser), on_reply: Some(on_reply) }
    }
}

/// What the caller's function throws is the page's affair, and not the call's.
fn tell(callback: Option<&Function>, received: &Received) {
    let Some(callback) = callback else { return };
    let global = js_sys::global();
    let told = headers(received).and_then(|headers| callback.call1(&JsValue::UNDEFINED, &headers));
    if let Err(thrown) = told {
        let _ = call(&global, "reportError", &[&thrown]);
    }
}

/// As `Headers`. What those would not take is left out.
fn headers(received: &Received) -> Result<JsValue, JsValue> {
    let constructor: Function = get(&js_sys::global(), "Headers")?.dyn_into()?;
    let headers = Reflect::construct(&constructor, &Array::new())?;
    for (name, value) in received.iter() {
        let _ = call(&headers, "append", &[&JsValue::from_str(name), &JsValue::from_str(value)]);
    }
    Ok(headers)
}

/// Whether a request to `base_url` needs nobody's leave.
pub fn is_same_origin(base_url: &str) -> bool {
    let location = get(&js_sys::global(), "location").unwrap_or_default();
    let origin =
        get(&location, "origin").ok().filter(|origin| !is_nullish(origin)).and_then(|origin| origin.as_string());
    origin.is_some_and(|origin| base_url == origin || base_url.starts_with(&[&origin, "/"].concat()))
}
