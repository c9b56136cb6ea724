//! What ends a session, and what does not.

use super::refresh::{ok, renewed};
use super::*;
use crate::auth::{AuthCode, SignOut};
use crate::error::Kind;
use crate::seams::HttpFailureKind;
use futures::future::join;

fn fails(bench: &Bench, session: &Session<Fake, FakeStore>, force: bool) -> AuthError {
    bench.fake.run(session.access_token(force)).unwrap_err()
}

fn oauth_error(status: u16, word: &str) -> Reply {
    Reply::json(status, &json!({ "error": word, "error_description": "Because refresh-1 is bad." }).to_string())
}

fn without_refresh_token() -> Value {
    json!({ "access_token": "access-1", "token_type": "bearer", "expires_in": 3600 })
}

#[test]
fn a_refusal_ends_a_session_when_its_token_is_over_and_not_before() {
    for (status, word, code) in [
        (400, "invalid_grant", AuthCode::InvalidGrant),
        (401, "token_inactive", AuthCode::TokenInactive),
        (200, "login_required", AuthCode::LoginRequired),
        (400, "invalid_request", AuthCode::InvalidRequest),
    ] {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        bench.fake.reply(oauth_error(status, word)).reply(oauth_error(status, word)).reply(oauth_error(status, word));
        bench.fake.advance(3_550_000.0);
        assert_eq!(
            bench.fake.run(session.access_token(false)).unwrap().expose(),
            "access-1",
            "it lives, and is used on"
        );
        let error = fails(&bench, &session, true);
        assert_eq!((error.code, error.retryable), (code, false));
        assert!(bench.events().is_empty());

        let error = fails(&bench, &session, false_after(&bench, 50_000.0));
        assert_eq!((error.code, error.kind, error.retryable), (AuthCode::SessionExpired, Kind::Auth, false));
        assert_eq!(error.http_status, Some(status));
        assert!(error.message.contains(word), "{}", error.message);
        assert_eq!(error.description.as_deref(), Some("Because [removed] is bad."));
        assert!(bench.tokens.entries().is_empty());
        assert_eq!(bench.events(), [SessionEvent::SessionExpired(code)]);
        assert_eq!(fails(&bench, &session, false).code, AuthCode::SignInRequired);
    }
}

/// Lets time pass, then asks without force.
fn false_after(bench: &Bench, ms: f64) -> bool {
    bench.fake.advance(ms);
    false
}

#[test]
fn trouble_that_passes_keeps_the_session() {
    let cases: [(Vec<Reply>, AuthCode, Kind); 8] = [
        (
            vec![Reply::failing(HttpFailureKind::Network), Reply::failing(HttpFailureKind::Network)],
            AuthCode::Network,
            Kind::Network,
        ),
        (vec![ok(&renewed(2)).after(1e6), ok(&renewed(2)).after(1e6)], AuthCode::Timeout, Kind::Timeout),
        (vec![Reply::json(500, "")], AuthCode::ServerError, Kind::Protocol),
        (vec![oauth_error(502, "invalid_grant")], AuthCode::ServerError, Kind::Protocol),
        (vec![oauth_error(408, "invalid_grant")], AuthCode::TemporarilyUnavailable, Kind::Protocol),
        (vec![oauth_error(429, "invalid_client")], AuthCode::TemporarilyUnavailable, Kind::Protocol),
        (vec![Reply::json(429, "")], AuthCode::TemporarilyUnavailable, Kind::Protocol),
        (vec![oauth_error(400, "temporarily_unavailable")], AuthCode::TemporarilyUnavailable, Kind::Protocol),
    ];
    for (replies, code, kind) in cases {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        let script = || replies.iter().cloned().for_each(|reply| _ = bench.fake.reply(reply));
        script();
        let error = fails(&bench, &session, true);
        assert_eq!((error.code, error.kind, error.retryable), (code, kind, true));
        // The old token still lives, and nobody insists on a new one.
        bench.fake.advance(3_550_000.0);
        script();
        let token = bench.fake.run(session.access_token(false)).unwrap();
        assert_eq!(token.expose(), "access-1");
        // It lives no more: there were three tries.
        bench.fake.advance(100_000.0);
        script();
        assert_eq!(fails(&bench, &session, false).code, code);
        assert_eq!(bench.events(), [SessionEvent::SessionUncertain(code)]);
        assert!(bench.fake.run(session.is_signed_in()));
        bench.fake.advance(1_000.0);
        bench.fake.reply(ok(&renewed(2)));
        assert_eq!(bench.fake.run(session.access_token(false)).unwrap().expose(), "access-2");
    }
}

