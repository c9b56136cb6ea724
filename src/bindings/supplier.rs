//! The caller's own function as a source of tokens.

use crate::auth::{SuppliedToken, SupplyFailure, TokenSupplier};
use crate::browser::{AbortOnDrop, call, cause, get, is_nullish, object};
use crate::redact::Secrets;
use js_sys::{Function, Promise};
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// `accessToken({ forceRefresh, signal })`.
pub struct JsSupplier {
    function: Function,
    /// What it returned last: a later error of it may quote that.
    returned: RefCell<Secrets>,
}

impl JsSupplier {
    /// Asks nobody yet.
    pub fn new(function: Function) -> Self {
        Self { function, returned: RefCell::default() }
    }

    fn threw(&self, thrown: JsValue) -> SupplyFailure {
        SupplyFailure { message: String::new(), cause: cause(thrown, &self.returned.borrow()) }
    }
}

impl TokenSupplier for JsSupplier {
    async fn supply(&self, force_refresh: bool) -> Result<SuppliedToken, SupplyFailure> {
        // Dropped before the end, it tells the caller's function that nobody waits any longer.
        let (mut guard, signal) = AbortOnDrop::new().map_err(|thrown| self.threw(thrown))?;
        let context = object(&[("forceRefresh", JsValue::from_bool(force_refresh)), ("signal", signal)]);
        let returned = self.function.call1(&JsValue::UNDEFINED, &context).map_err(|thrown| self.threw(thrown))?;
        let settled = JsFuture::from(Promise::resolve(&returned)).await;
        guard.disarm();
        let supplied = read(&settled.map_err(|thrown| self.threw(thrown))?)?;
        self.returned.replace(Secrets::new([supplied.token.as_str()]));
        Ok(supplied)
    }
}

fn wrong(message: &str) -> SupplyFailure {
    SupplyFailure { message: message.to_owned(), cause: None }
}

/// What a getter threw is not kept: it may quote the token that stands beside it.
fn unreadable(_: JsValue) -> SupplyFailure {
    wrong("Reading what accessToken() returned threw an error.")
}

fn read(value: &JsValue) -> Result<SuppliedToken, SupplyFailure> {
    if let Some(token) = value.as_string() {
        return Ok(SuppliedToken { token, expires_at_wall_ms: None });
    }
    let token = get(value, "token").map_err(unreadable)?.as_string();
    let token = token.ok_or_else(|| wrong("accessToken() must return a token or { token, expiresAt }."))?;
    let expires_at = get(value, "expiresAt").map_err(unreadable)?;
    if is_nullish(&expires_at) {
        return Ok(SuppliedToken { token, expires_at_wall_ms: None });
    }
    let time = if expires_at.is_object() { call(&expires_at, "getTime", &[]).map_err(unreadable)? } else { expires_at };
    match time.as_f64() {
        Some(ms) if ms.is_finite() => Ok(SuppliedToken { token, expires_at_wall_ms: Some(ms) }),
        _ => Err(wrong("expiresAt must be a Date or the milliseconds since 1970.")),
    }
}
