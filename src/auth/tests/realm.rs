//! Several sessions of one realm in a page.

use super::*;
use crate::auth::{AuthCode, Secret, SignOut};
use futures::future::{join, join3};

fn new_tokens() -> Reply {
    Reply::json(200, r#"{"access_token":"access-2","token_type":"bearer","refresh_token":"refresh-2"}"#)
}

#[test]
fn a_refresh_token_is_sent_once() {
    let bench = Bench::default();
    let one = bench.signed_in(tokens());
    let other = bench.another_session();
    bench.fake.reply(new_tokens().after(50.0));
    let refused = Secret::new("access-1");
    let (a, b, c) =
        bench.fake.run(join3(one.access_token(true), other.access_token(true), other.token(Some(&refused))));
    for token in [a, b, c] {
        assert_eq!(token.unwrap().expose(), "access-2");
    }
    assert_eq!(bench.fake.requests().len(), 2, "one for the code, one for the refresh");
    assert_eq!(bench.events().len(), 2, "both are told");
}

#[test]
fn a_code_is_exchanged_once_and_both_get_the_outcome() {
    let bench = Bench::default();
    let (one, other) = (bench.session(), bench.another_session());
    let sent = bench.begin(&one, SignIn { app_state: Some("7".into()), ..SignIn::default() });
    bench.fake.reply(Reply::json(200, &with_id_token(tokens(), &sent["nonce"]).to_string()).after(50.0));
    let url = callback(&sent["state"], "code=a-code");
    let (a, b) = bench.fake.run(join(one.handle_callback(&url), other.handle_callback(&url)));
    assert_eq!((a.unwrap().app_state.as_deref(), b.unwrap().app_state.as_deref()), (Some("7"), Some("7")));
    let again = bench.fake.run(other.handle_callback(&url)).unwrap();
    assert_eq!(again.app_state.as_deref(), Some("7"), "also when it is over");
    assert_eq!(bench.fake.requests().len(), 1);
    assert_eq!(bench.events(), [SessionEvent::SignedIn, SessionEvent::SignedIn], "each is told once");
}

#[test]
fn who_needs_a_token_waits_for_the_callback() {
    let bench = Bench::default();
    let session = bench.session();
    let sent = bench.begin(&session, SignIn::default());
    bench.fake.reply(Reply::json(200, &with_id_token(tokens(), &sent["nonce"]).to_string()).after(50.0));
    let url = callback(&sent["state"], "code=a-code");
    let (_, token, signed_in) =
        bench.fake.run(join3(session.handle_callback(&url), session.token(None), session.is_signed_in()));
    assert_eq!(token.unwrap().expose(), "access-1");
    assert!(signed_in);
}

#[test]
fn the_end_of_a_session_is_told_once_however_many_wait() {
    let bench = Bench::default();
    let mut short = tokens();
    short.as_object_mut().unwrap().remove("refresh_token");
    let session = bench.signed_in(short);
    bench.fake.advance(3_600_001.0);
    let all = join3(session.access_token(false), session.access_token(false), session.access_token(false));
    let (a, b, c) = bench.fake.run(all);
    assert_eq!(a.unwrap_err().code, AuthCode::SessionExpired);
    for late in [b, c] {
        let code = late.unwrap_err().code;
        assert!(matches!(code, AuthCode::SessionExpired | AuthCode::SignInRequired), "{code:?}");
    }
    assert_eq!(bench.events(), [SessionEvent::SessionExpired(AuthCode::SessionExpired)]);
}

#[test]
fn an_answer_of_another_realm_is_not_remembered() {
    let bench = Bench::default();
    let one = bench.session();
    let other = bench.session_with(AuthOptions { name: Some("other".into()), ..preset() }).unwrap();
    let sent = bench.begin(&one, SignIn::default());
    let url = callback(&sent["state"], "code=a-code");
    assert_eq!(bench.fake.run(other.handle_callback(&url)).unwrap_err().code, AuthCode::StateUnknown);
    bench.fake.reply(Reply::json(200, &with_id_token(tokens(), &sent["nonce"]).to_string()));
    bench.fake.run(one.handle_callback(&url)).unwrap();
    assert!(bench.fake.run(one.is_signed_in()) && !bench.fake.run(other.is_signed_in()));
    bench.fake.reply(Reply::new(200, &[], "")).reply(Reply::new(200, &[], ""));
    bench.fake.run(one.sign_out(SignOut::default())).unwrap();
}

#[test]
fn a_dropped_session_is_told_nothing() {
    let bench = Bench::default();
    let one = bench.signed_in(tokens());
    drop(bench.another_session());
    bench.fake.reply(new_tokens());
    bench.fake.run(one.access_token(true)).unwrap();
    assert_eq!(bench.events().len(), 1);
}
