//! The only `#[wasm_bindgen]` of the package: numbers, strings, bytes and arrays of them in, the same out. No decisions.
//!
//! All are plain functions, and what they throw is an array: `flat` and `oauth::thrown` name what is in it.

#[cfg(feature = "test-doors")]
mod doors;
mod flat;
mod js;
mod registration;
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
