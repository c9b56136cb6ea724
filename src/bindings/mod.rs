//! The only `#[wasm_bindgen]` of the package: numbers, strings, bytes and arrays of them in, the same out. No decisions.
//!
//! `calls`, `reply`, `retries`, `call_flow`, `oauth`, `oauth_replies` and `session` are plain functions, and what they
//! throw is an array: `flat` and `oauth::thrown` name what is in it.
//! The methods of `keeper` return promises made from a cloned `Rc`, so no borrow of a handle lives across an await;
//! these reject with plain objects (`raw_error`), of which `js/errors.ts` makes real errors.

mod calls;
#[cfg(feature = "test-doors")]
mod doors;
mod flat;
mod js;
mod reply;
mod retries;

#[cfg(feature = "session")]
mod call_flow;
#[cfg(feature = "session")]
mod keeper;
#[cfg(feature = "session")]
mod keeper_calls;
#[cfg(feature = "session")]
mod keeper_owners;
#[cfg(feature = "session")]
mod oauth;
#[cfg(feature = "session")]
mod oauth_replies;
#[cfg(feature = "session")]
mod raw_error;
#[cfg(feature = "session")]
mod session;

#[cfg(feature = "session")]
use js_sys::Promise;
#[cfg(feature = "session")]
use std::future::Future;
#[cfg(feature = "session")]
use std::pin::Pin;
#[cfg(feature = "session")]
use wasm_bindgen::JsValue;

/// A promise of a future. Boxed, so that what makes promises is in the wasm once and not for each future.
#[cfg(feature = "session")]
fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = _>>> = Box::pin(future);
    wasm_bindgen_futures::future_to_promise(future)
}
