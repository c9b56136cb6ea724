use super::{CallOptions, UnaryReply, UnaryRequest, unary};
use crate::error::Kind;
use crate::grpc_web::{Code, Metadata, RpcError};
use crate::seams::fake::{Fake, Reply, Step};
use crate::seams::{Cancelled, Cause, Clock, HttpFailureKind, Timer};
use std::future::{Future, pending};

const TYPE: (&str, &str) = ("content-type", "application/grpc-web+proto");

fn frame(flags: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let length = u32::try_from(payload.len()).unwrap();
    [&[flags][..], &length.to_be_bytes(), payload].concat()
}

fn good_body() -> Vec<u8> {
    [frame(0, "hello"), frame(0x80, "grpc-status: 0\r\n")].concat()
}

fn ok(steps: impl IntoIterator<Item = Step>) -> Reply {
    Reply::new(200, &[TYPE], "").with_body(steps.into_iter().collect())
}

fn chunk(bytes: impl Into<Vec<u8>>) -> Step {
    Step::Chunk(bytes.into())
}

fn options(timeout_ms: f64) -> CallOptions {
    CallOptions {
        timeout_ms,
        whole_timeout_ms: timeout_ms,
        max_message_bytes: 1_000,
        previous_attempts: 0,
        user_agent: "test/1",
        secrets: crate::redact::Secrets::default(),
    }
}

/// Calls, and gives up when `cancelled` is ready.
fn call_until(
    fake: &Fake,
    timeout_ms: f64,
    cancelled: impl Future<Output = Cancelled>,
) -> Result<UnaryReply, RpcError> {
    let metadata = Metadata::new();
    let request = UnaryRequest {
        base_url: "https://api.example.com",
        path: "/pkg.Service/Method",
        message: b"question".to_vec(),
        metadata: &metadata,
    };
    fake.run(unary(fake, request, &options(timeout_ms), cancelled))
}

fn call(fake: &Fake, timeout_ms: f64) -> Result<UnaryReply, RpcError> {
    call_until(fake, timeout_ms, pending())
}

async fn cancel_after(fake: Fake, ms: f64) -> Cancelled {
    fake.sleep(ms).await;
    Cancelled { reason: Some(Cause::new("the reason")) }
}

/// The error of a call; the reply can't be shown.
fn failed(result: Result<UnaryReply, RpcError>) -> RpcError {
    match result {
        Err(error) => error,
        Ok(reply) => panic!("answered with {} bytes", reply.message.len()),
    }
}

#[test]
fn asks_once_and_hands_over_the_answer() {
    let fake = Fake::new();
    fake.advance(5.0);
    let sent_at = fake.now();
    fake.reply(ok([Step::Wait(20.0), chunk(good_body())]).after(100.0));
    let reply = call(&fake, 30_000.0).unwrap();
    assert_eq!(reply.message, b"hello");
    assert_eq!(reply.sent_at, sent_at);
    assert_eq!(reply.headers.get("content-type"), Some(TYPE.1));
    assert!(reply.trailers.is_empty());
    assert_eq!(fake.elapsed_ms(), 125.0);
    let requests = fake.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].url, "https://api.example.com/pkg.Service/Method");
    assert_eq!(requests[0].body.as_deref(), Some(frame(0, "question").as_slice()));
    fake.drain();
    assert_eq!(fake.aborted(), 0, "the body was read to its end");
}

#[test]
fn the_deadline_holds_at_every_stage() {
    for reply in [
        ok([]).after(1e12),
        ok([Step::Hang]),
        ok([chunk([0]), Step::Hang]),
        ok([chunk(frame(0, "hello")), Step::Wait(60_000.0), chunk(frame(0x80, "grpc-status: 0"))]),
        ok(std::iter::repeat_n([Step::Wait(700.0), chunk([])], 100).flatten()),
    ] {
        let fake = Fake::new();
        fake.reply(reply);
        let error = failed(call(&fake, 5_000.0));
        assert_eq!((error.code, error.kind, error.retryable), (Code::DeadlineExceeded, Kind::Timeout, true));
        assert!(error.message.contains("5000 ms") && error.message.contains("unknown"), "{}", error.message);
        assert_eq!(error.method, "/pkg.Service/Method");
        assert_eq!(fake.elapsed_ms(), 5_000.0);
        assert_eq!(fake.aborted(), 1);
    }
}

