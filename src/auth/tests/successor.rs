//! What comes of a refresh that succeeded at the provider.

use super::refresh::{ok, renewed};
use super::*;
use crate::auth::AuthCode;
use crate::seams::{StoreFailure, Timer};
use std::cell::Cell;

/// A reply to a refresh with an ID token that `change` was made to.
fn with_claims(change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = claims("");
    claims.as_object_mut().unwrap().remove("nonce");
    change(&mut claims);
    let mut reply = renewed(2);
    reply["id_token"] = jwt(&claims).into();
    reply
}

fn revoked(bench: &Bench) -> Vec<String> {
    bench.fake.requests().iter().filter_map(|request| fields(request).get("token").cloned()).collect()
}

#[test]
fn a_refreshed_id_token_of_somebody_else_ends_the_session() {
    let changes: [(&str, Value); 5] = [
        ("sub", "user-2".into()),
        ("iss", "https://id.wgtwo.com".into()),
        ("aud", json!([CLIENT, "other"])),
        ("azp", "other".into()),
        ("nonce", "another".into()),
    ];
    for (name, value) in changes {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        let reply = with_claims(|claims| {
            claims["azp"] = CLIENT.into();
            claims[name] = value;
        });
        bench.fake.reply(ok(&reply)).reply(Reply::json(200, "")).reply(Reply::json(200, ""));
        let error = bench.fake.run(session.access_token(true)).unwrap_err();
        assert_eq!((error.code, error.retryable), (AuthCode::SessionExpired, false), "{name}");
        assert!(error.message.contains(name), "{}", error.message);
        assert_eq!(bench.events(), [SessionEvent::SessionExpired(AuthCode::IdTokenInvalid)]);
        assert!(bench.stored().is_none(), "the refresh token is spent");
        assert_eq!(revoked(&bench), ["refresh-2", "access-2"], "whosever they are");
    }
}

#[test]
fn one_that_is_bad_in_another_way_is_left_out() {
    for (id_token, is_taken) in [
        (with_claims(|_| ())["id_token"].clone(), true),
        (with_claims(|claims| claims["exp"] = json!(NOW_SECONDS - 3600))["id_token"].clone(), false),
        (with_claims(|claims| claims["iat"] = json!(NOW_SECONDS + 3600))["id_token"].clone(), false),
        ("no.jwt".into(), false),
    ] {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        let before = bench.stored().unwrap()["id_token"].clone();
        let mut reply = renewed(2);
        reply["id_token"] = id_token.clone();
        bench.fake.reply(ok(&reply));
        assert_eq!(bench.fake.run(session.access_token(true)).unwrap().expose(), "access-2");
        let after = bench.stored().unwrap();
        assert_eq!((&after["id_token"], &after["sub"]), (if is_taken { &id_token } else { &before }, &json!("user-1")));
    }
}

#[test]
fn an_old_id_token_does_not_set_the_clock() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.advance(7_200_000.0);
    // The one of the sign-in again, as some providers do.
    bench.fake.reply(ok(&with_claims(|_| ())));
    bench.fake.run(session.access_token(false)).unwrap();
    let now = crate::seams::Clock::now(&bench.fake);
    assert_eq!(session.inner.skew.provider_wall_ms(now), now.wall_ms);
}

#[test]
fn the_new_tokens_are_stored_before_anything_else_is_asked() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    Realm::begin_page();
    let session = bench.session_with(AuthOptions { skip_signature: false, ..preset() }).unwrap();
    let key = json!({ "kty": "RSA", "n": "good", "e": "AQAB" });
    let keys = Reply::json(200, &json!({ "keys": [key] }).to_string());
    bench.fake.reply(ok(&with_claims(|_| ()))).reply(keys.after(5_000.0));
    assert!(session.access_token(true).now_or_never().is_none());
    bench.fake.run(crate::seams::Timer::sleep(&bench.fake, 1_000.0));
    assert_eq!(bench.stored().unwrap()["refresh_token"], "refresh-2", "the page may go now");
    bench.fake.drain();
    // The keys are there for the next one.
    let reply = with_claims(|claims| claims["amr"] = "x".into());
    bench.fake.reply(ok(&reply));
    bench.fake.run(session.access_token(true)).unwrap();
    assert_eq!(bench.stored().unwrap()["id_token"], reply["id_token"]);
}

