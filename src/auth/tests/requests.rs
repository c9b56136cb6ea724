//! What holds for every request.

use super::refresh::{ok, renewed};
use super::*;
use crate::auth::{AuthCode, SignOut};
use crate::error::Kind;
use crate::seams::fake::Step;
use crate::seams::{Cause, HttpFailure, HttpFailureKind, HttpMethod, header};

/// Refreshes with one scripted reply.
fn fails(reply: Reply) -> AuthError {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(reply);
    bench.fake.run(session.access_token(true)).unwrap_err()
}

#[test]
fn posts_are_forms_with_the_client_in_them_and_no_cookies() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(ok(&renewed(2)));
    bench.fake.run(session.access_token(true)).unwrap();
    bench.fake.reply(Reply::json(200, r#"{"sub":"user-1"}"#));
    bench.fake.run(session.user()).unwrap();
    (0..2).for_each(|_| _ = bench.fake.reply(Reply::new(200, &[], "")));
    bench.fake.run(session.sign_out(SignOut::default())).unwrap();
    let requests = bench.fake.requests();
    assert_eq!(requests.len(), 5);
    for request in requests {
        assert_eq!(header(&request.headers, "accept"), Some("application/json"));
        if request.method == HttpMethod::Post {
            assert_eq!(header(&request.headers, "content-type"), Some("application/x-www-form-urlencoded"));
            assert_eq!(fields(&request)["client_id"], CLIENT);
        }
        assert!(!request.url.contains('?'), "nothing in a URL");
    }
}

#[test]
fn fields_survive_their_encoding() {
    let bench = Bench::default();
    let odd = "a+b/c=d&e%f g\u{e6}\u{1f600}";
    let mut reply = tokens();
    reply["refresh_token"] = odd.into();
    let session = bench.signed_in(reply);
    bench.fake.reply(ok(&renewed(2)));
    bench.fake.run(session.access_token(true)).unwrap();
    assert_eq!(fields(&bench.fake.requests()[1])["refresh_token"], odd);
}

#[test]
fn a_redirect_is_never_followed() {
    let opaque = Reply { opaque_redirect: true, ..Reply::new(0, &[], "") };
    for reply in [opaque, Reply::new(307, &[("location", "https://evil.example.com/")], "")] {
        let error = fails(reply);
        assert_eq!(
            (error.code, error.kind, error.retryable),
            (AuthCode::Redirected, Kind::Config, true),
            "a gateway may do that for a while"
        );
        assert!(error.message.contains(TOKEN_ENDPOINT), "{}", error.message);
    }
}

#[test]
fn a_request_ends_after_its_time() {
    for (timeout_ms, expected) in [(None, 10_000.0), (Some(250.0), 250.0)] {
        for body in [vec![Step::Hang], vec![Step::Chunk(b"{".to_vec()), Step::Wait(1e9)]] {
            let bench = Bench::default();
            let session = bench.session_with(AuthOptions { timeout_ms, ..preset() }).unwrap();
            let state = bench.begin(&session, SignIn::default())["state"].clone();
            bench.fake.reply(Reply::json(200, "").with_body(body));
            let error = bench.fake.run(session.handle_callback(&callback(&state, "code=a-code"))).unwrap_err();
            assert_eq!((error.code, error.kind), (AuthCode::Timeout, Kind::Timeout));
            assert_eq!(bench.fake.elapsed_ms(), expected);
            assert_eq!(bench.fake.aborted(), 1, "and is aborted");
        }
    }
}

#[test]
fn a_body_may_have_a_mebibyte() {
    let padded = |bytes: usize| {
        let mut body = renewed(2).to_string().into_bytes();
        body.resize(bytes, b' ');
        Reply::json(200, "").with_body(body.chunks(65_537).map(|chunk| Step::Chunk(chunk.to_vec())).collect())
    };
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(padded(1 << 20));
    assert_eq!(bench.fake.run(session.access_token(true)).unwrap().expose(), "access-2");
    assert_eq!(fails(padded((1 << 20) + 1)).code, AuthCode::InvalidResponse);
}

#[test]
fn the_content_type_is_not_believed() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(Reply::new(200, &[("content-type", "text/html")], renewed(2).to_string()));
    assert_eq!(bench.fake.run(session.access_token(true)).unwrap().expose(), "access-2");
    bench.fake.reply(Reply::json(200, "<!doctype html>"));
    assert_eq!(bench.fake.run(session.access_token(true)).unwrap_err().code, AuthCode::InvalidResponse);
}

#[test]
fn a_fetch_that_is_none_is_named() {
    for kind in [HttpFailureKind::Unusable, HttpFailureKind::BodyUnusable, HttpFailureKind::NoBytes] {
        let error = fails(Reply::failing(kind));
        assert_eq!((error.code, error.retryable), (AuthCode::InvalidConfig, false));
        assert!(error.message.starts_with("`fetch`"), "{}", error.message);
    }
}

#[test]
fn the_cause_is_kept_and_its_words_are_not() {
    let failure = HttpFailure { kind: HttpFailureKind::Network, cause: Some(Cause::new("planted-secret".to_owned())) };
    let error = AuthError::unanswered("the token endpoint", failure);
    assert_eq!(error.cause.as_ref().unwrap().get::<String>().unwrap(), "planted-secret");
    assert!(!format!("{error:?} {error}").contains("planted-secret"));
}
