use crate::error::Kind;
use crate::grpc_web::{Answer, Head, Outcome, Reply, Rest};
use crate::grpc_web::{Below, Code, RpcError};
use crate::redact::Secrets;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub(super) const LIMIT: usize = 100;
pub(super) const TYPE: (&str, &str) = ("content-type", "application/grpc-web+proto");
pub(super) const TEXT_TYPE: (&str, &str) = ("content-type", "application/grpc-web-text+proto");

pub(super) fn frame(flags: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let length = u32::try_from(payload.len()).unwrap();
    [&[flags][..], &length.to_be_bytes(), payload].concat()
}

pub(super) fn head(http_status: u16, headers: &[(&str, &str)]) -> Head {
    Head {
        method: "/pkg.Service/Method".to_owned(),
        max_message_bytes: LIMIT,
        retry_after_ms: None,
        http_status,
        opaque_redirect: false,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        secrets: Secrets::default(),
    }
}

pub(super) fn feed<'a>(head: Head, chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Reply, Outcome> {
    let mut reply = Reply::begin(head)?;
    for chunk in chunks {
        if let Some(outcome) = reply.chunk(chunk) {
            return Err(outcome);
        }
    }
    Ok(reply)
}

/// The outcome of a body that came whole and ended.
fn outcome(http_status: u16, headers: &[(&str, &str)], body: &[u8]) -> Outcome {
    feed(head(http_status, headers), [body]).map_or_else(|outcome| outcome, Reply::end)
}

