//! Several tabs of one browser: one session, one refresh at a time.

use super::refresh::{ok, renewed};
use super::*;
use crate::auth::AuthCode;
use crate::seams::HttpFailureKind;
use futures::future::{join, join3};

/// Two tabs that share what the first one signed in to.
fn two_tabs(bench: &Bench) -> [Session<Fake, FakeStore>; 2] {
    bench.tokens.share();
    let first = bench.signed_in(tokens());
    [first, bench.session()]
}

fn lost() -> Reply {
    Reply::failing(HttpFailureKind::BodyBroken)
}

#[test]
fn two_tabs_refresh_once() {
    for without_locks in [false, true] {
        let bench = Bench::default();
        let [one, two] = two_tabs(&bench);
        if without_locks {
            bench.fake.refuse_locks();
        }
        bench.fake.reply(ok(&renewed(2)).after(500.0));
        let asked = bench.fake.requests().len();
        let both = bench.fake.run(join(one.access_token(true), two.access_token(true)));
        assert_eq!((both.0.unwrap().expose(), both.1.unwrap().expose()), ("access-2", "access-2"));
        assert_eq!(bench.fake.requests().len(), asked + 1);
        bench.fake.drain();
        assert_eq!(bench.tokens.entries().len(), 1, "neither lease nor note is left");
    }
}

#[test]
fn a_tab_that_hangs_is_overtaken() {
    let bench = Bench::default();
    let [_, two] = two_tabs(&bench);
    let key = bench.tokens.entries().keys().next().unwrap().replace("/session/", "/refresh/");
    let _held = bench.fake.run(crate::seams::Locks::lock(&bench.fake, &key, false)).unwrap();
    bench.fake.reply(ok(&renewed(2)));
    assert_eq!(bench.fake.run(two.access_token(true)).unwrap().expose(), "access-2");
    assert_eq!(bench.fake.stolen(), 1);
    assert!((35_050.0..37_000.0).contains(&bench.fake.elapsed_ms()), "{}", bench.fake.elapsed_ms());
}

