//! In a real browser, against the local sandbox (its address comes from the test command): `src/web`, the client for front
//! ends in Rust, and what `src/json/browser.rs` reaches of the page. `npm run test:wasm`.
#![cfg(target_arch = "wasm32")]
// In a test a panic is how it fails.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

// By path: `mod web` alone could also mean this very file.
#[path = "web/mod.rs"]
mod web;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
