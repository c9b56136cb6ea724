//! The only `#[wasm_bindgen]` of the package: numbers, strings, bytes and arrays of them in, the same out. No decisions.
//!
//! All are plain functions, and what they throw is an array: `flat` and `oauth::thrown` name what is in it.

mod js;

#[cfg(feature = "client")]
mod calls;
#[cfg(all(feature = "client", feature = "test-doors"))]
mod doors;
#[cfg(feature = "client")]
mod flat;
#[cfg(feature = "client")]
mod reply;
#[cfg(feature = "client")]
mod retries;

#[cfg(feature = "schedule-wasm")]
mod schedule;

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
