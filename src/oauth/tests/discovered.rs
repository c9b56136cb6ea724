//! Endpoints from the issuer's document.

use super::*;
use crate::oauth::config::Issuer;
use crate::oauth::endpoints::Endpoints;
use crate::oauth::{AuthCode, AuthError, EndpointOverrides, discovery};

const REALM: &str = "https://id.example.com/realm";

fn document() -> Value {
    json!({
        "issuer": REALM,
        "authorization_endpoint": "https://id.example.com/realm/auth",
        "token_endpoint": "https://id.example.com/realm/token",
        "revocation_endpoint": "https://id.example.com/realm/revoke",
        "end_session_endpoint": 7,
        "authorization_response_iss_parameter_supported": "true",
        "scopes_supported": ["openid"],
    })
}

fn read(document: &Value, overrides: &EndpointOverrides) -> Result<Endpoints, AuthError> {
    let issuer = Issuer { text: REALM.into(), slash_optional: false };
    discovery::read(&TestUrls, &issuer, overrides, &document.to_string())
}

fn refusal(name: &str, value: Value) -> AuthError {
    let mut document = document();
    document[name] = value;
    read(&document, &EndpointOverrides::default()).unwrap_err()
}

#[test]
fn what_is_of_another_type_is_as_good_as_missing() {
    let found = read(&document(), &EndpointOverrides::default()).unwrap();
    assert_eq!(found.authorization, "https://id.example.com/realm/auth");
    assert_eq!(found.revocation.as_deref(), Some("https://id.example.com/realm/revoke"));
    assert!(found.end_session.is_none() && found.jwks.is_none() && found.iss_promised);
}

#[test]
fn the_issuer_must_be_equal_to_the_last_slash() {
    for other in ["https://id.example.com/realm/", "https://id.example.com/Realm", "https://evil.example.com"] {
        let error = refusal("issuer", other.into());
        assert_eq!(error.code, AuthCode::IssuerMismatch);
        assert!(error.message.contains(other), "{}", error.message);
    }
    assert_eq!(refusal("issuer", Value::Null).code, AuthCode::InvalidResponse);
}

#[test]
fn addresses_that_are_missing_or_not_safe_are_refused() {
    let cases: [(&str, Value, &str); 7] = [
        ("authorization_endpoint", Value::Null, "`endpoints.authorization`"),
        ("token_endpoint", "".into(), "`endpoints.token`"),
        ("token_endpoint", "http://id.example.com/token".into(), "`endpoints.token`"),
        ("token_endpoint", "http://localhost:8080/token".into(), "`endpoints.token`"),
        ("jwks_uri", "http://127.0.0.1/keys".into(), "`endpoints.jwks`"),
        ("revocation_endpoint", "/revoke".into(), "`endpoints.revocation`"),
        ("userinfo_endpoint", "https://a:b@id.example.com/".into(), "`endpoints.userInfo`"),
    ];
    for (name, value, option) in cases {
        let error = refusal(name, value);
        assert_eq!(error.code, AuthCode::InvalidResponse);
        assert!(error.message.contains(name) && error.message.contains(option), "{}", error.message);
    }
}

#[test]
fn each_address_can_be_replaced_on_its_own() {
    let mut document = document();
    document["token_endpoint"] = "http://id.example.com/not-safe-but-not-used".into();
    let token = "https://app.example.com/oauth2/token".to_owned();
    let overrides = EndpointOverrides { token: Some(token.clone()), ..EndpointOverrides::default() };
    assert_eq!(read(&document, &overrides).unwrap().token, token);
}

#[test]
fn an_address_on_this_machine_is_the_applications_to_name_or_that_of_a_provider_on_it() {
    let here = "http://localhost:8080/token".to_owned();
    let overrides = EndpointOverrides { token: Some(here.clone()), ..EndpointOverrides::default() };
    assert_eq!(read(&document(), &overrides).unwrap().token, here);
    let mut document = document();
    document["issuer"] = "http://127.0.0.1:4444".into();
    document["token_endpoint"] = here.clone().into();
    let issuer = Issuer { text: "http://127.0.0.1:4444".into(), slash_optional: false };
    let found = discovery::read(&TestUrls, &issuer, &EndpointOverrides::default(), &document.to_string());
    assert_eq!(found.unwrap().token, here);
}
