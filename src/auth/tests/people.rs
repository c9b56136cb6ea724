//! Who signed in, who signed out, and who must not be taken for them.

use super::refresh::{ok, renewed};
use super::*;
use crate::auth::{AuthCode, Owners, SignOut};
use crate::seams::Timer;
use futures::future::{Either, join, select};
use std::pin::pin;

/// Signs `sub` in with `session`.
fn sign_in(bench: &Bench, session: &Session<Fake, FakeStore>, sub: Option<&str>) {
    let sent = bench.begin(session, SignIn::default());
    let mut reply = renewed(5);
    match sub {
        Some(sub) => {
            let mut claims = claims(&sent["nonce"]);
            claims["sub"] = sub.into();
            reply["id_token"] = jwt(&claims).into();
        }
        None => reply["scope"] = "phone".into(),
    }
    bench.fake.reply(ok(&reply));
    bench.fake.run(session.handle_callback(&callback(&sent["state"], "code=another"))).unwrap();
    bench.fake.run(bench.fake.sleep(1.0));
}

#[test]
fn anothers_sign_in_ends_what_is_under_way_in_every_tab() {
    for (sub, is_other) in [(Some("user-2"), true), (Some("user-1"), false), (None, true)] {
        let bench = Bench::default();
        bench.tokens.share();
        let one = bench.signed_in(tokens());
        let two = bench.session();
        assert!(bench.fake.run(one.is_signed_in()) && bench.fake.run(two.is_signed_in()));
        let (here, there) = (one.ended(), two.ended());
        sign_in(&bench, &one, sub);
        let codes = [here, there].map(|ended| ended.now_or_never().map(|error| error.code));
        assert_eq!(codes, [is_other.then_some(AuthCode::SessionExpired); 2], "{sub:?}");
    }
}

#[test]
fn a_call_is_not_repeated_with_another_persons_token() {
    for has_news in [true, false] {
        let bench = Bench::default();
        bench.tokens.share();
        let one = bench.signed_in(tokens());
        let other = async {
            bench.fake.sleep(500.0).await;
            let stored = bench.tokens.entries();
            let (key, text) = stored.iter().find(|(key, _)| key.contains("/session/")).unwrap();
            let text = text.replace("user-1", "user-2").replace("access-1", "access-2");
            bench.tokens.set(key, &text).await.unwrap();
            if has_news {
                let news = r#"{"v":1,"event":"signedIn","place":"PLACE"}"#.replace("PLACE", &bench.tokens.place());
                let channel = key.clone();
                crate::seams::Channels::open(&bench.fake, &channel, Box::new(|_| ())).unwrap().post(&news);
            }
        };
        // As a call does it: a token for the first attempt, and after a while one for the next.
        let call = async {
            let url = "https://api.example.com/a.B/C";
            let repeated = async {
                let (token, _) = one.authorization(url, None).await?;
                assert_eq!(token.expose(), "access-1");
                bench.fake.sleep(1_000.0).await;
                one.authorization(url, None).await.map(|(token, _)| token)
            };
            match select(one.ended(), pin!(repeated)).await {
                Either::Left((error, _)) => Err(error),
                Either::Right((token, _)) => token,
            }
        };
        let (outcome, ()) = bench.fake.run(join(call, other));
        assert_eq!(outcome.unwrap_err().code, AuthCode::SessionExpired);
    }
}

#[test]
fn who_is_not_signed_in_signs_nobody_else_out() {
    let bench = Bench::default();
    let one = bench.signed_in(tokens());
    // A tab with a session of its own, and one with none.
    let other = Bench { fake: bench.fake.clone(), ..Bench::default() };
    let nobody = other.session();
    bench.fake.run(nobody.sign_out(SignOut { local_only: true, ..SignOut::default() })).unwrap();
    bench.fake.drain();
    assert!(bench.fake.run(one.is_signed_in()) && bench.events().is_empty());
    assert_eq!(other.events(), [SessionEvent::SignedOut], "who asked is told");
}

#[test]
fn a_late_word_of_an_end_does_not_end_the_session_after_it() {
    let bench = Bench::default();
    bench.tokens.share();
    let mut bare = tokens();
    bare.as_object_mut().unwrap().remove("refresh_token");
    let one = bench.signed_in(bare);
    let two = bench.session();
    assert!(bench.fake.run(two.is_signed_in()));
    let under_way = two.ended();
    // The one ends and begins anew while nothing of it reaches the other.
    bench.fake.run(async {
        bench.fake.advance(3_600_001.0);
        one.access_token(false).now_or_never().expect("at once").unwrap_err();
        bench.events();
        let text = {
            let sent = one.authorization_url(SignIn::default()).now_or_never().expect("at once").unwrap();
            let sent = query(&sent);
            let mut claims = claims(&sent["nonce"]);
            claims["exp"] = json!(NOW_SECONDS + 7200);
            let mut reply = renewed(5);
            reply["id_token"] = jwt(&claims).into();
            bench.fake.reply(ok(&reply));
            callback(&sent["state"], "code=another")
        };
        one.handle_callback(&text).now_or_never().expect("at once").unwrap();
    });
    bench.fake.run(bench.fake.sleep(1.0));
    assert!(under_way.now_or_never().is_none(), "its calls go on");
    let expired = SessionEvent::SessionExpired(AuthCode::SessionExpired);
    assert!(!bench.events().contains(&expired));
}

#[test]
fn a_session_that_a_refresh_put_back_after_the_sign_out_is_forgotten_and_revoked() {
    let bench = Bench::default();
    bench.tokens.share();
    let one = bench.signed_in(tokens());
    let two = bench.session();
    assert!(bench.fake.run(two.is_signed_in()));
    let before = bench.tokens.entries();
    let (key, text) = before.iter().find(|(key, _)| key.contains("/session/")).unwrap();
    for _ in 0..4 {
        bench.fake.reply(Reply::json(200, ""));
    }
    bench.fake.run(one.sign_out(SignOut { local_only: true, ..SignOut::default() })).unwrap();
    bench.tokens.set(key, text).now_or_never().unwrap().unwrap();
    let asked = bench.fake.requests().len();
    bench.fake.drain();
    assert!(bench.tokens.entries().is_empty(), "the session is there still");
    assert_eq!(bench.fake.requests().len(), asked + 2, "its tokens live on");
}
