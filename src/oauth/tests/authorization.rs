//! The URL that the user is sent to.

use super::*;
use crate::oauth::authorize::{Request, check_params, check_prompt};
use crate::oauth::{AuthCode, AuthError};
use std::collections::BTreeMap;

fn url(endpoint: &str, nonce: Option<&str>, params: &[(&str, &str)]) -> Result<String, AuthError> {
    let request = Request {
        client_id: CLIENT,
        redirect_uri: CALLBACK,
        scope: "openid phone",
        state: "a state",
        nonce,
        code_challenge: "a-challenge",
        params: params.to_vec(),
    };
    request.url(endpoint)
}

fn query(url: &str) -> BTreeMap<String, String> {
    let url = url::Url::parse(url).unwrap();
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let map: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(map.len(), pairs.len(), "a parameter is there twice");
    map
}

#[test]
fn it_carries_all_that_the_code_flow_with_pkce_needs() {
    let url = url("https://id.wgtwo.com/oauth2/auth", Some("a-nonce"), &[]).unwrap();
    assert!(url.starts_with("https://id.wgtwo.com/oauth2/auth?response_type=code&"));
    let sent = query(&url);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("scope", "openid phone"),
        ("state", "a state"),
        ("code_challenge", "a-challenge"),
        ("code_challenge_method", "S256"),
        ("nonce", "a-nonce"),
    ] {
        assert_eq!(sent[name], value, "{name}");
    }
    assert_eq!(sent.len(), 8);
}

#[test]
fn without_a_nonce_none_is_sent() {
    assert!(!query(&url("https://id.wgtwo.com/", None, &[]).unwrap()).contains_key("nonce"));
}

#[test]
fn of_parameters_of_one_name_the_last_counts() {
    let params = [("prompt", "consent"), ("audience", "a b&c"), ("prompt", "none"), ("prompt", "login")];
    let sent = query(&url("https://id.wgtwo.com/", None, &params).unwrap());
    assert_eq!((sent["prompt"].as_str(), sent["audience"].as_str()), ("login", "a b&c"));
}

#[test]
fn the_query_of_the_endpoint_is_kept_unless_it_is_reserved() {
    let with = |address: &str| url(address, None, &[]);
    let sent = query(&with("https://id.example.com/auth?tenant=7").unwrap());
    assert_eq!((sent["tenant"].as_str(), sent["client_id"].as_str()), ("7", CLIENT));
    assert!(with("https://id.example.com/auth?").unwrap().contains("auth?response_type="));
    assert!(with("https://id.example.com/auth?a=b&").unwrap().contains("?a=b&response_type="));
    let error = with("https://id.example.com/auth?state=fixed").unwrap_err();
    assert_eq!(error.code, AuthCode::InvalidConfig);
    assert!(error.message.starts_with("`endpoints.authorization`"), "{}", error.message);
}

#[test]
fn what_a_sign_in_may_add_is_checked() {
    let pair = |name: &str| vec![(name.to_owned(), "x".to_owned())];
    check_params(&pair("ui_locales")).unwrap();
    for name in ["state", "nonce", "request", ""] {
        assert!(check_params(&pair(name)).unwrap_err().message.starts_with("`authorizationParams"), "{name}");
    }
    let max_age = |seconds: &str| check_params(&[("max_age".to_owned(), seconds.to_owned())]);
    assert!(max_age("0").is_ok() && max_age("3600").is_ok());
    for other in ["", "-1", "1.5", "soon"] {
        assert!(max_age(other).unwrap_err().message.starts_with("`authorizationParams.max_age`"), "{other}");
    }
    for prompt in ["none", "login", "consent", "select_account", "login consent"] {
        check_prompt(Some(prompt)).unwrap();
    }
    for prompt in ["", "Login", "login  consent", "create"] {
        assert!(check_prompt(Some(prompt)).unwrap_err().message.starts_with("`prompt`"), "{prompt}");
    }
}
