//! Whole calls of the feature `web` against the sandbox, with a client token from the vendor's back end.

use super::patched::rpc;
use super::sandbox::{Tokens, arm, client, disarm, options, quick_retries, registered, registration, vendor_token};
use js_sys::Date;
use serde_json::json;
use sipbreakout_web::breakout::{ApiVersion, RouteType};
use sipbreakout_web::error::Kind;
use sipbreakout_web::grpc_web::{Code, Metadata};
use sipbreakout_web::web::{CallOptions, Client, ClientOptions, Error};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn each_route_type_on_v1_and_v0() {
    for (version, count, number) in [(ApiVersion::V1, 6, "+4799912001"), (ApiVersion::V0, 3, "+4799912000")] {
        let client = client(ClientOptions { api_version: version, ..options() });
        for route in RouteType::ALL.into_iter().take(count) {
            let registration = registration(route, Some(number));
            let before = Date::now();
            let result = client.upsert(&registration, &CallOptions::default(), vendor_token).await.expect("registered");
            assert!(result.ttl_seconds > 0.0);
            let expected = before + result.ttl_seconds * 1000.0;
            assert!((result.expires_at_ms - expected).abs() < 5_000.0);
            let entry = registered(number).await.expect("registered at the sandbox");
            assert_eq!(entry["routeType"], route.as_str());
            assert_eq!(entry["apiVersion"], version.as_str());
            assert_eq!(entry["sipUri"], "sips:pbx.example.com:5061");
            assert_eq!(entry["mobileOriginatingPrefix"], "00");
            assert_eq!(entry["mobileTerminatingPrefix"], "11");
        }
        let target = registration(RouteType::Loop, Some(number)).target;
        client.delete(&target, &CallOptions::default(), vendor_token).await.expect("deleted");
        assert!(registered(number).await.is_none());
    }
}

