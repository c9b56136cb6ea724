use super::tests::{LIMIT, TEXT_TYPE, TYPE, feed, frame, head};
use crate::error::Kind;
use crate::grpc_web::{Answer, Code, Detail, Head, Received, Reply, Rest, RpcFailure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

/// What a caller can see of an error.
#[derive(Debug, PartialEq)]
struct SeenError {
    code: Code,
    kind: Kind,
    message: String,
    headers: Received,
    trailers: Received,
    body_text: Option<String>,
    details: Vec<Detail>,
    details_bytes: Option<Vec<u8>>,
    server_message: Option<String>,
    retry_after_ms: Option<f64>,
}

/// The outcome of a body that came in these pieces and ended.
fn run(head: Head, chunks: Vec<&[u8]>) -> (Rest, Result<Answer, SeenError>) {
    let outcome = feed(head, chunks).map_or_else(|outcome| outcome, Reply::end);
    let result = outcome.result.map_err(|error| {
        let RpcFailure { code, kind, message, headers, trailers, .. } = &*error;
        SeenError {
            code: *code,
            kind: *kind,
            message: message.clone(),
            headers: headers.clone(),
            trailers: trailers.clone(),
            body_text: error.body_text.clone(),
            details: error.details.clone(),
            details_bytes: error.details_bytes.clone(),
            server_message: error.server_message.clone(),
            retry_after_ms: error.retry_after_ms,
        }
    });
    (outcome.rest, result)
}

fn any_payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "(grpc-status: ([0-9]|1[0-9])\r\n)?(grpc-message: [ -~]{0,9}\r\n)?(x-bin: [A-Za-z+/,= ]{0,9}\n)?"
            .prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..120),
    ]
}

/// Mostly bodies that are nearly right, some that are anything.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let flags = prop_oneof![6 => Just(0_u8), 6 => Just(0x80), 1 => any::<u8>()];
    prop_oneof![
        prop::collection::vec((flags, any_payload()), 0..4)
            .prop_map(|frames| frames.into_iter().flat_map(|(flags, payload)| frame(flags, payload)).collect()),
        prop::collection::vec(any::<u8>(), 0..1_000),
    ]
}

fn any_headers() -> impl Strategy<Value = (u16, Vec<(String, String)>)> {
    let content_type = prop_oneof![
        4 => Just(Some(TYPE.1.to_owned())),
        4 => Just(Some(TEXT_TYPE.1.to_owned())),
        1 => Just(Some("text/html".to_owned())),
        1 => Just(Some("application/grpc".to_owned())),
        1 => Just(None),
        1 => ".{0,30}".prop_map(Some),
    ];
    let status = prop_oneof![3 => Just(200), 1 => Just(503), 1 => any::<u16>()];
    let grpc_status = prop_oneof![3 => Just(None), 1 => "[0-9]{1,2}".prop_map(Some), 1 => ".{0,5}".prop_map(Some)];
    (status, content_type, grpc_status, ".{0,12}").prop_map(|(status, content_type, grpc_status, other)| {
        let mut headers = vec![("x-bin".to_owned(), other)];
        headers.extend(content_type.map(|value| ("content-type".to_owned(), value)));
        headers.extend(grpc_status.map(|value| ("grpc-status".to_owned(), value)));
        (status, headers)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_cutting_gives_the_same_outcome(
        (status, headers) in any_headers(),
        body in any_body(),
        as_base64 in any::<bool>(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let body = if as_base64 { STANDARD.encode(body).into_bytes() } else { body };
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        places.extend([0, body.len()]);
        places.sort_unstable();
        let pieces = places.windows(2).map(|pair| &body[pair[0]..pair[1]]).collect();
        let head = || Head { headers: headers.clone(), ..head(status, &[]) };
        let whole = run(head(), vec![&body]);
        prop_assert_eq!(&run(head(), pieces), &whole);
        prop_assert_eq!(&run(head(), body.chunks(1).collect()), &whole);
        prop_assert_ne!(whole.1.map_err(|error| error.code), Err(Code::Ok));
    }

    #[test]
    fn an_answer_comes_back_as_it_was_sent(message in prop::collection::vec(any::<u8>(), 0..LIMIT), as_base64 in any::<bool>(), cut in 1_usize..50) {
        let frames = [frame(0, &message), frame(0x80, "grpc-status: 0\r\n")];
        let (content_type, body) = if as_base64 {
            (TEXT_TYPE, frames.map(|frame| STANDARD.encode(frame)).concat().into_bytes())
        } else {
            (TYPE, frames.concat())
        };
        let (rest, result) = run(head(200, &[content_type]), body.chunks(cut).collect());
        prop_assert_eq!((rest, result.unwrap().message), (Rest::Drain, message));
    }
}
