//! Whole calls against the sandbox, with a client token from the vendor's back end.

use super::sandbox;
use sipbreakout_web::auth::{Supplied, SuppliedToken, SupplyFailure, TokenSupplier};
use sipbreakout_web::breakout::{
    ApiVersion, Call, Client, ClientOptions, Registration, RegistrationInput, RouteType, validate,
};
use sipbreakout_web::browser::{Browser, aborted};
use sipbreakout_web::error::{Error, Kind};
use sipbreakout_web::grpc_web::{Code, DEFAULT_MAX_MESSAGE_BYTES, Metadata, RetryPolicy};
use sipbreakout_web::seams::{Clock, Http, HttpBody, HttpMethod, HttpRequest};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;

async fn body(method: HttpMethod, path: &str) -> serde_json::Value {
    let request = HttpRequest { method, url: format!("{}{path}", sandbox()), headers: Vec::new(), body: None };
    let mut response = Browser::default().send(request).await.expect("a reply");
    assert_eq!(response.status, 200, "{path}");
    let mut bytes = Vec::new();
    while let Some(chunk) = response.body.chunk().await.expect("a chunk") {
        bytes.extend(chunk);
    }
    serde_json::from_slice(&bytes).expect("JSON")
}

/// What the sandbox has registered for `number`.
async fn registered(number: &str) -> Option<serde_json::Value> {
    let status = body(HttpMethod::Get, "/status.json").await;
    let list = status["registrations"].as_array().expect("a list").clone();
    list.into_iter().find(|entry| entry["phoneNumber"] == number)
}

/// The vendor's back end; hands out `first` instead the first time, when there is one.
struct Vendor {
    first: RefCell<Option<String>>,
    asked: Rc<RefCell<Vec<bool>>>,
}

impl TokenSupplier for Vendor {
    async fn supply(&self, force_refresh: bool) -> Result<SuppliedToken, SupplyFailure> {
        self.asked.borrow_mut().push(force_refresh);
        let first = self.first.borrow_mut().take();
        let token = match first {
            Some(token) => token,
            None => body(HttpMethod::Post, "/vendor/token").await["access_token"].as_str().expect("a token").to_owned(),
        };
        Ok(SuppliedToken { token, expires_at_wall_ms: None })
    }
}

fn client_with(version: ApiVersion, first: Option<&str>) -> (Client<Browser>, Rc<RefCell<Vec<bool>>>) {
    let asked = Rc::new(RefCell::default());
    let vendor = Vendor { first: RefCell::new(first.map(str::to_owned)), asked: asked.clone() };
    let options = ClientOptions {
        base_url: sandbox().to_owned(),
        api_version: version,
        timeout_ms: 10_000.0,
        metadata: Metadata::new(),
        tokens: Rc::new(Supplied::new(Browser::default(), vendor)),
        retry: RetryPolicy { max_attempts: 1, ..RetryPolicy::default() },
        max_message_bytes: DEFAULT_MAX_MESSAGE_BYTES,
        lanes: Rc::default(),
    };
    (Client::new(Browser::default(), options), asked)
}

fn client(version: ApiVersion) -> Client<Browser> {
    client_with(version, None).0
}

fn registration(route: RouteType, number: Option<&str>) -> Registration {
    let input = RegistrationInput {
        sip_uri: Some("sips:pbx.example.com:5061".to_owned()),
        route_type: Some(route.as_str().to_owned()),
        phone_number: number.map(str::to_owned),
        mobile_originating_prefix: Some("00".to_owned()),
        mobile_terminating_prefix: Some("11".to_owned()),
    };
    validate(&input, ApiVersion::V1).expect("valid")
}

fn rpc(error: Error) -> (Code, Kind) {
    match error {
        Error::Rpc(error) => (error.code, error.kind),
        other => panic!("not an RpcError: {other:?}"),
    }
}

#[wasm_bindgen_test]
async fn each_route_type_on_v1_and_v0() {
    for (version, count, number) in [(ApiVersion::V1, 6, "+4799912001"), (ApiVersion::V0, 3, "+4799912000")] {
        let client = client(version);
        for route in RouteType::ALL.into_iter().take(count) {
            let registration = registration(route, Some(number));
            let before = Browser::default().now().wall_ms;
            let result = client.upsert(&registration, &Call::default(), aborted(None)).await.expect("registered");
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
        client.delete(&target, &Call::default(), aborted(None)).await.expect("deleted");
        assert!(registered(number).await.is_none());
    }
}

#[wasm_bindgen_test]
async fn a_foreign_number_is_rejected_with_the_cores_words() {
    let registration = registration(RouteType::Loop, Some("+4612345678"));
    match client(ApiVersion::V1).upsert(&registration, &Call::default(), aborted(None)).await {
        Err(Error::Rejected(rejected)) => assert!(!rejected.message.is_empty()),
        other => panic!("not rejected: {other:?}"),
    }
    assert!(registered("+4612345678").await.is_none());
}

#[wasm_bindgen_test]
async fn a_client_token_needs_a_number() {
    let registration = registration(RouteType::Loop, None);
    let error = client(ApiVersion::V1).upsert(&registration, &Call::default(), aborted(None)).await;
    assert_eq!(rpc(error.expect_err("refused")), (Code::InvalidArgument, Kind::Protocol));
}

#[wasm_bindgen_test]
async fn a_stale_token_is_replaced_and_the_call_repeated() {
    let (client, asked) = client_with(ApiVersion::V1, Some("stale"));
    let registration = registration(RouteType::Fork, Some("+4799912002"));
    client.upsert(&registration, &Call::default(), aborted(None)).await.expect("registered");
    assert_eq!(*asked.borrow(), [false, true]);
    client.delete(&registration.target, &Call::default(), aborted(None)).await.expect("deleted");
}

#[wasm_bindgen_test]
async fn nobody_at_the_base_url() {
    let vendor = Vendor { first: RefCell::new(Some("any".to_owned())), asked: Rc::default() };
    let options = ClientOptions {
        base_url: "http://127.0.0.1:1".to_owned(),
        api_version: ApiVersion::V1,
        timeout_ms: 10_000.0,
        metadata: Metadata::new(),
        tokens: Rc::new(Supplied::new(Browser::default(), vendor)),
        retry: RetryPolicy { max_attempts: 1, ..RetryPolicy::default() },
        max_message_bytes: DEFAULT_MAX_MESSAGE_BYTES,
        lanes: Rc::default(),
    };
    let client = Client::new(Browser::default(), options);
    let registration = registration(RouteType::Loop, Some("+4799912003"));
    let error = client.upsert(&registration, &Call::default(), aborted(None)).await.expect_err("fails");
    assert_eq!(rpc(error), (Code::Unavailable, Kind::Network));
}

#[wasm_bindgen_test]
async fn an_aborted_call_is_cancelled_with_the_reason() {
    let controller = web_sys::AbortController::new().expect("a controller");
    controller.abort_with_reason(&"enough".into());
    let registration = registration(RouteType::Loop, Some("+4799912004"));
    let signal = aborted(Some(controller.signal().into()));
    let error = client(ApiVersion::V1).upsert(&registration, &Call::default(), signal).await.expect_err("aborted");
    assert_eq!(rpc(error), (Code::Cancelled, Kind::Aborted));
    assert!(registered("+4799912004").await.is_none());
}