#[test]
fn a_lost_reply_is_asked_for_again_and_told_by_its_own_word_when_that_fails() {
    let refusal = || Reply::json(400, r#"{"error":"invalid_grant"}"#);
    // In one refresh; over two; and cut off in a way that some browsers do not notice.
    for replies in [
        vec![lost(), refusal()],
        vec![lost(), lost(), refusal()],
        vec![Reply::json(200, r#"{"access_tok"#), refusal()],
        vec![lost(), Reply::json(400, r#"{"err"#), refusal()],
    ] {
        let bench = Bench::default();
        let [one, two] = two_tabs(&bench);
        bench.fake.advance(3_600_000.0);
        for reply in &replies {
            bench.fake.reply(reply.clone());
        }
        let mut code = bench.fake.run(one.access_token(true)).unwrap_err().code;
        if code != AuthCode::SessionExpired {
            code = bench.fake.run(two.access_token(true)).unwrap_err().code;
        }
        assert_eq!(code, AuthCode::SessionExpired);
        bench.fake.drain();
        let ended = SessionEvent::SessionExpired(AuthCode::RefreshReplyLost);
        assert_eq!(bench.events(), [ended.clone(), ended], "one in each tab");
        assert!(bench.tokens.entries().is_empty());
    }
}

#[test]
fn a_sign_out_reaches_the_other_tab_and_its_calls() {
    use crate::auth::{Owners, SignOut};
    let bench = Bench::default();
    let [one, two] = two_tabs(&bench);
    let ended = two.ended();
    bench.fake.reply(Reply::json(200, "")).reply(Reply::json(200, ""));
    bench.fake.run(one.sign_out(SignOut { local_only: true, ..SignOut::default() })).unwrap();
    bench.fake.drain();
    assert_eq!(bench.fake.run(ended).code, AuthCode::SignInRequired);
    assert_eq!(bench.events(), [SessionEvent::SignedOut, SessionEvent::SignedOut]);
}

#[test]
fn a_copied_tab_has_no_refresh_token() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    bench.tokens.mark_as_copy();
    bench.fake.begin_page();
    let copy = bench.session();
    assert_eq!(bench.fake.run(copy.access_token(false)).unwrap().expose(), "access-1");
    assert_eq!(bench.fake.run(copy.access_token(true)).unwrap_err().code, AuthCode::SignInRequired);
    assert_eq!(bench.stored().unwrap()["refresh_token"], Value::Null);
}

#[test]
fn what_a_copied_tab_signs_in_to_is_its_own() {
    // What was copied was no session.
    let bench = Bench::default();
    bench.tokens.mark_as_copy();
    bench.fake.begin_page();
    let session = bench.signed_in(tokens());
    for session in [session, bench.session()] {
        bench.fake.run(session.is_signed_in());
        assert_eq!(bench.stored().unwrap()["refresh_token"], "refresh-1", "also after a crash: a fresh instance");
    }
    // In a copy of this one it is not.
    bench.fake.begin_page();
    bench.fake.run(bench.session().is_signed_in());
    assert_eq!(bench.stored().unwrap()["refresh_token"], Value::Null);
}

fn renewing(bench: &Bench, life_seconds: u32) -> Session<Fake, FakeStore> {
    let mut short = tokens();
    short["expires_in"] = json!(life_seconds);
    bench.signed_in(short);
    Realm::begin_page();
    let session = bench.session_with(AuthOptions { auto_refresh: true, ..preset() }).unwrap();
    assert!(bench.fake.run(session.is_signed_in()));
    session
}

fn wait(bench: &Bench, ms: f64) {
    bench.fake.run(crate::seams::Timer::sleep(&bench.fake, ms));
}

#[test]
fn a_token_is_renewed_before_its_end_though_nobody_asks() {
    let bench = Bench::default();
    let _session = renewing(&bench, 3600);
    bench.fake.reply(ok(&renewed(2)));
    wait(&bench, 2_879_000.0);
    assert_eq!(bench.stored().unwrap()["access_token"], "access-1", "four fifths of its life it is left alone");
    wait(&bench, 362_000.0);
    assert_eq!(bench.stored().unwrap()["access_token"], "access-2");
}

#[test]
fn trouble_is_told_and_tried_again() {
    let bench = Bench::default();
    let _session = renewing(&bench, 100);
    // Two refreshes, each of which asks twice.
    for _ in 0..4 {
        bench.fake.reply(Reply::failing(HttpFailureKind::Network));
    }
    bench.fake.reply(ok(&renewed(2)));
    wait(&bench, 95_000.0);
    assert_eq!(bench.stored().unwrap()["access_token"], "access-2");
    assert!(bench.events().iter().any(|event| matches!(event, SessionEvent::TokenRefreshed { .. })));
}

#[test]
fn a_page_that_wakes_catches_up_at_once() {
    let bench = Bench::default();
    let _session = renewing(&bench, 3600);
    wait(&bench, 1_000.0);
    // The machine sleeps: timers stand still, and fire late.
    bench.fake.advance(3_500_000.0);
    bench.fake.reply(ok(&renewed(2)));
    bench.fake.wake();
    wait(&bench, 1_100.0);
    assert_eq!(bench.stored().unwrap()["access_token"], "access-2");
}

#[test]
fn a_session_without_refresh_token_is_told_before_its_end_and_at_it() {
    let bench = Bench::default();
    let mut bare = tokens();
    bare.as_object_mut().unwrap().remove("refresh_token");
    bench.signed_in(bare);
    Realm::begin_page();
    let session = bench.session_with(AuthOptions { auto_refresh: true, ..preset() }).unwrap();
    assert!(bench.fake.run(session.is_signed_in()));
    wait(&bench, 3_541_000.0);
    assert!(matches!(bench.events()[..], [SessionEvent::TokenExpiring { .. }]));
    wait(&bench, 60_000.0);
    assert_eq!(bench.events(), [SessionEvent::SessionExpired(AuthCode::SessionExpired)]);
}

#[test]
fn somebody_else_watches_when_the_first_is_gone() {
    let bench = Bench::default();
    let first = renewing(&bench, 3600);
    let _idle = bench.another_session();
    let second = bench.session_with(AuthOptions { auto_refresh: true, ..preset() }).unwrap();
    drop(first);
    bench.fake.reply(ok(&renewed(2)));
    wait(&bench, 3_241_000.0);
    assert_eq!(bench.stored().unwrap()["access_token"], "access-2");
    drop(second);
}

#[test]
fn watching_ends_with_the_last_handle() {
    let bench = Bench::default();
    drop(renewing(&bench, 3600));
    bench.fake.drain();
}

#[test]
fn three_callers_in_two_tabs_wait_for_one_answer() {
    let bench = Bench::default();
    let [one, two] = two_tabs(&bench);
    bench.fake.reply(ok(&renewed(2)).after(100.0));
    let all = join3(one.access_token(true), one.access_token(true), two.access_token(true));
    let (first, second, third) = bench.fake.run(all);
    assert_eq!([first, second, third].map(|token| token.unwrap().expose().to_owned()), ["access-2"; 3]);
}

#[test]
fn a_tab_whose_store_is_behind_waits_for_what_another_wrote() {
    let bench = Bench::default();
    let [one, two] = two_tabs(&bench);
    bench.fake.reply(ok(&renewed(2)));
    let before = bench.tokens.clone();
    bench.fake.run(one.access_token(true)).unwrap();
    // The second tab still reads what was there before, as if the first had written it only now.
    let newest = bench.tokens.entries();
    let key = newest.keys().find(|key| key.contains("/session/")).unwrap().clone();
    let text = newest[&key].clone();
    let old = text.replace("access-2", "access-1").replace("refresh-2", "refresh-1");
    let old = old.replace("\"since_wall_ms\":18", "\"since_wall_ms\":17");
    assert_ne!(old, text);
    bench.overwrite(&old);
    before.fall_behind(12);
    bench.overwrite(&text);
    let asked = bench.fake.requests().len();
    let begun = bench.fake.elapsed_ms();
    assert_eq!(bench.fake.run(two.access_token(true)).unwrap().expose(), "access-2");
    assert_eq!(bench.fake.requests().len(), asked, "an old refresh token was sent");
    assert!(bench.fake.elapsed_ms() > begun, "it waited");
}
