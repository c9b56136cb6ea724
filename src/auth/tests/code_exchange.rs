//! A code becomes a session, after all checks and not before.

use super::*;
use crate::auth::AuthCode;
use crate::error::Kind;
use crate::seams::HttpFailureKind;

/// Exchanges a code; the reply is made from the nonce that was sent.
fn exchange(
    bench: &Bench,
    options: AuthOptions,
    reply: impl FnOnce(&str) -> Reply,
) -> Result<Option<String>, AuthError> {
    let session = bench.session_with(options).unwrap();
    let sign_in = SignIn { app_state: Some("[1]".into()), ..SignIn::default() };
    let sent = bench.begin(&session, sign_in);
    bench.fake.reply(reply(sent.get("nonce").map_or("", String::as_str)));
    let url = callback(&sent["state"], "code=a-code");
    let outcome = bench.fake.run(session.handle_callback(&url)).map(|callback| callback.app_state);
    assert!(bench.pending.entries().is_empty(), "the record is removed, whatever happened");
    if outcome.is_err() {
        assert!(bench.stored().is_none(), "no session without all checks");
        assert!(bench.events().is_empty());
    }
    outcome
}

fn with_claims(change: impl FnOnce(&mut Value)) -> impl FnOnce(&str) -> Reply {
    move |nonce| {
        let mut claims = claims(nonce);
        change(&mut claims);
        let mut reply = tokens();
        reply["id_token"] = jwt(&claims).into();
        Reply::json(200, &reply.to_string())
    }
}

fn id_token_refusal(change: impl FnOnce(&mut Value)) -> String {
    let error = exchange(&Bench::default(), preset(), with_claims(change)).unwrap_err();
    assert_eq!((error.code, error.kind), (AuthCode::IdTokenInvalid, Kind::Protocol));
    assert_eq!(error.app_state.as_deref(), Some("[1]"));
    error.message.clone()
}

#[test]
fn the_request_has_what_the_token_endpoint_needs() {
    let bench = Bench::default();
    let app_state = exchange(&bench, preset(), with_claims(|_| ())).unwrap();
    assert_eq!(app_state.as_deref(), Some("[1]"));
    assert_eq!(bench.events(), [SessionEvent::SignedIn]);

    let request = bench.fake.requests().pop().unwrap();
    assert_eq!(request.url, TOKEN_ENDPOINT);
    let fields = fields(&request);
    assert_eq!(fields["grant_type"], "authorization_code");
    assert_eq!(fields["code"], "a-code");
    assert_eq!(fields["redirect_uri"], CALLBACK);
    assert_eq!(fields["client_id"], CLIENT);
    assert!(fields["code_verifier"].len() >= 43);
    assert_eq!(fields.len(), 5);

    let stored = bench.stored().unwrap();
    assert_eq!((&stored["access_token"], &stored["refresh_token"]), (&json!("access-1"), &json!("refresh-1")));
    assert_eq!((&stored["sub"], &stored["v"]), (&json!("user-1"), &json!(2.0)));
    assert_eq!(stored["scope"], "openid offline_access phone call.routing:write", "as asked, when the reply is silent");
    let session = bench.session();
    assert!(bench.fake.run(session.is_signed_in()));
    assert_eq!(bench.fake.run(session.access_token(false)).unwrap().expose(), "access-1");
}

#[test]
fn the_exchange_goes_where_the_sign_in_was_begun_for() {
    let bench = Bench::default();
    let mut mediated = preset();
    mediated.endpoints.token = Some("https://app.example.com/oauth2/token".into());
    exchange(&bench, mediated, with_claims(|_| ())).unwrap();
    assert_eq!(bench.fake.requests()[0].url, "https://app.example.com/oauth2/token");
}

#[test]
fn a_narrower_scope_is_kept_as_granted() {
    let bench = Bench::default();
    let narrower = |_: &str| {
        let mut reply = tokens();
        reply["scope"] = "phone".into();
        Reply::json(200, &reply.to_string())
    };
    exchange(&bench, preset(), narrower).expect("without openid there need not be an ID token");
    assert_eq!(bench.stored().unwrap()["scope"], "phone");
}