#[test]
fn a_deadline_past_31_bits_holds_too() {
    let fake = Fake::new();
    fake.reply(ok([Step::Hang]));
    assert_eq!(failed(call(&fake, 3e9)).code, Code::DeadlineExceeded);
    assert_eq!(fake.elapsed_ms(), 3e9);
    let fake = Fake::new();
    fake.reply(ok([chunk(good_body())]));
    assert!(call(&fake, f64::INFINITY).is_ok());
    assert!(fake.requests()[0].headers.contains(&("grpc-timeout".to_owned(), "99999999H".to_owned())));
}

#[test]
fn an_answer_in_the_last_moment_counts() {
    let fake = Fake::new();
    fake.reply(ok([chunk(good_body())]).after(5_000.0));
    assert!(call(&fake, 5_000.0).is_ok());
}

#[test]
fn without_time_nothing_is_sent() {
    for timeout_ms in [0.0, -0.0, -1.0, f64::NEG_INFINITY, f64::NAN] {
        let fake = Fake::new();
        let error = failed(call(&fake, timeout_ms));
        assert_eq!((error.code, error.kind, error.retryable), (Code::DeadlineExceeded, Kind::Invalid, false));
        assert_eq!(fake.requests().len(), 0);
    }
}

#[test]
fn giving_up_works_at_every_stage() {
    for reply in [
        ok([]).after(1e12),
        ok([Step::Hang]),
        ok([chunk([0]), Step::Hang]),
        ok([chunk(frame(0, "hello")), Step::Wait(60_000.0)]),
        Reply::new(503, &[], "").with_body(vec![chunk("<p>"), Step::Hang]),
    ] {
        let fake = Fake::new();
        fake.reply(reply);
        let error = failed(call_until(&fake, 5_000.0, cancel_after(fake.clone(), 300.0)));
        assert_eq!((error.code, error.kind, error.retryable), (Code::Cancelled, Kind::Aborted, false));
        assert!(error.message.contains("unknown"), "{}", error.message);
        assert_eq!(error.cause.as_ref().unwrap().get::<&str>(), Some(&"the reason"));
        assert_eq!(fake.elapsed_ms(), 300.0);
        assert_eq!(fake.aborted(), 1);
    }
}

#[test]
fn who_has_given_up_before_sends_nothing() {
    for timeout_ms in [5_000.0, 0.0] {
        let fake = Fake::new();
        let error = failed(call_until(&fake, timeout_ms, cancel_after(fake.clone(), 0.0)));
        assert_eq!((error.code, error.kind), (Code::Cancelled, Kind::Aborted));
        assert!(error.message.contains("before anything was sent"), "{}", error.message);
        assert!(error.cause.is_some());
        assert_eq!(fake.requests().len(), 0);
    }
}

#[test]
fn giving_up_comes_before_a_deadline_of_the_same_moment() {
    let fake = Fake::new();
    fake.reply(ok([Step::Hang]));
    let error = failed(call_until(&fake, 5_000.0, cancel_after(fake.clone(), 5_000.0)));
    assert_eq!(error.code, Code::Cancelled);
}

