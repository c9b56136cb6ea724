//! The token endpoint's replies, and refusals in general.

use super::*;
use crate::error::Kind;
use crate::oauth::refusal_error::refusal;
use crate::oauth::reply::Reply;
use crate::oauth::token_reply::TokenReply;
use crate::oauth::user_info::UserInfo;
use crate::oauth::{AuthCode, AuthError};
use crate::redact::Secrets;

fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Reply {
        status,
        headers: headers.collect(),
        body: body.into(),
        secrets: Secrets::new(["PLANTED-refresh", "PLANTED-code"]),
    }
}

fn fails(status: u16, headers: &[(&str, &str)], body: &str) -> AuthError {
    let known = Secret::new("PLANTED-access");
    TokenReply::of("token endpoint", &reply(status, headers, body), false, &[&known]).unwrap_err()
}

#[test]
fn replies_that_are_no_tokens_are_refused_without_being_quoted() {
    for body in [
        "",
        "<!doctype html>PLANTED-secret",
        r#"["PLANTED-secret","bearer"]"#,
        r#"{"token_type":"bearer","refresh_token":"PLANTED-secret"}"#,
        r#"{"access_token":"PLANTED-secret\u00e9","token_type":"bearer"}"#,
        "access_token=PLANTED-secret&token_type=bearer",
        r#"{"access_token":"PLANTED-secret","token_type":"mac"}"#,
        r#"{"access_token":"","token_type":"bearer"}"#,
        r#"{"access_token":"PLANTED-secret x","token_type":"bearer"}"#,
        r#"{"access_token":"PLANTED-secret\n","token_type":"bearer"}"#,
        r#"{"access_token":7,"token_type":"PLANTED-secret"}"#,
        r#"{"access_token":"PLANTED-secret","token_type":"bearer""#,
    ] {
        let error = fails(200, &[], body);
        assert_eq!((error.code, error.kind), (AuthCode::InvalidResponse, Kind::Protocol), "{body}");
        assert!(!format!("{error:?} {error}").contains("PLANTED"), "{error:?}");
    }
    let form = fails(200, &[("content-type", "application/x-www-form-urlencoded")], "access_token=a");
    assert!(form.message.contains("It is a form"), "{}", form.message);
}

#[test]
fn a_token_that_anybody_could_use_is_not_taken_for_a_bound_one() {
    let of = |body: &str, wants_bound| TokenReply::read(body, wants_bound).map(|tokens| tokens.is_bound);
    assert!(of(r#"{"access_token":"t","token_type":"dpop"}"#, true).unwrap());
    assert!(!of(r#"{"access_token":"t"}"#, false).unwrap());
    for body in [r#"{"access_token":"t","token_type":"bearer"}"#, r#"{"access_token":"t"}"#] {
        assert_eq!(of(body, true).unwrap_err().code, AuthCode::InvalidResponse, "{body}");
    }
    assert!(of(r#"{"access_token":"t","token_type":"DPoP"}"#, false).is_err());
}

#[test]
fn an_id_token_that_is_no_text_is_told_from_none() {
    let of = |id_token: &str| {
        let body = format!(r#"{{"access_token":"t","id_token":{id_token}}}"#);
        let tokens = TokenReply::read(&body, false).unwrap();
        assert!(tokens.id_token.is_none());
        tokens.is_id_token_odd
    };
    assert!(of("null") && of("7") && of("[]") && !of("\"\""));
}

#[test]
fn a_refusal_is_the_providers_error_without_what_it_was_sent() {
    let body = r#"{"error":"invalid_grant","error_description":"PLANTED-code, PLANTED-access, used"}"#;
    let error = fails(400, &[("retry-after", "7")], body);
    assert_eq!((error.code, error.kind, error.http_status), (AuthCode::InvalidGrant, Kind::Auth, Some(400)));
    assert_eq!(error.description.as_deref(), Some("[removed], [removed], used"));
    assert_eq!(error.retry_after_ms, Some(7000.0));
    assert!(error.message.starts_with("The token endpoint answered 400 with the error `invalid_grant`. "));
    // Under 200, too.
    assert_eq!(fails(200, &[], body).code, AuthCode::InvalidGrant);
    let echo = json!({ "error": "PLANTED-refresh", "error_description": "PLANTED-refresh PLANTED-access" }).to_string();
    for status in [400, 401, 403, 429, 500] {
        let error = fails(status, &[], &echo);
        assert!(!format!("{error:?} {error}").contains("PLANTED"), "{error:?}");
    }
}

#[test]
fn a_status_that_passes_says_more_than_a_word_that_does_not() {
    let word = r#"{"error":"invalid_grant"}"#;
    for (status, body, code, kind) in [
        (503, "", AuthCode::TemporarilyUnavailable, Kind::Protocol),
        (429, word, AuthCode::TemporarilyUnavailable, Kind::Protocol),
        (500, word, AuthCode::ServerError, Kind::Protocol),
        (500, r#"{"error":"temporarily_unavailable"}"#, AuthCode::TemporarilyUnavailable, Kind::Protocol),
        (404, "nothing here", AuthCode::ProviderError, Kind::Config),
    ] {
        let error = refusal("discovery document", &reply(status, &[], body), &[]);
        assert_eq!((error.code, error.kind, error.http_status), (code, kind, Some(status)), "{status} {body}");
        assert_eq!(error.retryable, code.retryable());
    }
}

#[test]
fn odd_claims_of_user_info_are_left_out() {
    let user = UserInfo::read(r#"{"sub":"user-1","phone_number":{"e164":"+47"},"phone_number_verified":"false"}"#);
    let user = user.unwrap();
    assert_eq!((user.sub.as_str(), user.phone_number, user.phone_number_verified), ("user-1", None, Some(false)));
    for body in ["", "[\"user-1\"]", "{}", r#"{"sub":""}"#, r#"{"sub":7}"#, "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"] {
        assert_eq!(UserInfo::read(body).err().map(|error| error.code), Some(AuthCode::InvalidResponse), "{body}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let body = r#"{"access_token":"PLANTED","refresh_token":"PLANTED","id_token":"PLANTED"}"#;
    let shown = format!("{:?} {:#?}", TokenReply::read(body, false).unwrap(), Secret::new("PLANTED"));
    assert!(!shown.contains("PLANTED"), "{shown}");
}