#[test]
fn each_claim_is_checked() {
    assert!(id_token_refusal(|c| c["iss"] = "https://evil.example.com/".into()).contains("`iss`"));
    assert!(id_token_refusal(|c| c["sub"] = "".into()).contains("`sub`"));
    assert!(id_token_refusal(|c| c["aud"] = "other".into()).contains("`aud`"));
    assert!(id_token_refusal(|c| c["aud"] = json!(["other"])).contains("`aud`"));
    assert!(id_token_refusal(|c| c["aud"] = json!([CLIENT, "other"])).contains("`azp`"));
    assert!(id_token_refusal(|c| c["azp"] = "other".into()).contains("`azp`"));
    assert!(id_token_refusal(|c| c["exp"] = json!(NOW_SECONDS - 60)).contains("`exp`"));
    assert!(id_token_refusal(|c| c["exp"] = json!(NOW_SECONDS - 61)).contains("`exp`"));
    assert!(id_token_refusal(|c| c["nonce"] = "other".into()).contains("`nonce`"));
    assert!(id_token_refusal(|c| _ = c.as_object_mut().unwrap().remove("nonce")).contains("`nonce`"));
    for name in ["iss", "sub", "aud", "exp", "iat"] {
        assert!(id_token_refusal(|c| _ = c.as_object_mut().unwrap().remove(name)).contains("can't be read"), "{name}");
    }
}

#[test]
fn a_token_may_be_a_minute_over_and_have_several_audiences() {
    let edges = with_claims(|c| {
        c["exp"] = json!(NOW_SECONDS - 59);
        c["aud"] = json!(["other", CLIENT]);
        c["azp"] = CLIENT.into();
    });
    exchange(&Bench::default(), preset(), edges).unwrap();
}

#[test]
fn a_clock_that_is_off_does_not_keep_anybody_out() {
    for seconds in [-86_400, -600, -61, 61, 600, 86_400] {
        let made = |c: &mut Value| {
            c["iat"] = json!(NOW_SECONDS + seconds);
            c["exp"] = json!(NOW_SECONDS + seconds + 300);
        };
        exchange(&Bench::default(), preset(), with_claims(made)).unwrap();
        let over = |c: &mut Value| {
            made(c);
            c["exp"] = json!(NOW_SECONDS + seconds - 62);
        };
        assert!(exchange(&Bench::default(), preset(), with_claims(over)).is_err(), "it had ended when it was made");
    }
}

#[test]
fn an_id_token_that_is_left_out_or_no_jwt_is_refused() {
    for id_token in ["".into(), "a.b".into(), "a.b.c".into(), "a.b.c.d".into(), "a.WzFd.c".into()] {
        let reply = |_: &str| {
            let mut reply = tokens();
            reply["id_token"] = id_token;
            Reply::json(200, &reply.to_string())
        };
        assert_eq!(exchange(&Bench::default(), preset(), reply).unwrap_err().code, AuthCode::IdTokenInvalid);
    }
}

#[test]
fn an_id_token_that_is_no_string_costs_the_name_and_not_the_sign_in() {
    for id_token in [Value::Null, 7.into(), Value::Array(vec![])] {
        let reply = |_: &str| {
            let mut reply = tokens();
            reply["id_token"] = id_token;
            Reply::json(200, &reply.to_string())
        };
        assert!(exchange(&Bench::default(), preset(), reply).is_ok());
    }
}

#[test]
fn without_an_issuer_the_answer_has_to_agree_with_itself() {
    let mut options = AuthOptions { preset: None, ..preset() };
    options.endpoints.authorization = Some("https://id.example.com/auth".into());
    options.endpoints.token = Some("https://id.example.com/token".into());
    for (iss, good) in [("https://id.example.com", true), ("https://evil.example.com", false)] {
        let bench = Bench::default();
        let session = bench.session_with(options.clone()).unwrap();
        let sent = bench.begin(&session, SignIn::default());
        let mut claims = claims(&sent["nonce"]);
        claims["iss"] = iss.into();
        let mut reply = tokens();
        reply["id_token"] = jwt(&claims).into();
        bench.fake.reply(Reply::json(200, &reply.to_string()));
        let url = callback(&sent["state"], "code=a-code&iss=https%3A%2F%2Fid.example.com");
        assert_eq!(bench.fake.run(session.handle_callback(&url)).is_ok(), good, "{iss}");
    }
}

