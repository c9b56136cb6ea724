//! The only `#[wasm_bindgen]` of the package: numbers, strings, bytes and arrays of them in, the same out. No decisions.
//!
//! All are plain functions, and what they throw is an array: `flat` and `oauth::thrown` name what is in it.

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
mod keeper_actions;
#[cfg(feature = "session")]
mod keeper_events;
#[cfg(feature = "session")]
mod oauth;
#[cfg(feature = "session")]
mod oauth_replies;
#[cfg(feature = "session")]
mod session;
