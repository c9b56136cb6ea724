//! Secrets are planted everywhere, and looked for in all that can be shown.

use super::*;
use crate::auth::id_token::Claims;
use crate::auth::life::Life;
use crate::auth::pending::Pending;
use crate::auth::stored::Stored;
use crate::auth::token_reply::TokenReply;
use crate::auth::{Secret, SignOut};
use crate::seams::{Clock, Fields, HttpFailureKind, Json};

const MARK: &str = "PLANTED";

fn clean(what: &str, shown: &str) {
    assert!(!shown.contains(MARK), "{what} shows a secret: {shown}");
}

fn shown(error: &AuthError) -> String {
    format!("{error:?} {error:#?} {error} {:?}", error.app_state)
}

fn planted() -> Value {
    json!({ "access_token": "PLANTED-access", "token_type": "bearer", "expires_in": 3600,
            "refresh_token": "PLANTED-refresh" })
}

#[test]
fn debug_of_every_type_that_holds_one_is_redacted() {
    let bench = Bench::default();
    let session = bench.signed_in(planted());
    let reply = with_id_token(planted(), "n").to_string();
    let tokens = TokenReply::read(reply.as_bytes(), false).unwrap();
    clean("TokenReply", &format!("{tokens:?}"));
    let life = Life { since: bench.fake.now(), ms: 1.0 };
    clean("Stored", &format!("{:?}", Stored::new("id".into(), tokens, life, None, "openid".into())));
    clean("Secret", &format!("{:?} {:#?}", Secret::new("PLANTED"), Secret::new("PLANTED")));

    bench.begin(&session, SignIn::default());
    let text = bench.pending.entries().into_values().next().unwrap();
    let mut record: Value = serde_json::from_str(&text).unwrap();
    for name in ["verifier", "nonce", "app_state"] {
        record[name] = format!("PLANTED-{name}").into();
    }
    clean("Fields", &format!("{:?}", Fields::parse(&record.to_string()).unwrap()));
    clean("Json", &format!("{:?}", Json::parse(&record.to_string()).unwrap()));
    clean("Json", &format!("{:?}", Json::parse("\"PLANTED\"").unwrap()));
    let record = Pending::read(&record.to_string()).unwrap();
    assert_eq!(record.verifier.expose(), "PLANTED-verifier");
    clean("Pending", &format!("{record:?}"));

    for request in bench.fake.requests() {
        clean("HttpRequest", &format!("{request:?}"));
    }
    (0..2).for_each(|_| _ = bench.fake.reply(Reply::new(200, &[], "")));
    let id_token = bench.stored().unwrap()["id_token"].as_str().unwrap().to_owned();
    let report = bench.fake.run(session.sign_out(SignOut::default())).unwrap();
    assert!(!format!("{report:?}").contains(&id_token));
    assert!(Claims::read(&Secret::new(id_token)).is_some());
}

#[test]
fn no_failure_of_the_token_endpoint_shows_code_verifier_or_tokens() {
    let echo = |status: u16| {
        move |verifier: &str| {
            let words = format!("code PLANTED-code, verifier {verifier}, tokens PLANTED-code and so on");
            Reply::json(status, &json!({ "error": words, "error_description": words, "error_uri": words }).to_string())
        }
    };
    type MakeReply = Box<dyn Fn(&str) -> Reply>;
    let replies: Vec<MakeReply> = vec![
        Box::new(echo(400)),
        Box::new(echo(500)),
        Box::new(|_| Reply::failing(HttpFailureKind::Network)),
        Box::new(|_| Reply::json(200, "PLANTED")),
        Box::new(|_| Reply::json(200, r#"{"access_token":"PLANTED","token_type":"PLANTED"}"#)),
        Box::new(|_| Reply::json(200, r#"{"access_token":"PLANTED","token_type":"bearer","id_token":"PLANTED"}"#)),
        Box::new(|_| Reply::json(200, r#"{"access_token":"PLANTED","token_type":"bearer","expires_in":[{}}"#)),
        Box::new(|_| {
            let mut reply = planted();
            reply["id_token"] = jwt(&claims("PLANTED")).into();
            Reply::json(200, &reply.to_string())
        }),
        Box::new(|_| Reply { opaque_redirect: true, ..Reply::new(0, &[], "PLANTED") }),
    ];
    for reply in replies {
        let bench = Bench::default();
        let session = bench.session();
        let state = bench.begin(&session, SignIn::default())["state"].clone();
        let text = bench.pending.entries().into_values().next().unwrap();
        let verifier = serde_json::from_str::<Value>(&text).unwrap()["verifier"].as_str().unwrap().to_owned();
        bench.fake.reply(reply(&verifier));
        let error = bench.fake.run(session.handle_callback(&callback(&state, "code=PLANTED-code"))).unwrap_err();
        let shown = shown(&error);
        clean("AuthError", &shown);
        assert!(!shown.contains(&verifier), "{shown}");
    }
}

#[test]
fn no_failure_of_a_callback_shows_its_code() {
    let bench = Bench::default();
    let session = bench.session();
    let state = bench.begin(&session, SignIn::default())["state"].clone();
    let urls = [
        callback("unknown", "code=PLANTED"),
        callback(&state, "code=PLANTED&code=PLANTED"),
        format!("{CALLBACK}?code=PLANTED"),
        "PLANTED?code=PLANTED&state=PLANTED".to_owned(),
        callback(&state, "code=PLANTED&iss=PLANTED"),
    ];
    for url in urls {
        let error = bench.fake.run(session.handle_callback(&url)).unwrap_err();
        clean(&url, &shown(&error));
    }
}

#[test]
fn no_failure_with_a_session_shows_its_tokens() {
    let echo = json!({ "error": "PLANTED-refresh", "error_description": "PLANTED-refresh PLANTED-access" }).to_string();
    let statuses = [400, 401, 403, 429, 500];
    for status in statuses {
        let bench = Bench::default();
        let session = bench.signed_in(planted());
        // The refresh sends the refresh token only; the access token is no part of what a provider could repeat.
        let echo = echo.replace(" PLANTED-access", "");
        bench.fake.reply(Reply::json(status, &echo));
        clean("refresh", &shown(&bench.fake.run(session.access_token(true)).unwrap_err()));
    }
    for status in statuses.into_iter().filter(|status| *status != 401) {
        let bench = Bench::default();
        let session = bench.signed_in(planted());
        bench.fake.reply(Reply::json(status, &echo.replace("PLANTED-refresh", "PLANTED-access")));
        clean("user", &shown(&bench.fake.run(session.user()).unwrap_err()));
    }
}

#[test]
fn nothing_secret_is_left_in_the_store_after_a_sign_out() {
    let bench = Bench::default();
    let session = bench.signed_in(planted());
    (0..2).for_each(|_| _ = bench.fake.reply(Reply::new(200, &[], "")));
    bench.fake.run(session.sign_out(SignOut::default())).unwrap();
    assert!(bench.tokens.entries().is_empty() && bench.pending.entries().is_empty());
}