fn error(http_status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> RpcError {
    outcome(http_status, headers, body.as_ref()).result.unwrap_err()
}

fn code(http_status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Code {
    error(http_status, headers, body).code
}

fn good_body() -> Vec<u8> {
    [frame(0, "hello"), frame(0x80, "grpc-status: 0\r\nx-t: 1\r\nx-t: 2\r\n")].concat()
}

fn answer(outcome: Outcome) -> Answer {
    outcome.result.unwrap()
}

#[test]
fn an_answer_is_there_with_the_last_byte_of_the_trailers() {
    let body = [good_body(), b"junk behind it".to_vec()].concat();
    let last = good_body().len();
    for end in 0..last {
        assert!(feed(head(200, &[TYPE]), [&body[..end]]).is_ok(), "done after {end} of {last} bytes");
    }
    for chunks in [vec![&body[..last]], vec![&body[..]], body.chunks(1).collect()] {
        let Err(outcome) = feed(head(200, &[TYPE, ("x-h", "a, b")]), chunks) else { panic!("not done") };
        assert_eq!(outcome.rest, Rest::Drain);
        let answer = answer(outcome);
        assert_eq!(answer.message, b"hello");
        assert_eq!(answer.headers.get("x-h"), Some("a, b"));
        assert_eq!(answer.trailers.iter().collect::<Vec<_>>(), [("x-t", "1"), ("x-t", "2")]);
        assert_eq!(answer.trailers.get("grpc-status"), None);
    }
}

#[test]
fn base64_bodies_are_read_as_they_are_flushed() {
    let [message, trailers] = [frame(0, "hello"), frame(0x80, "grpc-status:0")];
    let flushed = [STANDARD.encode(message), STANDARD.encode(trailers)].concat();
    assert!(flushed.trim_end_matches('=').contains('='), "padding in the middle is what this is about");
    let whole = STANDARD.encode(good_body());
    for text in [flushed.as_str(), whole.as_str(), whole.trim_end_matches('=')] {
        for size in [1, 2, 3, 5, 1_000] {
            let reply = feed(head(200, &[TEXT_TYPE]), text.as_bytes().chunks(size));
            assert_eq!(answer(reply.map_or_else(|outcome| outcome, Reply::end)).message, b"hello");
        }
    }
    let Err(outcome) = feed(head(200, &[TEXT_TYPE]), [b"AAAA\x00".as_slice()]) else { panic!("not done") };
    assert_eq!((outcome.rest, outcome.result.unwrap_err().code), (Rest::Abort, Code::Internal));
    assert_eq!(code(200, &[TEXT_TYPE], &flushed.as_bytes()[..5]), Code::Internal);
    assert_eq!(code(200, &[TEXT_TYPE], &flushed.as_bytes()[..8]), Code::Unknown);
}

#[test]
fn the_status_of_the_trailers_wins() {
    let status9 = frame(0x80, "Grpc-Status: 9\r\ngRPC-Message: no%20way\r\nx-t: bing\r\n");
    for (status, header_status) in [(200, None), (200, Some("0")), (200, Some("8")), (500, None), (503, Some("8"))] {
        let headers: Vec<_> =
            [TYPE, ("x-h", "foo")].into_iter().chain(header_status.map(|s| ("grpc-status", s))).collect();
        for message in [vec![], frame(0, "m"), [frame(0, "m"), frame(0, "n")].concat()] {
            let error = error(status, &headers, [message, status9.clone()].concat());
            assert_eq!(
                (error.code, error.kind, error.message.as_str()),
                (Code::FailedPrecondition, Kind::Protocol, "no way")
            );
            assert_eq!((error.headers.get("x-h"), error.trailers.get("x-t")), (Some("foo"), Some("bing")));
            assert_eq!(error.http_status, Some(status));
            assert!(!error.retryable);
        }
    }
    assert_eq!(answer(outcome(500, &[TYPE], &good_body())).message, b"hello");
}

#[test]
fn a_status_in_the_header_counts_without_trailers() {
    let headers = [TYPE, ("grpc-status", "16"), ("grpc-message", "who%3F"), ("x-t", "bing")];
    let error = error(200, &headers, b"");
    assert_eq!((error.code, error.kind, error.message.as_str()), (Code::Unauthenticated, Kind::Auth, "who?"));
    assert_eq!(error.headers.get("x-t"), Some("bing"));
    for status in [400, 503] {
        assert_eq!(code(status, &headers, b""), Code::Unauthenticated);
        assert_eq!(code(status, &[("grpc-status", "16")], b"text"), Code::Unauthenticated);
    }
    assert_eq!(code(200, &headers, frame(0, "m")), Code::Unauthenticated);
    assert_eq!(code(200, &headers, &frame(0, "m")[..4]), Code::Unauthenticated);
    assert_eq!(code(200, &headers, frame(0x80, "grpc-message: x")), Code::Unauthenticated);
    let ok = [TYPE, ("grpc-status", "0")];
    assert_eq!(answer(outcome(200, &ok, &frame(0, "m"))).message, b"m");
    assert_eq!(code(200, &ok, b""), Code::Unimplemented);
    assert_eq!(code(200, &ok, &frame(0, "m")[..4]), Code::Unknown);
    assert_eq!(code(503, &ok, frame(0, "m")), Code::Unavailable);
    assert_eq!(code(503, &[("grpc-status", "0")], b"down"), Code::Unavailable);
}

#[test]
fn details_are_kept() {
    let trailers = frame(0x80, "grpc-status: 3\ngrpc-status-details-bin: CAM\n");
    let error = error(200, &[TYPE], trailers);
    assert_eq!(error.details_bytes.as_deref(), Some(&[8, 3][..]));
    assert_eq!(error.message, "the server answered invalid_argument without a message");
}

#[test]
fn ok_needs_exactly_one_message() {
    let ok = frame(0x80, "grpc-status: 0");
    assert_eq!(code(200, &[TYPE], &ok), Code::Unimplemented);
    assert_eq!(code(200, &[TYPE], [frame(0, ""), frame(0, ""), ok.clone()].concat()), Code::Unimplemented);
    assert_eq!(answer(outcome(200, &[TYPE], &[frame(0, ""), ok].concat())).message, b"");
}

#[test]
fn no_status_at_all_is_unknown() {
    for body in [vec![], frame(0, "m"), frame(0x80, "grpc-message: error\r\n"), frame(0x80, ""), vec![0], vec![0x80, 0]]
    {
        assert_eq!(code(200, &[TYPE], body), Code::Unknown);
    }
    assert_eq!(code(200, &[TYPE, ("grpc-message", "error")], b""), Code::Unknown);
    assert!(error(200, &[TYPE], b"").message.contains("without trailers"));
    assert!(error(200, &[TYPE], [0]).message.contains("middle of a frame"));
}

#[test]
fn http_errors_keep_status_wait_challenge_and_text() {
    let headers = [("content-type", "text/html"), ("www-authenticate", "Bearer x"), ("x-h", "1")];
    let page = format!("  <p>s\u{f8}r\u{f8}y\n{}", "x".repeat(300));
    for (status, code, kind) in [
        (400, Code::Internal, Kind::Protocol),
        (401, Code::Unauthenticated, Kind::Auth),
        (403, Code::PermissionDenied, Kind::Auth),
        (404, Code::Unimplemented, Kind::Protocol),
        (429, Code::Unavailable, Kind::Protocol),
        (431, Code::Unknown, Kind::Protocol),
        (503, Code::Unavailable, Kind::Protocol),
    ] {
        let head = Head { retry_after_ms: Some(7_000.0), ..head(status, &headers) };
        let outcome = feed(head, [page.as_bytes()]).map_or_else(|outcome| outcome, Reply::end);
        let error = outcome.result.unwrap_err();
        assert_eq!((error.code, error.kind, error.http_status), (code, kind, Some(status)));
        assert_eq!(error.retry_after_ms, Some(7_000.0));
        assert_eq!(error.headers.get("x-h"), Some("1"));
        assert_eq!(error.retryable, code == Code::Unavailable);
        let text = error.body_text.clone().unwrap();
        assert_eq!(text.chars().count(), 200);
        assert!(text.starts_with("<p>s\u{f8}r\u{f8}y x"), "{text}");
    }
    assert_eq!(error(503, &[("content-type", "text/plain")], b" \n").body_text, None);
    assert_eq!(error(503, &[], b"no healthy upstream").body_text.as_deref(), Some("no healthy upstream"));
    assert_eq!(error(503, &[("content-type", "image/png")], b"png").body_text, None);
    for body in [vec![], vec![0xff; 9], frame(0, "m"), frame(0, vec![0; LIMIT + 1])] {
        assert_eq!(code(503, &[TYPE], body), Code::Unavailable);
    }
}

#[test]
fn a_text_is_read_no_further_than_needed() {
    let Err(outcome) = feed(head(404, &[]), [&[b'x'; 4095][..], b"xy"]) else { panic!("still reading") };
    assert_eq!(outcome.rest, Rest::Drain);
    assert!(feed(head(404, &[]), [&[b'x'; 4095][..]]).is_ok());
}

#[test]
fn foreign_content_types_are_named() {
    for content_type in ["application/grpc-web+json", "image/jpeg", "text/html"] {
        let error = error(200, &[("content-type", content_type), ("grpc-status", "0")], b"<html>");
        assert_eq!((error.code, error.kind), (Code::Unknown, Kind::Protocol));
        assert!(error.message.contains(content_type), "{}", error.message);
        assert_eq!(error.body_text.as_deref(), (content_type == "text/html").then_some("<html>"));
    }
    assert!(error(200, &[], good_body()).message.contains("no content type"));
    for content_type in ["application/grpc", "text/plain", "image/jpeg", "application/grpc-web+json", ""] {
        for status in [200, 204, 503] {
            let error = error(status, &[("content-type", content_type), ("grpc-status", "9")], b"body");
            assert_eq!((error.code, error.kind), (Code::FailedPrecondition, Kind::Protocol), "{status} {content_type}");
        }
    }
    assert_eq!(code(200, &[("grpc-status", "14")], b""), Code::Unavailable);
    assert_eq!(code(200, &[("grpc-status", "17")], b""), Code::Unknown);
    for (status, expected) in [(200, Code::Unknown), (503, Code::Unavailable), (415, Code::Unknown)] {
        let error = error(status, &[("content-type", "application/grpc")], b"");
        assert_eq!((error.code, error.kind, error.retryable), (expected, Kind::Config, false));
        assert!(error.message.contains("gRPC-Web proxy"), "{}", error.message);
    }
}

#[test]
fn an_opaque_redirect_is_a_matter_of_config() {
    let head = Head { opaque_redirect: true, ..head(0, &[]) };
    let Err(outcome) = Reply::begin(head) else { panic!("no outcome") };
    assert_eq!(outcome.rest, Rest::Abort);
    let error = outcome.result.unwrap_err();
    assert_eq!((error.code, error.kind, error.http_status), (Code::Unknown, Kind::Config, None));
    assert!(!error.retryable);
    assert!(error.message.contains("log-in page") && error.message.contains("baseUrl"), "{}", error.message);
}

#[test]
fn what_breaks_the_protocol_is_not_read_on() {
    let length = |flags: u8, length: u32| [&[flags][..], &length.to_be_bytes()].concat();
    let over = u32::try_from(LIMIT).unwrap() + 1;
    for (body, code, word) in [
        (length(0, over), Code::ResourceExhausted, "101 bytes; the limit is 100"),
        (length(0, u32::MAX), Code::ResourceExhausted, "4294967295"),
        (length(0x80, 65_537), Code::ResourceExhausted, "65536"),
        (vec![1], Code::Internal, "compressed message"),
        (vec![0x81], Code::Internal, "compressed trailers"),
        (vec![4], Code::Internal, "flags (4)"),
    ] {
        let Err(outcome) = feed(head(200, &[TYPE]), [body.as_slice()]) else { panic!("still reading") };
        assert_eq!(outcome.rest, Rest::Abort);
        let error = outcome.result.unwrap_err();
        assert_eq!((error.code, error.kind), (code, Kind::Protocol));
        assert!(error.message.contains(word), "{}", error.message);
    }
    let exact = [frame(0, vec![7; LIMIT]), frame(0x80, "grpc-status: 0")].concat();
    assert_eq!(answer(outcome(200, &[TYPE], &exact)).message.len(), LIMIT);
}

#[test]
fn a_broken_read_is_unavailable_unless_more_is_known() {
    let broken = |status, headers: &[_], body: &[u8], how| {
        let Ok(reply) = feed(head(status, headers), [body]) else { panic!("done before it broke") };
        reply.broken(how).result.unwrap_err()
    };
    let error = broken(200, &[TYPE, ("grpc-status", "0")], &frame(0, "m"), Below::BodyBroken);
    assert_eq!((error.code, error.kind, error.http_status), (Code::Unavailable, Kind::Network, Some(200)));
    assert!(error.retryable);
    assert_eq!(broken(200, &[TYPE], b"", Below::BodyUnusable).code, Code::Internal);
    assert_eq!(broken(200, &[TYPE, ("grpc-status", "5")], b"", Below::BodyBroken).code, Code::NotFound);
    assert_eq!(broken(404, &[TYPE], b"", Below::BodyBroken).code, Code::Unimplemented);
    let page = broken(404, &[], b"half a pa", Below::BodyBroken);
    assert_eq!((page.code, page.body_text.as_deref()), (Code::Unimplemented, Some("half a pa")));
}