#[test]
fn retry_after_is_passed_on() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(Reply::new(429, &[("retry-after", "7")], ""));
    assert_eq!(fails(&bench, &session, true).retry_after_ms, Some(7_000.0));
    bench.fake.advance(3_000.0);
    assert_eq!(fails(&bench, &session, true).retry_after_ms, Some(4_000.0), "nobody is asked before the time");
    bench.fake.advance(4_000.0);
    bench.fake.reply(Reply::new(503, &[("retry-after", "86400")], ""));
    assert_eq!(fails(&bench, &session, true).retry_after_ms, Some(86_400_000.0));
    bench.fake.advance(600_000.0);
    bench.fake.reply(Reply::new(503, &[("retry-after", "Wed, 21 Oct 2037 07:28:00 GMT")], ""));
    assert_eq!(fails(&bench, &session, true).retry_after_ms, None);
}

#[test]
fn other_refusals_keep_the_session_and_may_pass() {
    for (reply, code) in [
        (oauth_error(401, "invalid_client"), AuthCode::InvalidClient),
        (oauth_error(400, "unauthorized_client"), AuthCode::UnauthorizedClient),
        (oauth_error(400, "invalid_scope"), AuthCode::InvalidScope),
        (oauth_error(400, "unsupported_grant_type"), AuthCode::UnsupportedGrantType),
        (oauth_error(403, "use_dpop_nonce"), AuthCode::ProviderError),
        (Reply::json(404, "<html>"), AuthCode::ProviderError),
    ] {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        bench.fake.advance(3_600_000.0);
        bench.fake.reply(reply);
        let error = fails(&bench, &session, false);
        assert_eq!((error.code, error.kind, error.retryable), (code, Kind::Config, true));
        assert!(bench.fake.run(session.is_signed_in()) && bench.events().is_empty());
    }
}

#[test]
fn without_a_refresh_token_a_session_lasts_as_long_as_its_token() {
    let bench = Bench::default();
    let session = bench.signed_in(without_refresh_token());
    bench.fake.advance(3_599_000.0);
    assert_eq!(bench.fake.run(session.access_token(false)).unwrap().expose(), "access-1", "stale, but not over");
    let forced = fails(&bench, &session, true);
    assert_eq!(forced.code, AuthCode::SignInRequired);
    assert!(forced.message.contains("offline_access") && bench.fake.run(session.is_signed_in()));

    bench.fake.advance(1_000.0);
    assert!(!bench.fake.run(session.is_signed_in()));
    assert_eq!(fails(&bench, &session, false).code, AuthCode::SessionExpired);
    assert_eq!(bench.events(), [SessionEvent::SessionExpired(AuthCode::SessionExpired)]);
    assert!(bench.stored().is_none());
}

#[test]
fn a_sign_out_during_a_refresh_is_final() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(ok(&renewed(2)).after(500.0));
    // The sign-out's two revocations, and those of the tokens that come too late.
    (0..4).for_each(|_| _ = bench.fake.reply(Reply::new(200, &[], "")));
    let sign_out = session.sign_out(SignOut { local_only: true, ..SignOut::default() });
    let (token, signed_out) = bench.fake.run(join(session.access_token(true), sign_out));
    assert_eq!(token.unwrap_err().code, AuthCode::SignInRequired);
    assert!(signed_out.is_ok() && bench.stored().is_none());
    assert_eq!(bench.events(), [SessionEvent::SignedOut]);
    let revoked: Vec<String> =
        bench.fake.requests().iter().filter_map(|request| fields(request).get("token").cloned()).collect();
    assert_eq!(revoked, ["refresh-1", "access-1", "refresh-2", "access-2"]);
}

#[test]
fn a_sign_in_during_a_refresh_wins() {
    for late in [ok(&renewed(2)), oauth_error(400, "invalid_grant")] {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        let sent = bench.begin(&session, SignIn::default());
        let mut second = with_id_token(renewed(5), &sent["nonce"]);
        second["refresh_token"] = "refresh-5".into();
        bench.fake.reply(late.after(500.0)).reply(ok(&second));
        // What the refresh brought is nobody's any more: both tokens are revoked.
        bench.fake.reply(Reply::json(200, "")).reply(Reply::json(200, ""));
        let url = callback(&sent["state"], "code=another");
        let (token, signed_in) = bench.fake.run(join(session.access_token(true), session.handle_callback(&url)));
        assert_eq!(token.unwrap().expose(), "access-5");
        assert!(signed_in.is_ok());
        assert_eq!(bench.stored().unwrap()["refresh_token"], "refresh-5");
        assert_eq!(bench.events(), [SessionEvent::SignedIn]);
    }
}

#[test]
fn a_store_that_refuses_is_told() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.tokens.refuse(true);
    assert_eq!(fails(&bench, &session, false).code, AuthCode::StorageUnavailable);
    assert!(!bench.fake.run(session.is_signed_in()));
}
