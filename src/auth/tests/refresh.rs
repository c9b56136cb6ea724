//! Access tokens, fresh ones and renewed ones.

use super::*;
use crate::auth::AuthCode;
use crate::auth::Secret;
use crate::seams::HttpFailureKind;
use futures::future::join3;

pub(super) fn renewed(n: u32) -> Value {
    json!({ "access_token": format!("access-{n}"), "token_type": "Bearer", "expires_in": 3600,
            "refresh_token": format!("refresh-{n}") })
}

pub(super) fn ok(reply: &Value) -> Reply {
    Reply::json(200, &reply.to_string())
}

fn token(bench: &Bench, session: &Session<Fake, FakeStore>, force: bool) -> String {
    bench.fake.run(session.access_token(force)).unwrap().expose().to_owned()
}

#[test]
fn without_a_session_there_is_no_token() {
    let bench = Bench::default();
    let session = bench.session();
    assert_eq!(bench.fake.run(session.access_token(false)).unwrap_err().code, AuthCode::SignInRequired);
    assert!(!bench.fake.run(session.is_signed_in()));
}

#[test]
fn a_token_is_used_until_a_minute_before_its_end() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.advance(3_540_000.0);
    assert_eq!(token(&bench, &session, false), "access-1");
    bench.fake.advance(1.0);
    bench.fake.reply(ok(&renewed(2)));
    assert_eq!(token(&bench, &session, false), "access-2");
    let request = bench.fake.requests().pop().unwrap();
    assert_eq!(request.url, TOKEN_ENDPOINT);
    let fields = fields(&request);
    assert_eq!(fields["grant_type"], "refresh_token");
    assert_eq!(fields["refresh_token"], "refresh-1");
    assert_eq!(fields["client_id"], CLIENT);
    assert_eq!(fields.len(), 3);
    let expires_at_wall_ms = NOW_SECONDS as f64 * 1000.0 + 3_540_001.0 + 3_600_000.0;
    assert_eq!(bench.events(), [SessionEvent::TokenRefreshed { expires_at_wall_ms }]);
    assert_eq!(bench.stored().unwrap()["refresh_token"], "refresh-2");
}

#[test]
fn of_a_short_life_the_last_tenth_is_kept_free() {
    let bench = Bench::default();
    let mut short = tokens();
    short["expires_in"] = json!(100);
    let session = bench.signed_in(short);
    bench.fake.advance(90_000.0);
    assert_eq!(token(&bench, &session, false), "access-1");
    bench.fake.advance(1.0);
    bench.fake.reply(ok(&renewed(2)));
    assert_eq!(token(&bench, &session, false), "access-2");
}

#[test]
fn a_life_counts_from_when_the_request_was_sent() {
    let bench = Bench::default();
    let session = bench.session();
    let sent = bench.begin(&session, SignIn::default());
    bench.fake.reply(ok(&with_id_token(tokens(), &sent["nonce"])).after(9_000.0));
    bench.fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code"))).unwrap();
    bench.fake.advance(3_540_000.0 - 9_000.0);
    assert_eq!(token(&bench, &session, false), "access-1");
    bench.fake.advance(1.0);
    bench.fake.reply(ok(&renewed(2)));
    assert_eq!(token(&bench, &session, false), "access-2");
}

#[test]
fn so_does_a_renewed_one() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(ok(&renewed(2)).after(9_000.0));
    token(&bench, &session, true);
    let expires_at_wall_ms = NOW_SECONDS as f64 * 1000.0 + 3_600_000.0;
    assert_eq!(bench.events(), [SessionEvent::TokenRefreshed { expires_at_wall_ms }]);
}

#[test]
fn force_renews_a_good_token() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(ok(&renewed(2)));
    let refused = Secret::new("access-1");
    for _ in 0..3 {
        assert_eq!(bench.fake.run(session.token(Some(&refused))).unwrap().expose(), "access-2", "replaced once");
    }
    assert_eq!(bench.fake.run(session.token(None)).unwrap().expose(), "access-2");
    assert_eq!(bench.fake.run(session.token(Some(&Secret::new("another")))).unwrap().expose(), "access-2");
}

#[test]
fn what_the_reply_leaves_out_stays() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    let before = bench.stored().unwrap();
    bench.fake.reply(Reply::json(200, r#"{"access_token":"access-2","token_type":"bearer"}"#));
    token(&bench, &session, true);
    let after = bench.stored().unwrap();
    assert_eq!(after["access_token"], "access-2");
    for name in ["refresh_token", "id_token", "sub", "scope"] {
        assert_eq!(after[name], before[name], "{name}");
        assert!(after[name].is_string(), "{name}");
    }
    assert_eq!(after["life_ms"], json!(300_000.0), "five minutes when the provider is silent");
}

#[test]
fn many_callers_are_one_refresh() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    let sent_before = bench.fake.requests().len();
    bench.fake.reply(ok(&renewed(2)).after(200.0));
    let other = session.clone();
    let (a, b, c) =
        bench.fake.run(join3(session.access_token(true), other.access_token(true), session.access_token(true)));
    assert!([a, b, c].into_iter().all(|token| token.unwrap().expose() == "access-2"));
    assert_eq!(bench.fake.requests().len(), sent_before + 1);
    assert_eq!(bench.events().len(), 1);
}

