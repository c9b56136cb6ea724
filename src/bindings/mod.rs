//! The only `#[wasm_bindgen]`: reads JavaScript's options, calls, hands back plain objects. No decisions.
//!
//! Methods return promises made from a cloned `Rc`, so no borrow of a handle lives across an await. They reject with
//! plain objects (`raw_error`), of which `js/errors.ts` makes real errors.

#[cfg(feature = "test-doors")]
mod adapter;
mod auth;
mod call_flow;
mod call_options;
mod client;
#[cfg(feature = "test-doors")]
mod doors;
mod keeper;
mod keeper_calls;
mod raw_error;
mod read;
mod supplier;

use js_sys::Promise;
use std::future::Future;
use std::pin::Pin;
use wasm_bindgen::JsValue;

/// A promise of a future. Boxed, so that what makes promises is in the wasm once and not for each future.
fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = _>>> = Box::pin(future);
    wasm_bindgen_futures::future_to_promise(future)
}
