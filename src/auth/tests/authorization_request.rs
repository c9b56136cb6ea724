//! The URL that the user is sent to, and the record that is left behind.

use super::*;
use crate::auth::{AuthCode, EndpointOverrides};
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};

fn record(bench: &Bench) -> Value {
    let entries = bench.pending.entries();
    assert_eq!(entries.len(), 1);
    serde_json::from_str(entries.values().next().unwrap()).unwrap()
}

#[test]
fn it_carries_all_that_the_code_flow_with_pkce_needs() {
    let bench = Bench::default();
    let url = bench.fake.run(bench.session().authorization_url(SignIn::default())).unwrap();
    assert!(url.starts_with("https://id.wgtwo.com/oauth2/auth?"));
    let sent = query(&url);
    assert_eq!(sent["response_type"], "code");
    assert_eq!(sent["client_id"], CLIENT);
    assert_eq!(sent["redirect_uri"], CALLBACK);
    assert_eq!(sent["scope"], "openid offline_access phone call.routing:write");
    assert_eq!(sent["code_challenge_method"], "S256");
    assert!(sent["state"].len() >= 43 && sent["nonce"].len() >= 43, "256 bits each");
    assert_ne!(sent["state"], sent["nonce"]);
    assert_eq!(sent.len(), 8);

    let record = record(&bench);
    let verifier = record["verifier"].as_str().unwrap();
    let of_verifier = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.to_owned()));
    assert_eq!(sent["code_challenge"], of_verifier.as_str());
    assert!(!url.contains(verifier), "the verifier stays here");
    assert_eq!(record["nonce"], sent["nonce"].as_str());
    assert_eq!(record["step"], "sent");
    assert_eq!(record["token_endpoint"], TOKEN_ENDPOINT);
    assert_eq!(record["issuer"], ISSUER);
    assert_eq!(record["redirect_uri"], CALLBACK);
    assert!(bench.fake.requests().is_empty(), "a preset needs no discovery");
}

#[test]
fn without_openid_there_is_no_nonce() {
    let bench = Bench::default();
    let scope = Some(vec!["call.routing:write call.routing:write".into(), "phone".into()]);
    let session = bench.session_with(AuthOptions { scope, ..preset() }).unwrap();
    let sent = bench.begin(&session, SignIn::default());
    assert_eq!(sent["scope"], "call.routing:write phone");
    assert!(!sent.contains_key("nonce"));
}

