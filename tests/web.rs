//! The browser ring in a real browser, against the local sandbox (its address comes from the test command):
//! `npm run test:wasm`.
#![cfg(target_arch = "wasm32")]

mod web;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
