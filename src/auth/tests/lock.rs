//! Who holds the lock for too long is robbed of it, nobody else is, and the robbed one notices.

use super::refresh::{ok, renewed};
use super::*;
use crate::auth::AuthCode;
use crate::seams::{HttpFailureKind, Locks, Timer};
use futures::future::{join, join_all};

/// So many tabs of one session.
fn tabs(bench: &Bench, count: usize) -> Vec<Session<Fake, FakeStore>> {
    bench.tokens.share();
    bench.signed_in(tokens());
    (0..count).map(|_| bench.session()).collect()
}

fn session_key(bench: &Bench) -> String {
    bench.tokens.entries().into_keys().find(|key| key.contains("/session/")).unwrap()
}

fn lock_name(bench: &Bench) -> String {
    session_key(bench).replace("/session/", "/refresh/")
}

#[test]
fn who_waited_while_another_tab_failed_is_told_so_and_asks_nobody() {
    let bench = Bench::default();
    let tabs = tabs(&bench, 5);
    // Nobody is there: the first holds the lock for two time-outs.
    bench.fake.answer(|_| ok(&renewed(9)).after(1e6));
    let outcomes = bench.fake.run(join_all(tabs.iter().map(|tab| tab.access_token(true))));
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap_err().code == AuthCode::Timeout));
    assert_eq!((bench.fake.stolen(), bench.fake.requests().len()), (0, 3));
}

#[test]
fn a_lock_is_stolen_once_however_many_wait() {
    let bench = Bench::default();
    let tabs = tabs(&bench, 5);
    let _held = bench.fake.run(bench.fake.lock(&lock_name(&bench), false)).unwrap();
    bench.fake.reply(ok(&renewed(2)).after(3_000.0));
    let outcomes = bench.fake.run(join_all(tabs.iter().map(|tab| tab.access_token(true))));
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap().expose() == "access-2"));
    assert_eq!((bench.fake.stolen(), bench.fake.requests().len()), (1, 2));
}

#[test]
fn who_just_got_the_lock_has_time_to_say_so() {
    let bench = Bench::default();
    let tab = tabs(&bench, 1).remove(0);
    let name = lock_name(&bench);
    let other = async {
        let held = bench.fake.lock(&name, false).await.unwrap();
        bench.fake.sleep(34_999.0).await;
        drop(held);
        let held = bench.fake.lock(&name, true).await.unwrap();
        bench.fake.sleep(2.0).await;
        let lease = json!({ "owner": "other", "until": NOW_SECONDS * 1000 + 60_000 });
        bench.tokens.set(&session_key(&bench).replace("/session/", "/lease/"), &lease.to_string()).await.unwrap();
        bench.fake.sleep(10_000.0).await;
        drop(held);
    };
    bench.fake.reply(ok(&renewed(2)));
    let ((), token) = bench.fake.run(join(other, tab.access_token(true)));
    token.unwrap();
    assert_eq!(bench.fake.stolen(), 0);
}

#[test]
fn who_was_robbed_does_not_send_the_token_again() {
    for is_rotated in [true, false] {
        let bench = Bench::default();
        let tab = tabs(&bench, 1).remove(0);
        bench.fake.reply(Reply::failing(HttpFailureKind::Network).after(9_000.0));
        let thief = async {
            bench.fake.sleep(5_000.0).await;
            let held = bench.fake.lock(&lock_name(&bench), true).await.unwrap();
            if is_rotated {
                let key = session_key(&bench);
                let text =
                    bench.tokens.entries()[&key].replace("access-1", "access-2").replace("refresh-1", "refresh-2");
                bench.tokens.set(&key, &text).await.unwrap();
            } else {
                bench.fake.sleep(60_000.0).await;
            }
            drop(held);
        };
        let (token, ()) = bench.fake.run(join(tab.access_token(true), thief));
        assert_eq!(bench.fake.requests().len(), 2, "one for the code, one for the refresh");
        match token {
            Ok(token) => assert!(is_rotated && token.expose() == "access-2"),
            Err(error) => assert_eq!((is_rotated, error.code, error.retryable), (false, AuthCode::Timeout, true)),
        }
    }
}

#[test]
fn who_was_robbed_does_not_end_the_session() {
    let bench = Bench::default();
    let tab = tabs(&bench, 1).remove(0);
    bench.fake.reply(Reply::json(400, r#"{"error":"invalid_grant"}"#).after(9_000.0));
    let thief = async {
        bench.fake.sleep(5_000.0).await;
        let _held = bench.fake.lock(&lock_name(&bench), true).await.unwrap();
        bench.fake.sleep(60_000.0).await;
    };
    let (token, ()) = bench.fake.run(join(tab.access_token(true), thief));
    assert_eq!(token.unwrap_err().code, AuthCode::Timeout);
    assert!(bench.fake.run(tab.is_signed_in()) && bench.events().is_empty());
}

#[test]
fn a_lease_that_another_tab_took_is_noticed() {
    let bench = Bench::default();
    let tab = tabs(&bench, 1).remove(0);
    bench.fake.refuse_locks();
    bench.fake.reply(Reply::failing(HttpFailureKind::Network).after(9_000.0));
    let thief = async {
        bench.fake.sleep(5_000.0).await;
        let key = session_key(&bench).replace("/session/", "/lease/");
        bench.tokens.set(&key, r#"{"owner":"other","until":1}"#).await.unwrap();
    };
    let (token, ()) = bench.fake.run(join(tab.access_token(true), thief));
    assert_eq!(token.unwrap_err().code, AuthCode::Timeout);
    assert_eq!(bench.fake.requests().len(), 2);
}