#[test]
fn parameters_of_the_sign_in_replace_those_of_the_session() {
    let bench = Bench::default();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let options = AuthOptions {
        authorization_params: vec![pair("ui_locales", "nb"), pair("prompt", "consent"), pair("audience", "a b&c")],
        ..preset()
    };
    let session = bench.session_with(options).unwrap();
    let sign_in = SignIn {
        app_state: Some(r#"{"to":"/numbers"}"#.into()),
        prompt: Some("login".into()),
        login_hint: Some("+4799900001".into()),
        params: vec![pair("ui_locales", "en"), pair("prompt", "none")],
        ..SignIn::default()
    };
    let sent = bench.begin(&session, sign_in);
    assert_eq!(sent["ui_locales"], "en");
    assert_eq!(sent["prompt"], "login");
    assert_eq!(sent["login_hint"], "+4799900001");
    assert_eq!(sent["audience"], "a b&c");
    assert_eq!(record(&bench)["app_state"], r#"{"to":"/numbers"}"#);
}

#[test]
fn the_query_of_the_endpoint_is_kept_unless_it_is_reserved() {
    let bench = Bench::default();
    let with = |address: &str| {
        let endpoints = EndpointOverrides { authorization: Some(address.into()), ..EndpointOverrides::default() };
        let session = bench.session_with(AuthOptions { endpoints, ..preset() }).unwrap();
        bench.fake.run(session.authorization_url(SignIn::default()))
    };
    let sent = query(&with("https://id.example.com/auth?tenant=7").unwrap());
    assert_eq!((sent["tenant"].as_str(), sent["client_id"].as_str()), ("7", CLIENT));
    assert!(with("https://id.example.com/auth?").unwrap().contains("auth?response_type="));
    let error = with("https://id.example.com/auth?state=fixed").unwrap_err();
    assert_eq!(error.code, AuthCode::InvalidConfig);
    assert!(error.message.starts_with("`endpoints.authorization`"), "{}", error.message);
}

#[test]
fn a_storage_that_refuses_is_told_before_the_user_leaves() {
    let bench = Bench::default();
    bench.pending.refuse(true);
    let error = bench.fake.run(bench.session().authorization_url(SignIn::default())).unwrap_err();
    assert_eq!(error.code, AuthCode::StorageUnavailable);
}

#[test]
fn stale_and_damaged_records_are_swept_others_left() {
    let bench = Bench::default();
    let session = bench.session();
    let first = bench.begin(&session, SignIn::default());
    let prefix = bench.pending.entries().keys().next().unwrap().rsplit_once('/').unwrap().0.to_owned();
    let set = |key: &str, value: &str| bench.pending.set(key, value).now_or_never().unwrap().unwrap();
    set(&format!("{prefix}/damaged"), "{");
    let later_form = record(&bench.clone_first(&first["state"])).to_string().replace(r#""v":1"#, r#""v":2"#);
    set(&format!("{prefix}/later-form"), &later_form);
    set("sipbreakout/sign-in/another/app/default/x", "{");

    bench.fake.advance(599_000.0);
    let second = bench.begin(&session, SignIn::default());
    assert_eq!(bench.pending.entries().len(), 3, "the two under way and the stranger's");
    bench.fake.advance(2_000.0);
    let third = bench.begin(&session, SignIn::default());
    let keys: Vec<String> = bench.pending.entries().into_keys().collect();
    let has = |state: &str| keys.iter().any(|key| key.ends_with(state));
    assert!(!has(&first["state"]) && has(&second["state"]) && has(&third["state"]));
    assert!(keys.iter().any(|key| key.contains("another")), "nobody else's records are touched");
}

#[test]
fn a_record_from_the_future_is_swept_when_the_clock_was_set_back_far() {
    let bench = Bench::default();
    let session = bench.session();
    bench.begin(&session, SignIn::default());
    bench.fake.advance(-600_000.0);
    bench.begin(&session, SignIn::default());
    assert_eq!(bench.pending.entries().len(), 2);
    bench.fake.advance(-1.0);
    bench.begin(&session, SignIn::default());
    assert_eq!(bench.pending.entries().len(), 2, "the first is gone");
}

#[test]
fn sessions_of_other_name_client_or_issuer_do_not_see_each_other() {
    let bench = Bench::default();
    let sent = bench.begin(&bench.session(), SignIn::default());
    let url = callback(&sent["state"], "code=a-code");
    let named = AuthOptions { name: Some("second".into()), ..preset() };
    let client = AuthOptions { client_id: "console/default".into(), ..preset() };
    for options in [named, client] {
        let other = bench.session_with(options).unwrap();
        assert_eq!(bench.fake.run(other.handle_callback(&url)).unwrap_err().code, AuthCode::StateUnknown);
    }
    assert_eq!(bench.pending.entries().len(), 1);
}

impl Bench {
    /// A bench that has only the record of `state`.
    fn clone_first(&self, state: &str) -> Bench {
        let bench = Bench::default();
        let entries = self.pending.entries();
        let (key, value) = entries.iter().find(|(key, _)| key.ends_with(state)).unwrap();
        bench.pending.set(key, value).now_or_never().unwrap().unwrap();
        bench
    }
}

#[test]
fn without_randomness_nobody_is_sent_anywhere() {
    let bench = Bench::default();
    bench.fake.refuse_random();
    let error = bench.fake.run(bench.session().authorization_url(SignIn::default())).unwrap_err();
    assert_eq!(error.code, AuthCode::InvalidConfig);
    assert!(error.message.contains("WebCrypto"), "{error}");
    assert!(bench.pending.entries().is_empty());
}
