//! The claims of an ID token, at sign-in and after a refresh.

use super::*;
use crate::oauth::config::Issuer;
use crate::oauth::id_token::Expected;
use crate::oauth::{AuthCode, AuthError};

fn issuer() -> Issuer {
    Issuer { text: ISSUER.into(), slash_optional: true }
}

fn expected<'a>(issuer: &'a Issuer, nonce: Option<&'a str>) -> Expected<'a> {
    let now_wall_ms = NOW_SECONDS as f64 * 1000.0;
    Expected { issuer: Some(issuer), client_id: CLIENT, nonce, max_age_seconds: None, now_wall_ms }
}

fn check(change: impl FnOnce(&mut Value)) -> Result<(), AuthError> {
    let mut claims = claims("a-nonce");
    change(&mut claims);
    Claims::required(&jwt(&claims))?.check(&expected(&issuer(), Some("a-nonce")))
}

fn refusal(change: impl FnOnce(&mut Value)) -> String {
    let error = check(change).unwrap_err();
    assert_eq!(error.code, AuthCode::IdTokenInvalid);
    error.message.clone()
}

#[test]
fn each_claim_is_checked() {
    check(|_| ()).unwrap();
    assert!(refusal(|c| c["iss"] = "https://evil.example.com/".into()).contains("`iss`"));
    assert!(refusal(|c| c["sub"] = "".into()).contains("`sub`"));
    assert!(refusal(|c| c["aud"] = "other".into()).contains("`aud`"));
    assert!(refusal(|c| c["aud"] = json!(["other"])).contains("`aud`"));
    assert!(refusal(|c| c["aud"] = json!([CLIENT, "other"])).contains("`azp`"));
    assert!(refusal(|c| c["azp"] = "other".into()).contains("`azp`"));
    assert!(
        refusal(|c| {
            c["exp"] = json!(NOW_SECONDS - 60);
            c["iat"] = json!(NOW_SECONDS - 3600);
        })
        .contains("expired (`exp`)")
    );
    assert!(refusal(|c| c["exp"] = c["iat"].clone()).contains("before it begins (`exp`, `iat`)"));
    assert!(refusal(|c| c["nbf"] = json!(NOW_SECONDS + 61)).contains("`nbf`"));
    assert!(refusal(|c| c["iat"] = json!(NOW_SECONDS + 61)).contains("`iat`"));
    assert!(refusal(|c| c["nonce"] = "other".into()).contains("`nonce`"));
    assert!(refusal(|c| _ = c.as_object_mut().unwrap().remove("nonce")).contains("`nonce`"));
    for name in ["iss", "sub", "aud", "exp", "iat"] {
        assert!(refusal(|c| _ = c.as_object_mut().unwrap().remove(name)).contains("can't be read"), "{name}");
    }
}

#[test]
fn a_token_may_be_a_minute_over_or_early_and_have_several_audiences() {
    check(|c| {
        c["exp"] = json!(NOW_SECONDS + 61);
        c["iat"] = json!(NOW_SECONDS + 60);
        c["nbf"] = json!(NOW_SECONDS + 60);
        c["aud"] = json!(["other", CLIENT]);
        c["azp"] = CLIENT.into();
    })
    .unwrap();
    check(|c| {
        c["iat"] = json!(NOW_SECONDS - 3600);
        c["exp"] = json!(NOW_SECONDS - 59);
        c["nbf"] = json!(NOW_SECONDS - 3600);
    })
    .unwrap();
}

#[test]
fn who_signed_in_at_the_provider_too_long_ago_has_to_do_it_again() {
    let refusal = |auth_time: Value, max_age: f64| {
        let mut claims = claims("a-nonce");
        claims["auth_time"] = auth_time;
        let issuer = issuer();
        let expected = Expected { max_age_seconds: Some(max_age), ..expected(&issuer, Some("a-nonce")) };
        Claims::required(&jwt(&claims))
            .and_then(|claims| claims.check(&expected))
            .err()
            .map(|error| error.message.clone())
    };
    assert_eq!(refusal(json!(NOW_SECONDS - 660), 600.0), None, "a minute of leeway");
    assert!(refusal(json!(NOW_SECONDS - 661), 600.0).is_some_and(|words| words.contains("`max_age`")));
    assert_eq!(refusal(json!(NOW_SECONDS - 60), 0.0), None);
    assert!(refusal(Value::Null, 600.0).is_some_and(|words| words.contains("`auth_time`")));
    assert!(refusal(json!("now"), 600.0).is_some_and(|words| words.contains("`auth_time`")));
    check(|c| c["auth_time"] = json!("now")).unwrap();
}

#[test]
fn what_is_no_jwt_is_refused() {
    for token in ["", "a.b", "a.b.c", "a.b.c.d", "a.WzFd.c"] {
        assert_eq!(Claims::required(&Secret::new(token)).unwrap_err().code, AuthCode::IdTokenInvalid, "{token}");
    }
}

fn renewed(before: Option<&Value>, change: impl FnOnce(&mut Value)) -> Result<Option<String>, AuthError> {
    let mut claims = claims("");
    claims.as_object_mut().unwrap().remove("nonce");
    change(&mut claims);
    Claims::renewed(&jwt(&claims), before.map(jwt).as_ref(), &expected(&issuer(), None))
}

#[test]
fn after_a_refresh_it_is_about_the_same_person_for_the_same_client() {
    let before = claims("a-nonce");
    let same = Ok(Some("user-1".to_owned()));
    assert_eq!(renewed(Some(&before), |_| ()).map_err(drop), same);
    assert_eq!(renewed(Some(&before), |c| c["nonce"] = "a-nonce".into()).map_err(drop), same);
    for (name, value) in [
        ("iss", json!("https://id.wgtwo.com")),
        ("sub", json!("user-2")),
        ("sub", json!("")),
        ("aud", json!("other")),
        ("aud", json!([CLIENT, CLIENT])),
        ("azp", json!("other")),
        ("nonce", json!("other")),
    ] {
        assert!(renewed(Some(&before), |c| c[name] = value.clone()).is_err(), "{name} {value}");
    }
    // Nothing to compare it with.
    assert_eq!(renewed(None, |c| c["sub"] = "user-2".into()).unwrap().as_deref(), Some("user-2"));
    assert!(renewed(None, |c| c["iss"] = "https://evil.example.com/".into()).is_err());
}

#[test]
fn after_a_refresh_one_that_is_old_or_odd_is_of_no_use() {
    let before = claims("a-nonce");
    assert_eq!(renewed(Some(&before), |c| c["exp"] = json!(NOW_SECONDS - 60)).unwrap(), None);
    assert_eq!(renewed(Some(&before), |c| c["exp"] = json!(NOW_SECONDS)).unwrap(), None);
    assert_eq!(renewed(Some(&before), |c| c["nbf"] = json!(NOW_SECONDS + 61)).unwrap(), None);
    assert_eq!(renewed(Some(&before), |c| c["iat"] = json!(NOW_SECONDS + 61)).unwrap(), None);
    assert_eq!(renewed(Some(&before), |c| c["exp"] = json!("soon")).unwrap(), None);
    let issuer = issuer();
    assert_eq!(Claims::renewed(&Secret::new("a.b.c"), None, &expected(&issuer, None)).unwrap(), None);
    assert_eq!(read(&before).sub, "user-1");
}
