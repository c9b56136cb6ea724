//! Who is signed in.

use super::refresh::{ok, renewed};
use super::*;
use crate::auth::{AuthCode, User};
use crate::error::Kind;
use crate::seams::{HttpFailureKind, header};

fn user(bench: &Bench, session: &Session<Fake, FakeStore>) -> Result<User, AuthError> {
    bench.fake.run(session.user())
}

#[test]
fn claims_come_as_they_are() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    let body = r#" {"sub":"user-1","phone_number":"+4799900001","phone_number_verified":true,"sid":"s","n":1.50}"#;
    bench.fake.reply(Reply::json(200, body));
    let user = user(&bench, &session).unwrap();
    assert_eq!((user.sub.as_str(), user.phone_number.as_deref()), ("user-1", Some("+4799900001")));
    assert_eq!(user.phone_number_verified, Some(true));
    assert_eq!(user.claims_json, body);
    let request = bench.fake.requests().pop().unwrap();
    assert_eq!(request.url, "https://id.wgtwo.com/userinfo");
    assert_eq!(header(&request.headers, "authorization"), Some("Bearer access-1"));
    assert_eq!(header(&request.headers, "accept"), Some("application/json"));
}

#[test]
fn odd_optional_claims_are_left_out() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    let body = r#"{"sub":"user-1","phone_number":{"e164":"+47"},"phone_number_verified":"false"}"#;
    bench.fake.reply(Reply::json(200, body));
    let user = user(&bench, &session).unwrap();
    assert_eq!((user.phone_number, user.phone_number_verified), (None, Some(false)));
}

#[test]
fn somebody_elses_user_info_is_refused() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(Reply::json(200, r#"{"sub":"user-2"}"#));
    assert_eq!(user(&bench, &session).unwrap_err().code, AuthCode::SubjectMismatch);
}

#[test]
fn a_401_is_answered_with_one_refresh() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(Reply::json(401, "")).reply(ok(&renewed(2))).reply(Reply::json(200, r#"{"sub":"user-1"}"#));
    assert_eq!(user(&bench, &session).unwrap().sub, "user-1");
    let last = bench.fake.requests().pop().unwrap();
    assert_eq!(header(&last.headers, "authorization"), Some("Bearer access-2"));

    bench
        .fake
        .reply(Reply::json(401, ""))
        .reply(ok(&renewed(3)))
        .reply(Reply::json(401, r#"{"error":"invalid_token"}"#));
    let error = user(&bench, &session).unwrap_err();
    assert_eq!((error.code, error.kind, error.http_status), (AuthCode::InvalidToken, Kind::Auth, Some(401)));
    assert!(error.message.contains("invalid_token"), "{}", error.message);
}

#[test]
fn a_network_error_says_what_else_it_may_be() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(Reply::failing(HttpFailureKind::Network));
    let error = user(&bench, &session).unwrap_err();
    assert_eq!((error.code, error.retryable), (AuthCode::Network, true));
    assert!(error.message.contains("expired") && error.message.contains("CORS"), "{}", error.message);
}

#[test]
fn replies_that_are_no_claims_are_refused() {
    for body in ["", "[\"user-1\"]", "{}", r#"{"sub":""}"#, r#"{"sub":7}"#, "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"] {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        bench.fake.reply(Reply::json(200, body));
        assert_eq!(user(&bench, &session).unwrap_err().code, AuthCode::InvalidResponse, "{body}");
    }
}

#[test]
fn nobody_signed_in_and_no_endpoint_are_told_apart() {
    let bench = Bench::default();
    assert_eq!(user(&bench, &bench.session()).unwrap_err().code, AuthCode::SignInRequired);

    let mut options = AuthOptions { preset: None, scope: Some(vec!["phone".into()]), ..preset() };
    options.endpoints.authorization = Some("https://id.example.com/auth".into());
    options.endpoints.token = Some("https://id.example.com/token".into());
    let session = bench.session_with(options).unwrap();
    let sent = bench.begin(&session, SignIn::default());
    bench.fake.reply(Reply::json(200, &tokens().to_string()));
    bench.fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code"))).unwrap();
    let error = user(&bench, &session).unwrap_err();
    assert_eq!(error.code, AuthCode::InvalidConfig);
    assert!(error.message.starts_with("`endpoints.userInfo`"), "{}", error.message);
}
