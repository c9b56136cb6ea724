//! Signatures of ID tokens, and tokens that are bound to a key.

use super::refresh::{ok, renewed};
use super::*;
use crate::auth::{AuthCode, Secret};
use crate::seams::header;

fn checking() -> AuthOptions {
    AuthOptions { skip_signature: false, ..preset() }
}

fn keys(kid: &str, modulus: &str) -> Reply {
    let key = json!({ "kty": "RSA", "kid": kid, "use": "sig", "n": modulus, "e": "AQAB" });
    Reply::json(200, &json!({ "keys": [key] }).to_string())
}

/// Signs in with `replies` of the key endpoint behind that of the token endpoint.
fn sign_in(bench: &Bench, replies: Vec<Reply>) -> Result<(), AuthCode> {
    Realm::begin_page();
    let session = bench.session_with(checking()).unwrap();
    let sent = bench.begin(&session, SignIn::default());
    bench.fake.reply(ok(&with_id_token(tokens(), &sent["nonce"])));
    for reply in replies {
        bench.fake.reply(reply);
    }
    let done = bench.fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code")));
    done.map(drop).map_err(|error| error.code)
}

#[test]
fn the_provider_must_have_signed_the_id_token() {
    assert_eq!(sign_in(&Bench::default(), vec![keys("any", "good")]), Ok(()));
    assert_eq!(sign_in(&Bench::default(), vec![keys("any", "other")]), Err(AuthCode::IdTokenInvalid));
    for unreachable in
        [Reply::json(503, ""), Reply::json(200, "<html>"), Reply::failing(crate::seams::HttpFailureKind::Network)]
    {
        assert_eq!(sign_in(&Bench::default(), vec![unreachable]), Err(AuthCode::JwksUnreachable));
    }
    let bench = Bench::default();
    bench.fake.refuse_crypto();
    assert_eq!(sign_in(&bench, vec![keys("any", "good")]), Err(AuthCode::InvalidConfig));
}

#[test]
fn keys_without_names_are_fetched_again_once_when_none_fits() {
    let unnamed = |modulus: &str| {
        let key = json!({ "kty": "RSA", "n": modulus, "e": "AQAB" });
        Reply::json(200, &json!({ "keys": [key] }).to_string())
    };
    let bench = Bench::default();
    let session = bench.session_with(checking()).unwrap();
    let enter = |replies: Vec<Reply>| {
        let sent = bench.begin(&session, SignIn::default());
        bench.fake.reply(ok(&with_id_token(tokens(), &sent["nonce"])));
        replies.into_iter().for_each(|reply| _ = bench.fake.reply(reply));
        let done = bench.fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code")));
        done.map(drop).map_err(|error| error.code)
    };
    assert_eq!(enter(vec![unnamed("other")]), Err(AuthCode::IdTokenInvalid));
    assert_eq!(enter(vec![unnamed("good")]), Ok(()), "rotated");
    assert_eq!(enter(vec![]), Ok(()), "known now");
}

#[test]
fn a_refresh_is_not_lost_for_the_want_of_keys() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    Realm::begin_page();
    let session = bench.session_with(checking()).unwrap();
    let mut without_nonce = claims("");
    without_nonce.as_object_mut().unwrap().remove("nonce");
    let mut reply = renewed(2);
    reply["id_token"] = jwt(&without_nonce).into();
    bench.fake.reply(ok(&reply)).reply(Reply::json(503, ""));
    assert_eq!(bench.fake.run(session.access_token(true)).unwrap().expose(), "access-2");
    assert_ne!(bench.stored().unwrap()["id_token"], reply["id_token"], "but that token is not taken");
}

fn bound(n: u32) -> Value {
    let mut reply = if n == 1 { tokens() } else { renewed(n) };
    reply["token_type"] = "DPoP".into();
    reply
}

#[test]
fn a_bound_session_proves_each_request_and_repeats_one_for_a_nonce() {
    let bench = Bench::default();
    Realm::begin_page();
    let options = AuthOptions { dpop: true, ..preset() };
    let session = bench.session_with(options.clone()).unwrap();
    let sent = bench.begin(&session, SignIn::default());
    let demand = Reply::new(400, &[("dpop-nonce", "nonce-1")], r#"{"error":"use_dpop_nonce"}"#);
    bench.fake.reply(demand.clone()).reply(ok(&with_id_token(bound(1), &sent["nonce"])));
    bench.fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code"))).unwrap();
    let proofs: Vec<String> = bench
        .fake
        .requests()
        .iter()
        .map(|request| header(&request.headers, "dpop").expect("a proof").to_owned())
        .collect();
    let said = |proof: &str| -> Value {
        let part = proof.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!((&said(&proofs[0])["nonce"], &said(&proofs[1])["nonce"]), (&Value::Null, &json!("nonce-1")));
    assert_eq!((&said(&proofs[1])["htm"], &said(&proofs[1])["htu"]), (&json!("POST"), &json!(TOKEN_ENDPOINT)));
    assert_eq!(bench.fake.proof_keys().len(), 1);

    let token = Secret::new("access-1");
    let call = "https://api.example.com/a.B/C";
    let headers = bench.fake.run(session.headers(&token, call)).unwrap();
    assert_eq!(headers[0], ("authorization", "DPoP access-1".to_owned()));
    assert!(said(&headers[1].1)["ath"].is_string());
    let refusal = [
        ("www-authenticate".to_owned(), r#"DPoP error="use_dpop_nonce""#.to_owned()),
        ("dpop-nonce".to_owned(), "nonce-2".to_owned()),
    ];
    assert!(session.heed(call, &refusal) && !session.heed(call, &[]));

    bench.fake.reply(Reply::json(200, "")).reply(Reply::json(200, ""));
    bench.fake.run(session.sign_out(crate::auth::SignOut { local_only: true, ..Default::default() })).unwrap();
    assert!(bench.fake.proof_keys().is_empty(), "the key goes with the tokens");
}

#[test]
fn a_token_that_anybody_could_use_is_not_taken_for_a_bound_one() {
    let bench = Bench::default();
    Realm::begin_page();
    let session = bench.session_with(AuthOptions { dpop: true, ..preset() }).unwrap();
    let sent = bench.begin(&session, SignIn::default());
    bench.fake.reply(ok(&with_id_token(tokens(), &sent["nonce"])));
    let error = bench.fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code"))).unwrap_err();
    assert_eq!(error.code, AuthCode::InvalidResponse);
    assert!(bench.stored().is_none());
}

#[test]
fn consent_is_taken_back_only_by_who_began_it() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    let state = bench.fake.run(session.begin_consent_revocation()).unwrap();
    let answer = |state: &str, rest: &str| format!("{CALLBACK}?state={state}{rest}");
    let code = |url: String| bench.fake.run(session.finish_consent_revocation(&url)).map_err(|error| error.code);
    assert_eq!(code(answer("forged", "")), Err(AuthCode::StateUnknown));
    assert_eq!(code(answer(&state, "&error=access_denied")), Err(AuthCode::AccessDenied));
    assert!(bench.stored().is_some());
    let state = bench.fake.run(session.begin_consent_revocation()).unwrap();
    bench.fake.reply(Reply::json(200, "")).reply(Reply::json(200, ""));
    assert_eq!(code(answer(&state, "")), Ok(()));
    assert_eq!(code(answer(&state, "")), Err(AuthCode::StateUnknown), "once");
    assert!(bench.stored().is_none());
    assert_eq!(bench.events(), [SessionEvent::SignedOut]);
}