/// A store that takes no longer values than these.
struct Full {
    store: FakeStore,
    longest: Rc<Cell<usize>>,
}

/// A note that a token was sent fits, a session does not.
const A_NOTE: usize = 100;

impl Store for Full {
    fn place(&self) -> String {
        self.store.place()
    }

    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        self.store.get(key).await
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        if value.len() > self.longest.get() {
            return Err(StoreFailure { message: "full".into(), cause: None });
        }
        self.store.set(key, value).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreFailure> {
        self.store.remove(key).await
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreFailure> {
        self.store.keys(prefix).await
    }
}

fn full(bench: &Bench, longest: usize, auto_refresh: bool) -> (Session<Fake, Full>, Rc<Cell<usize>>) {
    Realm::begin_page();
    let longest = Rc::new(Cell::new(longest));
    let of = |store: &FakeStore| Full { store: store.clone(), longest: Rc::clone(&longest) };
    let on_event = note_events(&bench.events);
    let options = AuthOptions { auto_refresh, ..preset() };
    let session = Session::new(bench.fake.clone(), options, of(&bench.tokens), of(&bench.pending), on_event);
    (session.unwrap(), longest)
}

#[test]
fn a_token_that_can_not_be_stored_is_used_and_its_loss_is_told_by_its_own_word() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    let (session, longest) = full(&bench, A_NOTE, false);
    bench.fake.reply(ok(&renewed(2)));
    assert_eq!(bench.fake.run(session.access_token(true)).unwrap().expose(), "access-2");
    assert!(bench.events().is_empty());
    longest.set(usize::MAX);
    bench.fake.advance(3_600_000.0);
    bench.fake.reply(Reply::json(400, r#"{"error":"invalid_grant"}"#));
    assert_eq!(bench.fake.run(session.access_token(true)).unwrap_err().code, AuthCode::SessionExpired);
    assert_eq!(bench.events(), [SessionEvent::SessionExpired(AuthCode::RefreshReplyLost)]);
}

#[test]
fn a_store_that_refuses_for_a_moment_is_asked_again() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    let (session, longest) = full(&bench, A_NOTE, false);
    bench.fake.reply(ok(&renewed(2)).after(1_000.0));
    let more = async {
        bench.fake.sleep(1_010.0).await;
        longest.set(usize::MAX);
    };
    bench.fake.run(futures::future::join(session.access_token(true), more)).0.unwrap();
    assert_eq!(bench.stored().unwrap()["refresh_token"], "refresh-2");
}

#[test]
fn a_refresh_token_is_not_spent_for_what_can_not_be_stored_while_the_old_one_lives() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    let (session, longest) = full(&bench, 0, false);
    let sent = bench.fake.requests().len();
    assert_eq!(bench.fake.run(session.access_token(true)).unwrap_err().code, AuthCode::StorageUnavailable);
    bench.fake.advance(3_550_000.0);
    assert_eq!(bench.fake.run(session.access_token(false)).unwrap().expose(), "access-1");
    assert_eq!(bench.fake.requests().len(), sent);
    longest.set(usize::MAX);
    bench.fake.reply(ok(&renewed(2)));
    assert_eq!(bench.fake.run(session.access_token(false)).unwrap().expose(), "access-2");
}

#[test]
fn what_can_not_be_stored_is_not_renewed_again_and_again() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    let (session, _) = full(&bench, A_NOTE, true);
    bench.fake.run(session.is_signed_in());
    bench.fake.reply(ok(&renewed(2)));
    bench.fake.run(bench.fake.sleep(3_600_000.0));
    assert_eq!(bench.fake.requests().len(), 2);
}

#[test]
fn a_reply_that_can_not_be_read_may_have_been_the_providers() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(Reply::json(200, r#"{"access_token":"access-2","token_type":"mac"}"#));
    assert_eq!(bench.fake.run(session.access_token(true)).unwrap_err().code, AuthCode::InvalidResponse);
    bench.fake.advance(3_600_000.0);
    bench.fake.reply(Reply::json(400, r#"{"error":"invalid_grant"}"#));
    bench.fake.run(session.access_token(true)).unwrap_err();
    let told = [
        SessionEvent::SessionUncertain(AuthCode::InvalidResponse),
        SessionEvent::SessionExpired(AuthCode::RefreshReplyLost),
    ];
    assert_eq!(bench.events(), told);
}
