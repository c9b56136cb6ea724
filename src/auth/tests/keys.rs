//! Whose key a session is bound to, and when it goes.

use super::refresh::{ok, renewed};
use super::*;
use crate::auth::{AuthCode, Secret, SignOut};
use crate::seams::header;

fn binding() -> AuthOptions {
    AuthOptions { dpop: true, ..preset() }
}

fn bound(mut reply: Value) -> Value {
    reply["token_type"] = "DPoP".into();
    reply
}

/// Signs in in a tab of its own; the name of its key.
fn tab(fake: &Fake, options: AuthOptions, reply: Value) -> (Bench, Session<Fake, FakeStore>) {
    let bench = Bench { fake: fake.clone(), ..Bench::default() };
    Realm::begin_page();
    let session = bench.session_with(options).unwrap();
    let sent = bench.begin(&session, SignIn::default());
    fake.reply(ok(&with_id_token(reply, &sent["nonce"])));
    fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code"))).unwrap();
    bench.events();
    (bench, session)
}

fn leave(fake: &Fake, session: &Session<Fake, FakeStore>) {
    fake.reply(Reply::json(200, "")).reply(Reply::json(200, ""));
    fake.run(session.sign_out(SignOut { local_only: true, ..SignOut::default() })).unwrap();
}

#[test]
fn one_tabs_end_leaves_the_others_key_alone() {
    let fake = Fake::new();
    let (_, one) = tab(&fake, binding(), bound(tokens()));
    let first = fake.proof_keys();
    let mut bare = bound(tokens());
    bare.as_object_mut().unwrap().remove("refresh_token");
    let (_, two) = tab(&fake, binding(), bare);
    assert_eq!(fake.proof_keys().len(), 2, "each has its own");
    fake.advance(3_600_001.0);
    assert_eq!(fake.run(two.access_token(false)).unwrap_err().code, AuthCode::SessionExpired);
    assert_eq!(fake.proof_keys(), first);
    fake.reply(ok(&bound(renewed(2))));
    fake.run(one.access_token(false)).unwrap();
    assert_eq!(fake.proof_keys(), first, "no new one was made");
}

#[test]
fn a_copied_tab_leaves_the_key_to_the_original() {
    let fake = Fake::new();
    let (bench, _original) = tab(&fake, binding(), bound(tokens()));
    bench.tokens.mark_as_copy();
    fake.begin_page();
    Realm::begin_page();
    let copy = bench.session_with(binding()).unwrap();
    let token = fake.run(copy.access_token(false)).unwrap();
    assert_eq!(fake.run(copy.headers(&token, "https://api.example.com/a.B/C")).unwrap()[0].1, "DPoP access-1");
    fake.advance(3_600_001.0);
    assert_eq!(fake.run(copy.access_token(false)).unwrap_err().code, AuthCode::SessionExpired);
    assert_eq!(fake.proof_keys().len(), 1);
}

#[test]
fn a_new_sign_in_and_one_that_fails_leave_no_key_behind() {
    let fake = Fake::new();
    let (bench, session) = tab(&fake, binding(), bound(tokens()));
    let before = fake.proof_keys();
    let sent = bench.begin(&session, SignIn::default());
    fake.reply(Reply::json(400, r#"{"error":"invalid_grant"}"#));
    fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code"))).unwrap_err();
    assert_eq!(fake.proof_keys(), before);
    let sent = bench.begin(&session, SignIn::default());
    fake.reply(ok(&with_id_token(bound(renewed(2)), &sent["nonce"])));
    fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code"))).unwrap();
    assert!(fake.proof_keys().len() == 1 && fake.proof_keys() != before);
    leave(&fake, &session);
    assert!(fake.proof_keys().is_empty());
}

#[test]
fn a_session_goes_on_as_it_began_though_the_option_changed() {
    for was_bound in [true, false] {
        let fake = Fake::new();
        let of = |reply| if was_bound { bound(reply) } else { reply };
        let (bench, _) = tab(&fake, AuthOptions { dpop: was_bound, ..preset() }, of(tokens()));
        Realm::begin_page();
        let session = bench.session_with(AuthOptions { dpop: !was_bound, ..preset() }).unwrap();
        fake.reply(ok(&of(renewed(2))));
        let token = fake.run(session.access_token(true)).unwrap();
        let headers = fake.run(session.headers(&token, "https://api.example.com/a.B/C")).unwrap();
        assert_eq!(headers[0].1, if was_bound { "DPoP access-2" } else { "Bearer access-2" });
        let request = fake.requests().pop().unwrap();
        assert_eq!((header(&request.headers, "dpop").is_some(), headers.len() == 2), (was_bound, was_bound));
        leave(&fake, &session);
        assert!(fake.proof_keys().is_empty());
    }
}

#[test]
fn of_calls_at_the_same_time_each_is_repeated_for_a_nonce() {
    let fake = Fake::new();
    let (_, session) = tab(&fake, binding(), bound(tokens()));
    let (token, call) = (Secret::new("access-1"), "https://api.example.com/a.B/C");
    for _ in 0..2 {
        fake.run(session.headers(&token, call)).unwrap();
    }
    let refusal = [
        ("www-authenticate".to_owned(), r#"DPoP error="use_dpop_nonce""#.to_owned()),
        ("dpop-nonce".to_owned(), "nonce-1".to_owned()),
    ];
    assert!(session.heed(call, &refusal), "the first is told the nonce");
    assert!(session.heed(call, &refusal), "the second was sent before that");
}

#[test]
fn keys_that_never_answer_are_told_in_time() {
    let fake = Fake::new();
    let (_, session) = tab(&fake, binding(), bound(tokens()));
    fake.hang_keys();
    let headers = fake.run(session.headers(&Secret::new("access-1"), "https://api.example.com/a.B/C"));
    assert_eq!(headers.unwrap_err().code, AuthCode::InvalidConfig);
    assert_eq!(fake.elapsed_ms(), 10_000.0);
    leave(&fake, &session);
}
