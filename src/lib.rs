//! The core of `sipbreakout-web`: a browser SDK for an operator's SIP breakout API.
//!
//! `grpc_web`, `breakout`, `oauth`, `session`, `keeper` and `schedule` decide: synchronous, data in and data out. Who calls them sends and waits:
//! TypeScript in the npm package (through `bindings`), `web` in front ends that are written in Rust.
//!
//! A front end in Rust (Leptos, Yew, Dioxus) takes the crate with `default-features = false, features = ["web"]`: that is
//! `web::Client`, and none of the rest. (It is documented for wasm32 only: `cargo doc --target wasm32-unknown-unknown`.)

mod base64;
pub mod breakout;
pub mod error;
#[cfg(feature = "session")]
mod form;
pub mod grpc_web;
pub mod moment;
pub mod proto;
pub mod redact;
mod text;
pub mod url;

#[cfg(feature = "session")]
pub mod json;
#[cfg(any(feature = "session", feature = "schedule-wasm"))]
pub mod keeper;
#[cfg(feature = "session")]
pub mod oauth;
#[cfg(any(feature = "session", feature = "schedule-wasm"))]
pub mod schedule;
#[cfg(feature = "session")]
pub mod session;

#[cfg(all(target_arch = "wasm32", any(feature = "session", feature = "web")))]
pub mod page_url;

#[cfg(all(target_arch = "wasm32", feature = "web"))]
pub mod web;

// Safe where there is one thread, as in every instance of this wasm.
#[cfg(all(target_arch = "wasm32", any(feature = "calls-wasm", feature = "session-wasm", feature = "schedule-wasm")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(all(target_arch = "wasm32", any(feature = "calls-wasm", feature = "session-wasm", feature = "schedule-wasm")))]
mod bindings;
