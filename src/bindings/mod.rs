//! The only `#[wasm_bindgen]` of the package: numbers, strings, bytes and arrays of them in, the same out. No decisions.
//!
//! All are plain functions, and what they throw is an array: `flat` and `oauth::thrown` name what is in it.

mod js;

// What pages need for both.
#[cfg(all(any(feature = "calls-wasm", feature = "session-wasm"), feature = "test-doors"))]
mod doors;
#[cfg(any(feature = "calls-wasm", feature = "session-wasm"))]
mod flat;
#[cfg(any(feature = "calls-wasm", feature = "session-wasm"))]
mod registration;
#[cfg(any(feature = "calls-wasm", feature = "session-wasm"))]
mod secrets;

// What calls need.
#[cfg(all(feature = "calls-wasm", feature = "test-doors"))]
mod adapter;
#[cfg(feature = "calls-wasm")]
mod calls;
#[cfg(feature = "calls-wasm")]
mod failures;
#[cfg(feature = "calls-wasm")]
mod reply;
#[cfg(feature = "calls-wasm")]
mod retries;

// What signing in, keeping and call flows need.
#[cfg(feature = "session-wasm")]
mod call_flow;
#[cfg(feature = "session-wasm")]
mod keeper;
#[cfg(feature = "session-wasm")]
mod keeper_actions;
#[cfg(feature = "session-wasm")]
mod keeper_events;
#[cfg(feature = "session-wasm")]
mod oauth;
#[cfg(feature = "session-wasm")]
mod oauth_replies;
#[cfg(feature = "session-wasm")]
mod session;

// What servers need.
#[cfg(feature = "schedule-wasm")]
mod schedule;
