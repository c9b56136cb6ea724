//! What the options accept, and how a refusal names them.

use super::*;
use crate::error::Kind;
use crate::oauth::config::{Config, Provider};
use crate::oauth::{AuthCode, AuthError, EndpointOverrides};

fn refusal(change: impl FnOnce(&mut AuthOptions)) -> AuthError {
    let mut options = preset();
    change(&mut options);
    let error = Config::new(&TestUrls, options).err().expect("accepted");
    assert_eq!((error.code, error.kind, error.retryable), (AuthCode::InvalidConfig, Kind::Config, false));
    error
}

fn by_hand(authorization: Option<&str>, token: Option<&str>) -> EndpointOverrides {
    EndpointOverrides {
        authorization: authorization.map(String::from),
        token: token.map(String::from),
        ..EndpointOverrides::default()
    }
}

#[test]
fn a_refusal_names_the_option_as_javascript_knows_it() {
    type Change = fn(&mut AuthOptions);
    let cases: [(&str, Change); 24] = [
        ("`clientId`", |o| o.client_id = "  ".into()),
        ("`clientId`", |o| o.client_id = "a\nb".into()),
        ("`redirectUri`", |o| o.redirect_uri = "/callback".into()),
        ("`redirectUri`", |o| o.redirect_uri = "http://app.example.com/callback".into()),
        ("`redirectUri`", |o| o.redirect_uri = "https://app.example.com/#callback".into()),
        ("`redirectUri`", |o| o.redirect_uri = "https://app.example.com/#".into()),
        ("`redirectUri`", |o| o.redirect_uri = "https://me:secret@app.example.com/".into()),
        ("`redirectUri`", |o| o.redirect_uri = "https://app.example.com/?state=mine".into()),
        ("`redirectUri`", |o| o.redirect_uri = "javascript:alert(1)".into()),
        ("`scope`", |o| o.scope = Some(vec![])),
        ("`scope`", |o| o.scope = Some(vec![" ".into()])),
        ("`scope`", |o| o.scope = Some(vec!["open\"id".into()])),
        ("`issuer`", |o| *o = AuthOptions { preset: None, ..o.clone() }),
        ("`issuer`", |o| *o = AuthOptions { preset: None, issuer: Some("id.example.com".into()), ..o.clone() }),
        ("`issuer`", |o| {
            *o = AuthOptions { preset: None, issuer: Some("https://id.example.com/?a".into()), ..o.clone() }
        }),
        ("`preset`", |o| o.issuer = Some("https://id.example.com".into())),
        ("`preset`", |o| o.preset = Some("other".into())),
        ("`endpoints.token`", |o| o.endpoints.token = Some("http://app.example.com/token".into())),
        ("`endpoints.authorization`", |o| o.endpoints.authorization = Some("ftp://app.example.com/".into())),
        ("`endpoints.revocation`", |o| o.endpoints.revocation = Some("revoke".into())),
        ("`endpoints.endSession`", |o| o.endpoints.end_session = Some(String::new())),
        ("`endpoints.userInfo`", |o| o.endpoints.user_info = Some("http://192.0.2.1/userinfo".into())),
        ("`name`", |o| o.name = Some(String::new())),
        ("`authorizationParams`", |o| o.authorization_params = vec![(String::new(), "x".into())]),
    ];
    for (name, change) in cases {
        let error = refusal(change);
        assert!(error.message.starts_with(name), "{name}: {}", error.message);
    }
    for ms in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(refusal(|o| o.timeout_ms = Some(ms)).message.starts_with("`timeoutMs`"));
    }
}

#[test]
fn endpoints_by_hand_must_be_both() {
    let (authorization, token) = (Some("https://id.example.com/auth"), Some("https://id.example.com/token"));
    let missing = |endpoints| refusal(|o| *o = AuthOptions { preset: None, endpoints, ..o.clone() }).message.clone();
    assert!(missing(by_hand(authorization, None)).starts_with("`issuer`"));
    assert!(missing(by_hand(None, token)).starts_with("`issuer`"));
    let options = AuthOptions { preset: None, endpoints: by_hand(authorization, token), ..preset() };
    let config = Config::new(&TestUrls, options).unwrap();
    assert!(config.issuer.is_none() && matches!(config.provider, Provider::Known(_)));
}

#[test]
fn http_is_good_for_loopback() {
    for host in ["127.0.0.1:8700", "localhost:3000", "[::1]:8700", "app.localhost"] {
        let options = AuthOptions { redirect_uri: format!("http://{host}/callback"), ..preset() };
        assert!(Config::new(&TestUrls, options).is_ok(), "{host}");
    }
}

#[test]
fn reserved_parameters_are_refused_by_name() {
    let reserved = [
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "response_mode",
        "request",
        "request_uri",
    ];
    for name in reserved {
        let params = vec![("ui_locales".to_owned(), "nb".to_owned()), (name.to_owned(), "x".to_owned())];
        let error = refusal(|o| o.authorization_params = params);
        assert!(error.message.starts_with(&format!("`authorizationParams.{name}`")), "{}", error.message);
    }
}

#[test]
fn what_is_left_out_has_a_default_and_a_scope_is_asked_for_once() {
    let config = Config::new(&TestUrls, preset()).unwrap();
    assert_eq!(config.scope.join(" "), "openid offline_access phone call.routing:write");
    assert_eq!(config.timeout_ms, 10_000.0);
    assert!(config.issuer.is_some_and(|issuer| issuer.is("https://id.wgtwo.com")));
    let scope = Some(vec!["call.routing:write call.routing:write".into(), "phone".into()]);
    let config = Config::new(&TestUrls, AuthOptions { scope, ..preset() }).unwrap();
    assert_eq!(config.scope.join(" "), "call.routing:write phone");
}
