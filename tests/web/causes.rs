//! What the errors of the feature `web` show, and what they don't.

use super::patched::{Patched, counted, rpc};
use super::sandbox::{Tokens, arm, client, disarm, options, registration, vendor_token};
use js_sys::{Reflect, TypeError};
use serde_json::json;
use sipbreakout_web::breakout::RouteType;
use sipbreakout_web::error::Kind;
use sipbreakout_web::web::{CallOptions, Error};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const TOKEN: &str = "a-token-that-must-not-be-shown";

/// The cause of a call's error when `fetch` throws this.
async fn cause(thrown: &str) -> Option<JsValue> {
    let _patched = Patched::new(&format!("throw {thrown};"));
    let target = registration(RouteType::Loop, Some("+4799912030")).target;
    let error = client(options()).delete(&target, &CallOptions::default(), async |_| Ok(TOKEN.to_owned())).await;
    let error = error.expect_err("fails");
    assert!(!format!("{error} {error:?}").contains("must-not"), "{error:?}");
    error.cause().cloned()
}

#[wasm_bindgen_test]
async fn what_was_thrown_is_the_cause_as_it_is() {
    let thrown = cause("Object.assign(new TypeError('no network'), { own: [1, { two: 'three' }] })").await;
    let thrown = thrown.expect("a cause");
    assert!(thrown.is_instance_of::<TypeError>());
    assert!(Reflect::get(&thrown, &"own".into()).is_ok_and(|own| own.is_array()));
    assert_eq!(cause("'a text'").await, Some("a text".into()));
    let circle = cause("(() => { const a = new Error('circle'); a.cause = { a }; return a; })()").await;
    assert!(circle.is_some());
}

#[wasm_bindgen_test]
async fn a_cause_that_repeats_the_token_is_none() {
    for thrown in [
        "request.headers.get('authorization')",
        "new Error(`refused: ${request.headers.get('authorization')}`)",
        "new Error('refused', { cause: { sent: [request.headers.get('authorization')] } })",
        "new Error('refused', { cause: request })",
        "request.headers",
        "new Map([['sent', btoa(request.headers.get('authorization'))]])",
        "new TextEncoder().encode(request.headers.get('authorization'))",
        "new Response(request.headers.get('authorization'))",
        "new Proxy({}, { ownKeys: () => ['own'], get: () => new Proxy({}, { get: () => request.headers }) })",
    ] {
        assert_eq!(cause(thrown).await, None, "{thrown}");
    }
}

#[wasm_bindgen_test]
async fn a_server_that_repeats_the_token_is_cut_short() {
    let token = vendor_token(false).await.expect("a token");
    arm(json!({ "on": "core", "grpcStatus": 7, "grpcMessage": format!("{token} may not do this") })).await;
    let target = registration(RouteType::Loop, Some("+4799912031")).target;
    let error = client(options()).delete(&target, &CallOptions::default(), async |_| Ok(token.clone())).await;
    assert_eq!(rpc(error.expect_err("refused")).message, "[removed] may not do this");
    disarm().await;
}

#[wasm_bindgen_test]
async fn a_function_that_gives_no_token_is_told_apart() {
    let _patched = Patched::replying("new Response()");
    let client = client(options());
    let target = registration(RouteType::Loop, Some("+4799912032")).target;
    for token in ["", "two words", "line\nbreak", "é"] {
        let error = client.delete(&target, &CallOptions::default(), async |_| Ok(token.to_owned())).await;
        let error = error.expect_err("no token");
        assert!(matches!(error, Error::Token { cause: None, .. }), "{error:?}");
        assert_eq!((error.kind(), error.is_retryable()), (Kind::Auth, false));
    }
    let error = client.delete(&target, &CallOptions::default(), async |_| Err("signed out".into())).await;
    assert_eq!(error.expect_err("no token").cause(), Some(&"signed out".into()));
    assert_eq!(counted(), 0.0, "nothing was sent");
}

#[wasm_bindgen_test]
async fn a_refused_token_is_no_cause_either() {
    let tokens = Tokens::begin_with([TOKEN]);
    let target = registration(RouteType::Loop, Some("+4799912033")).target;
    let supply = async |force| match force {
        true => Err(JsValue::from_str(TOKEN)),
        false => tokens.supply(force).await,
    };
    match client(options()).delete(&target, &CallOptions::default(), supply).await {
        Err(Error::Token { cause, .. }) => assert_eq!(cause, None),
        other => panic!("a token: {other:?}"),
    }
}