#[test]
fn a_refresh_is_stored_though_every_caller_went_away() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(ok(&renewed(2)).after(200.0));
    assert!(session.access_token(true).now_or_never().is_none());
    drop(session);
    bench.fake.drain();
    assert_eq!(bench.stored().unwrap()["refresh_token"], "refresh-2");
    assert_eq!(token(&bench, &bench.session(), false), "access-2");
    assert_eq!(bench.fake.aborted(), 0);
}

#[test]
fn a_lost_reply_is_asked_for_again_at_once_with_the_same_token() {
    let lost = [
        Reply::failing(HttpFailureKind::Network),
        ok(&renewed(9)).with_body(vec![crate::seams::fake::Step::Fail(HttpFailureKind::BodyBroken)]),
        ok(&renewed(9)).after(60_000.0),
    ];
    for lost in lost {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        bench.fake.reply(lost).reply(ok(&renewed(2)));
        assert_eq!(token(&bench, &session, true), "access-2");
        let requests = bench.fake.requests();
        let sent: Vec<_> =
            requests.iter().rev().take(2).map(|request| fields(request)["refresh_token"].clone()).collect();
        assert_eq!(sent, ["refresh-1", "refresh-1"]);
    }
}

#[test]
fn a_fresh_instance_reads_the_session_and_damage_is_dropped() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    assert_eq!(token(&bench, &bench.session(), false), "access-1");
    let good = bench.tokens.entries().into_values().next().unwrap();
    bench.events();
    for bad in ["", "{", "[]", "null", r#"{"v":1}"#, &good.replace(r#""v":2.0"#, r#""v":0"#)] {
        bench.overwrite(bad);
        let session = bench.session();
        assert!(!bench.fake.run(session.is_signed_in()), "{bad}");
        assert!(bench.stored().is_none(), "removed");
        assert_eq!(bench.fake.run(session.access_token(false)).unwrap_err().code, AuthCode::SignInRequired);
        assert_eq!(bench.events(), [SessionEvent::SessionExpired(AuthCode::StoredSessionDamaged)]);
        bench.signed_in(tokens());
    }
    bench.overwrite(&good.replace(r#""v":2.0"#, r#""v":1"#));
    assert!(bench.fake.run(bench.session().is_signed_in()), "the first form is read");
}

#[test]
fn a_session_of_a_later_version_is_left_alone() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    let later = bench.tokens.entries().into_values().next().unwrap().replace(r#""v":2.0"#, r#""v":3"#);
    bench.overwrite(&later);
    assert!(!bench.fake.run(bench.session().is_signed_in()));
    assert_eq!(bench.tokens.entries().into_values().next(), Some(later));
    assert!(bench.events().is_empty());
}

#[test]
fn no_token_is_kept_in_the_instance() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(ok(&renewed(2)));
    token(&bench, &session, true);
    bench.fake.drain();
    assert!(session.inner.realm.refreshing.under_way().is_none() && !session.inner.realm.refreshing.keeps_a_result());
    let other = bench.tokens.entries().into_values().next().unwrap().replace("access-2", "access-7");
    bench.overwrite(&other);
    assert_eq!(token(&bench, &session, false), "access-7", "the store is the truth");
}

#[test]
fn a_stored_token_that_can_be_none_is_a_damaged_session() {
    for damaged in ["", "two words", "line\nbreak"] {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        let mut stored = bench.stored().unwrap();
        stored["access_token"] = damaged.into();
        bench.overwrite(&stored.to_string());
        assert_eq!(
            bench.fake.run(session.access_token(false)).unwrap_err().code,
            AuthCode::SignInRequired,
            "{damaged:?}"
        );
        assert!(bench.stored().is_none());
    }
}

#[test]
fn a_clock_that_was_set_since_does_not_end_a_session() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    // By two hours, which the provider's clock knows nothing of.
    bench.fake.advance(7_200_000.0);
    let mut reply = renewed(2);
    reply["id_token"] = jwt(&claims("")).into();
    let mut without_nonce = claims("");
    without_nonce.as_object_mut().unwrap().remove("nonce");
    reply["id_token"] = jwt(&without_nonce).into();
    bench.fake.reply(ok(&reply));
    assert_eq!(token(&bench, &session, false), "access-2");
}