#[test]
fn replies_that_are_no_tokens_are_refused_without_being_quoted() {
    let bodies = [
        "",
        "<!doctype html>planted-secret",
        r#"["planted-secret","bearer"]"#,
        r#"{"token_type":"bearer","refresh_token":"planted-secret"}"#,
        r#"{"access_token":"planted-secret\u00e9","token_type":"bearer"}"#,
        "access_token=planted-secret&token_type=bearer",
        r#"{"access_token":"planted-secret","token_type":"mac"}"#,
        r#"{"access_token":"","token_type":"bearer"}"#,
        r#"{"access_token":"planted-secret x","token_type":"bearer"}"#,
        r#"{"access_token":"planted-secret\n","token_type":"bearer"}"#,
        r#"{"access_token":7,"token_type":"planted-secret"}"#,
        r#"{"access_token":"planted-secret","token_type":"bearer""#,
    ];
    for body in bodies {
        let error = exchange(&Bench::default(), preset(), |_| Reply::json(200, body)).unwrap_err();
        assert_eq!((error.code, error.kind), (AuthCode::InvalidResponse, Kind::Protocol), "{body}");
        assert!(!format!("{error:?} {error}").contains("planted-secret"), "{error:?}");
    }
}

#[test]
fn a_refused_code_is_the_providers_error() {
    let refused = |_: &str| {
        Reply::json(400, r#"{"error":"invalid_grant","error_description":"The code a-code was used already."}"#)
    };
    let error = exchange(&Bench::default(), preset(), refused).unwrap_err();
    assert_eq!((error.code, error.kind, error.http_status), (AuthCode::InvalidGrant, Kind::Auth, Some(400)));
    assert_eq!(error.description.as_deref(), Some("The code [removed] was used already."));
    assert_eq!(error.app_state.as_deref(), Some("[1]"));
}

#[test]
fn a_code_is_sent_once_even_if_no_reply_comes() {
    for kind in [HttpFailureKind::Network, HttpFailureKind::BodyBroken] {
        let bench = Bench::default();
        let error = exchange(&bench, preset(), |_| Reply::failing(kind)).unwrap_err();
        assert_eq!((error.code, error.retryable), (AuthCode::Network, false));
        assert_eq!(bench.fake.requests().len(), 1);
    }
}

#[test]
fn a_token_store_that_refuses_fails_the_sign_in() {
    let bench = Bench::default();
    let session = bench.session();
    let sent = bench.begin(&session, SignIn::default());
    bench.tokens.refuse(true);
    bench.fake.reply(Reply::json(200, &with_id_token(tokens(), &sent["nonce"]).to_string()));
    bench.fake.reply(Reply::json(200, "")).reply(Reply::json(200, ""));
    let error = bench.fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code"))).unwrap_err();
    assert_eq!(error.code, AuthCode::StorageUnavailable);
    assert!(bench.events().is_empty() && bench.pending.entries().is_empty());
    let revoked: Vec<String> =
        bench.fake.requests()[1..].iter().map(|request| fields(request)["token"].clone()).collect();
    assert_eq!(revoked, ["refresh-1", "access-1"], "nobody has them now");
}

#[test]
fn a_token_store_that_refuses_is_noticed_before_the_page_is_left() {
    let bench = Bench::default();
    let session = bench.session();
    bench.tokens.refuse(true);
    let error = bench.fake.run(session.authorization_url(SignIn::default())).unwrap_err();
    assert_eq!(error.code, AuthCode::StorageUnavailable);
    bench.tokens.refuse(false);
    bench.fake.run(session.authorization_url(SignIn::default())).unwrap();
    assert!(bench.tokens.entries().is_empty(), "nothing is left of trying");
}
