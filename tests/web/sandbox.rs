//! The sandbox, as the tests of calls see it.

use js_sys::{Function, Promise};
use serde_json::Value;
use sipbreakout_web::breakout::{ApiVersion, Registration, RegistrationInput, RouteType, validate};
use sipbreakout_web::grpc_web::RetryPolicy;
use sipbreakout_web::web::{Client, ClientOptions};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Where it listens.
pub fn sandbox() -> &'static str {
    // Not env!: the checks compile this without a sandbox.
    let Some(address) = option_env!("SIPBREAKOUT_SANDBOX") else {
        panic!("SIPBREAKOUT_SANDBOX names no sandbox: use npm run test:wasm")
    };
    address
}

/// An async function of JavaScript, called.
pub async fn js(body: &str) -> Result<JsValue, JsValue> {
    let promise: Promise = Function::new_no_args(body).call0(&JsValue::UNDEFINED)?.unchecked_into();
    JsFuture::from(promise).await
}

/// A request to it, and the JSON of its reply.
pub async fn ask(method: &str, path: &str, json: Option<Value>) -> Value {
    let body = json.map_or("null".to_owned(), |json| format!("{:?}", json.to_string()));
    let source = format!(
        "const body = {body};
         const headers = body === null ? {{}} : {{ 'content-type': 'application/json' }};
         const init = {{ method: '{method}', headers, body }};
         return fetch('{}{path}', init).then(async (reply) => (reply.ok ? '' : reply.status) + await reply.text());",
        sandbox()
    );
    let text = js(&source).await.expect("a reply").as_string().expect("text");
    if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("success, in JSON") }
}

/// Arms this fault, and no other.
pub async fn arm(fault: Value) {
    disarm().await;
    ask("POST", "/control/faults", Some(fault)).await;
}

pub async fn disarm() {
    ask("DELETE", "/control/faults", None).await;
}

/// What is registered for `number`.
pub async fn registered(number: &str) -> Option<Value> {
    let status = ask("GET", "/status.json", None).await;
    let list = status["registrations"].as_array().expect("a list").clone();
    list.into_iter().find(|entry| entry["phoneNumber"] == number)
}

/// A client token from the vendor's back end.
pub async fn vendor_token(_: bool) -> Result<String, JsValue> {
    Ok(ask("POST", "/vendor/token", None).await["access_token"].as_str().expect("a token").to_owned())
}

/// The vendor's back end with a bad start: hands out these tokens first.
#[derive(Clone, Default)]
pub struct Tokens {
    pub first: Rc<RefCell<Vec<&'static str>>>,
    /// How it was asked.
    pub asked: Rc<RefCell<Vec<bool>>>,
}

impl Tokens {
    pub fn begin_with<const N: usize>(tokens: [&'static str; N]) -> Self {
        Self { first: Rc::new(RefCell::new(tokens.into_iter().rev().collect())), asked: Rc::default() }
    }

    pub async fn supply(&self, force_refresh: bool) -> Result<String, JsValue> {
        self.asked.borrow_mut().push(force_refresh);
        let first = self.first.borrow_mut().pop();
        match first {
            Some(token) => Ok(token.to_owned()),
            None => vendor_token(force_refresh).await,
        }
    }
}

/// One attempt, ten seconds.
pub fn options() -> ClientOptions {
    let retry = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
    ClientOptions { timeout_ms: 10_000.0, retry, ..ClientOptions::default() }
}

/// Retries that the tests need not wait for.
pub fn quick_retries(max_attempts: u32) -> RetryPolicy {
    RetryPolicy { max_attempts, initial_delay_ms: 20.0, max_delay_ms: 100.0, ..RetryPolicy::default() }
}

pub fn client(options: ClientOptions) -> Client {
    Client::new(sandbox(), options).expect("good options")
}

pub fn registration(route: RouteType, number: Option<&str>) -> Registration {
    let input = RegistrationInput {
        sip_uri: Some("sips:pbx.example.com:5061".to_owned()),
        route_type: Some(route.as_str().to_owned()),
        phone_number: number.map(str::to_owned),
        mobile_originating_prefix: Some("00".to_owned()),
        mobile_terminating_prefix: Some("11".to_owned()),
    };
    validate(&input, ApiVersion::V1).expect("valid")
}
