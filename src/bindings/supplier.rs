//! The caller's own function as a source of tokens.

use crate::auth::{SuppliedToken, SupplyFailure, TokenSupplier};
use crate::browser::{AbortOnDrop, call, get, is_nullish, object};
use crate::seams::Cause;
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// `accessToken({ forceRefresh, signal })`.
pub struct JsSupplier(pub Function);

impl TokenSupplier for JsSupplier {
    async fn supply(&self, force_refresh: bool) -> Result<SuppliedToken, SupplyFailure> {
        // Dropped before the end, it tells the caller's function that nobody waits any longer.
        let (mut guard, signal) = AbortOnDrop::new().map_err(threw)?;
        let context = object(&[("forceRefresh", JsValue::from_bool(force_refresh)), ("signal", signal)]);
        let returned = self.0.call1(&JsValue::UNDEFINED, &context).map_err(threw)?;
        let settled = JsFuture::from(Promise::resolve(&returned)).await;
        guard.disarm();
        read(&settled.map_err(threw)?)
    }
}

fn threw(thrown: JsValue) -> SupplyFailure {
    SupplyFailure { message: String::new(), cause: Some(Cause::new(thrown)) }
}

fn wrong(message: &str) -> SupplyFailure {
    SupplyFailure { message: message.to_owned(), cause: None }
}

fn read(value: &JsValue) -> Result<SuppliedToken, SupplyFailure> {
    if let Some(token) = value.as_string() {
        return Ok(SuppliedToken { token, expires_at_wall_ms: None });
    }
    let token = get(value, "token").map_err(threw)?.as_string();
    let token = token.ok_or_else(|| wrong("accessToken() must return a token or { token, expiresAt }."))?;
    let expires_at = get(value, "expiresAt").map_err(threw)?;
    if is_nullish(&expires_at) {
        return Ok(SuppliedToken { token, expires_at_wall_ms: None });
    }
    let time = if expires_at.is_object() { call(&expires_at, "getTime", &[]).map_err(threw)? } else { expires_at };
    match time.as_f64() {
        Some(ms) if ms.is_finite() => Ok(SuppliedToken { token, expires_at_wall_ms: Some(ms) }),
        _ => Err(wrong("expiresAt must be a Date or the milliseconds since 1970.")),
    }
}
