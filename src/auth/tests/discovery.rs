//! Endpoints from the issuer's document.

use super::*;
use crate::auth::{AuthCode, EndpointOverrides};
use crate::error::Kind;
use crate::seams::HttpFailureKind;
use futures::future::join;

fn options() -> AuthOptions {
    AuthOptions { preset: None, issuer: Some("https://id.example.com/realm".into()), ..preset() }
}

fn document() -> Value {
    json!({
        "issuer": "https://id.example.com/realm",
        "authorization_endpoint": "https://id.example.com/realm/auth",
        "token_endpoint": "https://id.example.com/realm/token",
        "revocation_endpoint": "https://id.example.com/realm/revoke",
        "scopes_supported": ["openid"],
    })
}

fn ok(document: &Value) -> Reply {
    Reply::json(200, &document.to_string())
}

fn refusal(change: impl FnOnce(&mut Value)) -> AuthError {
    let bench = Bench::default();
    let mut document = document();
    change(&mut document);
    bench.fake.reply(ok(&document));
    let session = bench.session_with(options()).unwrap();
    bench.fake.run(session.authorization_url(SignIn::default())).unwrap_err()
}

#[test]
fn it_is_asked_once_and_remembered() {
    let bench = Bench::default();
    bench.fake.reply(ok(&document()).after(50.0));
    let session = bench.session_with(options()).unwrap();
    let first = bench.fake.run(session.authorization_url(SignIn::default()));
    assert!(first.unwrap().starts_with("https://id.example.com/realm/auth?"));
    bench.begin(&session, SignIn::default());
    bench.begin(&session.clone(), SignIn::default());
    let requests = bench.fake.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].url, "https://id.example.com/realm/.well-known/openid-configuration");
}

#[test]
fn two_at_once_do_no_harm() {
    let bench = Bench::default();
    bench.fake.reply(ok(&document()).after(50.0)).reply(ok(&document()).after(20.0));
    let session = bench.session_with(options()).unwrap();
    let both = join(session.authorization_url(SignIn::default()), session.authorization_url(SignIn::default()));
    let (first, second) = bench.fake.run(both);
    assert!(first.is_ok() && second.is_ok());
}

#[test]
fn a_slash_at_the_end_is_not_doubled() {
    let bench = Bench::default();
    let issuer = "https://id.example.com/";
    let mut document = document();
    document["issuer"] = issuer.into();
    bench.fake.reply(ok(&document));
    let session = bench.session_with(AuthOptions { issuer: Some(issuer.into()), ..options() }).unwrap();
    bench.begin(&session, SignIn::default());
    assert_eq!(bench.fake.requests()[0].url, "https://id.example.com/.well-known/openid-configuration");
}

#[test]
fn a_failure_is_told_and_the_next_call_asks_again() {
    let bench = Bench::default();
    let html = Reply::new(200, &[("content-type", "text/html")], "<!doctype html>");
    bench.fake.reply(Reply::failing(HttpFailureKind::Network)).reply(Reply::json(503, "")).reply(html);
    bench.fake.reply(Reply::json(404, "nothing here")).reply(ok(&document()));
    let session = bench.session_with(options()).unwrap();
    let fails = || bench.fake.run(session.authorization_url(SignIn::default())).unwrap_err();
    let network = fails();
    assert_eq!((network.code, network.retryable), (AuthCode::Network, true));
    let down = fails();
    assert_eq!((down.code, down.retryable, down.http_status), (AuthCode::TemporarilyUnavailable, true, Some(503)));
    assert_eq!(fails().code, AuthCode::InvalidResponse);
    let missing = fails();
    assert_eq!((missing.code, missing.kind, missing.retryable), (AuthCode::ProviderError, Kind::Config, false));
    assert!(missing.message.contains("openid-configuration") && missing.message.contains("`issuer`"));
    assert!(bench.fake.run(session.authorization_url(SignIn::default())).is_ok());
}

#[test]
fn the_issuer_must_be_equal_to_the_last_slash() {
    for other in ["https://id.example.com/realm/", "https://id.example.com/Realm", "https://evil.example.com"] {
        let error = refusal(|document| document["issuer"] = other.into());
        assert_eq!(error.code, AuthCode::IssuerMismatch);
        assert!(error.message.contains(other), "{}", error.message);
    }
}

#[test]
fn addresses_that_are_missing_or_not_safe_are_refused() {
    let cases: [(&str, Value, &str); 5] = [
        ("authorization_endpoint", Value::Null, "`endpoints.authorization`"),
        ("token_endpoint", "".into(), "`endpoints.token`"),
        ("token_endpoint", "http://id.example.com/token".into(), "`endpoints.token`"),
        ("revocation_endpoint", "/revoke".into(), "`endpoints.revocation`"),
        ("userinfo_endpoint", "https://a:b@id.example.com/".into(), "`endpoints.userInfo`"),
    ];
    for (name, value, option) in cases {
        let error = refusal(|document| document[name] = value);
        assert_eq!(error.code, AuthCode::InvalidResponse);
        assert!(error.message.contains(name) && error.message.contains(option), "{}", error.message);
    }
}

#[test]
fn each_address_can_be_replaced_on_its_own() {
    let bench = Bench::default();
    let mut document = document();
    document["token_endpoint"] = "http://id.example.com/not-safe-but-not-used".into();
    bench.fake.reply(ok(&document));
    let token = Some("https://app.example.com/oauth2/token".to_owned());
    let endpoints = EndpointOverrides { token, ..EndpointOverrides::default() };
    let session = bench.session_with(AuthOptions { endpoints, ..options() }).unwrap();
    let sent = bench.begin(&session, SignIn::default());
    assert_eq!(sent["client_id"], CLIENT);
    let record = bench.pending.entries().into_values().next().unwrap();
    assert!(record.contains("https://app.example.com/oauth2/token"));
}
