//! The core of `sipbreakout-web`: a browser SDK for an operator's SIP breakout API.
//!
//! Three rings, arrows inward. *Pure* (`grpc_web`, `auth`, `breakout`, `keeper`) decides and knows no browser; *browser* gives it
//! fetch, time and storage through the small traits in `seams`; *bindings* translates for JavaScript.

pub mod auth;
pub mod breakout;
pub mod error;
pub mod grpc_web;
pub mod keeper;
pub mod proto;
pub mod redact;
pub mod seams;
mod text;

#[cfg(target_arch = "wasm32")]
pub mod browser;

// Safe where there is one thread, as in every instance of this wasm.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(target_arch = "wasm32")]
mod bindings;