#[wasm_bindgen_test]
async fn a_route_type_that_v0_does_not_have_is_not_sent() {
    let tokens = Tokens::default();
    let client = client(ClientOptions { api_version: ApiVersion::V0, ..options() });
    let ingress = registration(RouteType::Ingress, Some("+4799912005"));
    let supply = async |force| tokens.supply(force).await;
    match client.upsert(&ingress, &CallOptions::default(), supply).await {
        Err(Error::Invalid(invalid)) => {
            assert_eq!((invalid.problems[0].field.as_str(), invalid.problems[0].code), ("routeType", "not_in_version"));
        }
        other => panic!("not refused: {other:?}"),
    }
    assert!(tokens.asked.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn a_foreign_number_is_rejected_with_the_cores_words() {
    let registration = registration(RouteType::Loop, Some("+4612345678"));
    let error = client(options()).upsert(&registration, &CallOptions::default(), vendor_token).await;
    let error = error.expect_err("rejected");
    assert_eq!((error.kind(), error.is_retryable()), (Kind::Rejected, false));
    match error {
        Error::Rejected(rejected) => assert!(!rejected.message.is_empty()),
        other => panic!("not rejected: {other:?}"),
    }
    assert!(registered("+4612345678").await.is_none());
}

#[wasm_bindgen_test]
async fn a_client_token_needs_a_number() {
    let registration = registration(RouteType::Loop, None);
    let error = client(options()).upsert(&registration, &CallOptions::default(), vendor_token).await;
    let error = rpc(error.expect_err("refused"));
    assert_eq!((error.code, error.kind, error.attempts), (Code::InvalidArgument, Kind::Protocol, 1));
    assert_eq!(error.method, "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration");
}

#[wasm_bindgen_test]
async fn a_refused_token_is_replaced_once() {
    let client = client(options());
    let registration = registration(RouteType::Fork, Some("+4799912002"));
    let tokens = Tokens::begin_with(["stale-token"]);
    let supply = async |force| tokens.supply(force).await;
    client.upsert(&registration, &CallOptions::default(), supply).await.expect("registered");
    assert_eq!(*tokens.asked.borrow(), [false, true]);
    client.delete(&registration.target, &CallOptions::default(), vendor_token).await.expect("deleted");

    let tokens = Tokens::begin_with(["stale-token", "staler-token"]);
    let supply = async |force| tokens.supply(force).await;
    let error = client.upsert(&registration, &CallOptions::default(), supply).await.expect_err("refused");
    assert_eq!(*tokens.asked.borrow(), [false, true]);
    let error = rpc(error);
    assert_eq!((error.code, error.kind, error.attempts), (Code::Unauthenticated, Kind::Auth, 2));
}

#[wasm_bindgen_test]
async fn a_503_is_tried_again() {
    let number = "+4799912006";
    let registration = registration(RouteType::Loop, Some(number));
    let client = client(ClientOptions { retry: quick_retries(3), ..options() });
    arm(json!({ "on": "core", "status": 503, "times": 2 })).await;
    client.upsert(&registration, &CallOptions::default(), vendor_token).await.expect("registered");
    assert!(registered(number).await.is_some());

    arm(json!({ "on": "core", "status": 503, "body": "down for repairs", "times": "always" })).await;
    let error =
        rpc(client.delete(&registration.target, &CallOptions::default(), vendor_token).await.expect_err("down"));
    assert_eq!((error.code, error.http_status, error.attempts), (Code::Unavailable, Some(503), 3));
    assert_eq!(error.body_text.as_deref(), Some("down for repairs"));
    let once = CallOptions { retry: Some(quick_retries(1)), ..CallOptions::default() };
    let error = rpc(client.delete(&registration.target, &once, vendor_token).await.expect_err("down"));
    assert_eq!(error.attempts, 1);
    disarm().await;
    client.delete(&registration.target, &CallOptions::default(), vendor_token).await.expect("deleted");
}

#[wasm_bindgen_test]
async fn one_deadline_covers_all_attempts() {
    let client = client(ClientOptions { timeout_ms: 700.0, retry: quick_retries(5), ..options() });
    let target = registration(RouteType::Loop, Some("+4799912007")).target;
    arm(json!({ "on": "core", "delayMs": 5_000, "times": "always" })).await;
    let before = Date::now();
    let error = rpc(client.delete(&target, &CallOptions::default(), vendor_token).await.expect_err("late"));
    let took = Date::now() - before;
    assert_eq!((error.code, error.kind), (Code::DeadlineExceeded, Kind::Timeout));
    assert!(error.retryable && error.attempts > 1, "{error:?}");
    assert!((600.0..4_000.0).contains(&took), "{took}");

    let shorter = CallOptions { timeout_ms: Some(100.0), retry: Some(quick_retries(1)), ..CallOptions::default() };
    let error = rpc(client.delete(&target, &shorter, vendor_token).await.expect_err("late"));
    assert!(error.message.starts_with("no complete reply within 100 ms"), "{error}");
    disarm().await;
}

#[wasm_bindgen_test]
async fn no_time_and_no_token_are_told_apart() {
    let client = client(options());
    let target = registration(RouteType::Loop, Some("+4799912008")).target;
    let within = |ms| CallOptions { timeout_ms: Some(ms), ..CallOptions::default() };
    for ms in [0.0, -1.0, f64::NAN] {
        let error = rpc(client.delete(&target, &within(ms), vendor_token).await.expect_err("no time"));
        assert_eq!((error.code, error.kind, error.attempts), (Code::DeadlineExceeded, Kind::Invalid, 0));
    }
    let never = async |_| std::future::pending().await;
    let error = rpc(client.delete(&target, &within(60.0), never).await.expect_err("no token"));
    assert_eq!((error.code, error.kind), (Code::DeadlineExceeded, Kind::Timeout));
    assert_eq!(error.message, "no access token within 60 ms; the core did nothing");
}

#[wasm_bindgen_test]
async fn a_reply_over_the_limit_is_not_read() {
    let number = "+4799912009";
    let client = client(ClientOptions { max_message_bytes: 1, ..options() });
    let registration = registration(RouteType::Loop, Some(number));
    let error = rpc(client.upsert(&registration, &CallOptions::default(), vendor_token).await.expect_err("too large"));
    assert_eq!((error.code, error.kind), (Code::ResourceExhausted, Kind::Protocol));
    assert!(error.message.ends_with("the limit is 1"), "{error}");
}

#[wasm_bindgen_test]
async fn a_redirect_is_not_followed() {
    let client = client(ClientOptions { retry: quick_retries(3), ..options() });
    let target = registration(RouteType::Loop, Some("+4799912011")).target;
    arm(json!({ "on": "core", "redirectTo": "https://login.example.com/" })).await;
    let error = rpc(client.delete(&target, &CallOptions::default(), vendor_token).await.expect_err("a redirect"));
    assert_eq!((error.code, error.kind, error.attempts), (Code::Unknown, Kind::Config, 1));
    disarm().await;
}

#[wasm_bindgen_test]
async fn nobody_at_the_base_url() {
    let client = Client::new("http://127.0.0.1:1/", options()).expect("good options");
    let target = registration(RouteType::Loop, Some("+4799912003")).target;
    let error = client.delete(&target, &CallOptions::default(), async |_| Ok("any-token".to_owned())).await;
    let error = error.expect_err("fails");
    assert!(error.is_retryable());
    assert!(error.cause().is_some_and(|cause| js_sys::Reflect::get(cause, &"name".into()) == Ok("TypeError".into())));
    let error = rpc(error);
    assert_eq!((error.code, error.kind), (Code::Unavailable, Kind::Network));
}

#[wasm_bindgen_test]
async fn bad_options_are_named() {
    let mut metadata = Metadata::new();
    metadata.append("Authorization", "Bearer mine").expect("good");
    let bad = ClientOptions { metadata: metadata.clone(), ..options() };
    match Client::new("http://api.example.com", bad) {
        Err(Error::Invalid(invalid)) => {
            let fields: Vec<_> = invalid.problems.iter().map(|problem| (&*problem.field, problem.code)).collect();
            assert_eq!(fields, [("base_url", "bad_url"), ("metadata", "conflict")]);
        }
        _ => panic!("not refused"),
    }
    for url in ["", "api.example.com", "https://api.example.com/?x", "https://u:p@api.example.com"] {
        assert!(matches!(Client::new(url, options()), Err(Error::Invalid(_))), "{url}");
    }
    let call = CallOptions { metadata, ..CallOptions::default() };
    let target = registration(RouteType::Loop, Some("+4799912012")).target;
    let error = client(options()).delete(&target, &call, vendor_token).await.expect_err("refused");
    assert!(error.to_string().starts_with("metadata: Leave out authorization"), "{error}");
}

#[wasm_bindgen_test]
fn a_client_can_be_kept_where_frameworks_keep_state() {
    fn is_kept<T: Clone + Send + Sync + 'static>(_: &T) {}
    is_kept(&client(options()));
}
