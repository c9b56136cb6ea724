//! The feature `web` in a worker, where there is no window: `npm run test:wasm`.
#![cfg(target_arch = "wasm32")]
// In a test a panic is how it fails.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[allow(dead_code)]
#[path = "web/sandbox.rs"]
mod sandbox;

use sandbox::{arm, client, disarm, options, quick_retries, registered, registration, vendor_token};
use serde_json::json;
use sipbreakout_web::breakout::RouteType;
use sipbreakout_web::web::{CallOptions, ClientOptions, Error};
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

const NUMBER: &str = "+4799912040";

#[wasm_bindgen_test]
async fn calls_are_made_and_timers_run() {
    assert!(js_sys::Reflect::get(&js_sys::global(), &"window".into()).is_ok_and(|window| window.is_undefined()));
    let client = client(ClientOptions { retry: quick_retries(2), ..options() });
    let registration = registration(RouteType::Loop, Some(NUMBER));
    arm(json!({ "on": "core", "status": 503 })).await;
    client.upsert(&registration, &CallOptions::default(), vendor_token).await.expect("registered");
    assert!(registered(NUMBER).await.is_some());
    arm(json!({ "on": "core", "delayMs": 5_000 })).await;
    let short = CallOptions { timeout_ms: Some(100.0), retry: Some(quick_retries(1)), ..CallOptions::default() };
    let error = client.delete(&registration.target, &short, vendor_token).await.expect_err("late");
    assert!(matches!(error, Error::Rpc { .. }) && error.is_retryable(), "{error}");
    disarm().await;
    client.delete(&registration.target, &CallOptions::default(), vendor_token).await.expect("deleted");
}