#[test]
fn bad_metadata_is_not_sent() {
    let fake = Fake::new();
    let mut metadata = Metadata::new();
    metadata.append("x", "a\nb");
    let request =
        UnaryRequest { base_url: "https://api.example.com", path: "/a.B/C", message: vec![], metadata: &metadata };
    let error = failed(fake.run(unary(&fake, request, &options(1.0), pending())));
    assert_eq!((error.code, error.kind), (Code::InvalidArgument, Kind::Invalid));
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn failures_below_http_have_their_codes() {
    for (kind, code) in [
        (HttpFailureKind::Network, Code::Unavailable),
        (HttpFailureKind::BodyBroken, Code::Unavailable),
        (HttpFailureKind::Unusable, Code::Internal),
        (HttpFailureKind::BodyUnusable, Code::Internal),
    ] {
        let fake = Fake::new();
        fake.reply(Reply::failing(kind).after(10.0));
        assert_eq!(failed(call(&fake, 5_000.0)).code, code);
        let fake = Fake::new();
        fake.reply(ok([chunk(frame(0, "hello")), Step::Fail(kind)]));
        let error = failed(call(&fake, 5_000.0));
        assert_eq!((error.code, error.http_status), (code, Some(200)));
        assert_eq!(fake.elapsed_ms(), 0.0);
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let fake = Fake::new();
    fake.reply(Reply { opaque_redirect: true, ..Reply::new(0, &[], "") });
    let error = failed(call(&fake, 5_000.0));
    assert_eq!((error.code, error.kind), (Code::Unknown, Kind::Config));
    assert_eq!(fake.requests().len(), 1);
    assert_eq!(fake.aborted(), 1);
}

#[test]
fn what_is_too_large_is_aborted_before_it_comes() {
    let announce = |flags: u8, length: u32| chunk([&[flags][..], &length.to_be_bytes()].concat());
    for step in [announce(0, u32::MAX), announce(0, 1_001), announce(0x80, 65_537)] {
        let fake = Fake::new();
        fake.reply(ok([step, Step::Hang]));
        assert_eq!(failed(call(&fake, 5_000.0)).code, Code::ResourceExhausted);
        assert_eq!((fake.elapsed_ms(), fake.aborted()), (0.0, 1));
    }
    let fake = Fake::new();
    fake.reply(ok([chunk(frame(0, [1; 1_000])), chunk(frame(0x80, "grpc-status: 0"))]));
    assert_eq!(call(&fake, 5_000.0).unwrap().message.len(), 1_000);
}

#[test]
fn the_answer_does_not_wait_for_the_end_of_the_body() {
    let fake = Fake::new();
    fake.reply(ok([chunk(good_body()), Step::Wait(100.0), chunk("behind")]));
    assert!(call(&fake, 5_000.0).is_ok());
    assert_eq!((fake.elapsed_ms(), fake.aborted()), (0.0, 0));
    fake.drain();
    assert_eq!((fake.elapsed_ms(), fake.aborted()), (100.0, 0));
}

#[test]
fn the_rest_is_drained_for_a_second_at_most() {
    let fake = Fake::new();
    fake.reply(ok([chunk(good_body()), Step::Hang]));
    assert!(call(&fake, 5_000.0).is_ok());
    assert_eq!(fake.aborted(), 0);
    fake.drain();
    assert_eq!((fake.elapsed_ms(), fake.aborted()), (1_000.0, 1));
}

#[test]
fn the_rest_is_drained_for_64_kib_at_most() {
    for (chunks, aborted) in [(8, 0), (9, 1), (1_000, 1)] {
        let fake = Fake::new();
        let rest = std::iter::repeat_n(chunk(vec![0; 8 * 1024]), chunks);
        fake.reply(ok(std::iter::once(chunk(good_body())).chain(rest)));
        assert!(call(&fake, 5_000.0).is_ok());
        fake.drain();
        assert_eq!((fake.elapsed_ms(), fake.aborted()), (0.0, aborted), "{chunks} chunks");
    }
}

#[test]
fn an_error_is_not_held_up_by_its_page() {
    let fake = Fake::new();
    fake.reply(Reply::new(503, &[], "").with_body(vec![chunk("down"), Step::Hang]));
    let error = failed(call(&fake, 30_000.0));
    assert_eq!((error.code, error.body_text.as_deref()), (Code::Unavailable, Some("down")));
    assert_eq!(fake.elapsed_ms(), 1_000.0);
    fake.drain();
    assert_eq!(fake.aborted(), 1);
}

#[test]
fn a_status_comes_through_whatever_the_pieces() {
    let body = [frame(0, "hello"), frame(0x80, "grpc-status: 7\r\ngrpc-message: not%20yours\r\n")].concat();
    let fake = Fake::new();
    let steps = body.iter().flat_map(|byte| [chunk([*byte]), Step::Wait(1.0)]);
    fake.reply(ok(steps));
    let error = failed(call(&fake, 5_000.0));
    assert_eq!((error.code, error.kind, error.message.as_str()), (Code::PermissionDenied, Kind::Auth, "not yours"));
}

#[test]
fn nothing_shown_of_a_failed_call_holds_the_metadata() {
    let fake = Fake::new();
    let mut metadata = Metadata::new();
    metadata.append("authorization", "Bearer secret-token");
    fake.reply(Reply::new(401, &[("x-echo", "secret-token"), ("content-type", "text/plain")], "secret-token"));
    let request =
        UnaryRequest { base_url: "https://api.example.com", path: "/a.B/C", message: vec![], metadata: &metadata };
    let error = failed(fake.run(unary(&fake, request, &options(9.0), pending())));
    assert_eq!((error.code, error.kind), (Code::Unauthenticated, Kind::Auth));
    let shown = format!("{error} {error:?} {metadata:?}");
    assert!(!shown.contains("secret-token"), "{shown}");
}
