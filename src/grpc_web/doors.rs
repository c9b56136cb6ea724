//! The parsers of this room with what must be true of them, for fuzzing and for the corpora that came of it. Not in the
//! published build. Each function panics when something is not as it must be.
#![allow(clippy::unwrap_used, clippy::panic, clippy::unreachable, clippy::indexing_slicing)]

use super::content_type::classify;
use super::frame::{Frame, FrameDecoder, FrameError, MAX_TRAILER_BYTES, encode};
use super::status::Status;
use super::{Code, Head, Metadata, Outcome, Received, Reply, details, trailers};
use crate::base64::{Decoder, NotBase64};
use crate::redact::Secrets;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Headers as they are told.
pub fn received(headers: &[(String, String)]) -> Received {
    Received::new(headers)
}

/// The most that a message may have in a frame of [`frame`].
const FRAME_LIMIT: usize = 1_000;

/// The most that a message of a [`Sample`] may have.
const LIMIT: usize = 32 * 1024;

/// Numbers that depend on `data` alone, so that a finding can be repeated.
struct Dice(u64);

impl Dice {
    fn of(data: &[u8]) -> Self {
        // FNV-1a.
        Self(
            data.iter()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
                | 1,
        )
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).unwrap() % end.max(1)
    }
}

/// `data` whole, in two, in pieces of any size, in single bytes.
fn chunkings(data: &[u8]) -> Vec<Vec<&[u8]>> {
    let mut dice = Dice::of(data);
    let middle = dice.below(data.len() + 1);
    let mut pieces = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at((1 + dice.below(40)).min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    vec![vec![data], vec![&data[..middle], &data[middle..]], pieces, data.chunks(1).collect()]
}

/// The same result for every chunking.
fn alike<T: PartialEq + std::fmt::Debug>(data: &[u8], judge: impl Fn(&[&[u8]]) -> T) -> T {
    let [whole, others @ ..] = &chunkings(data)[..] else { unreachable!() };
    let expected = judge(whole);
    for pieces in others {
        assert_eq!(judge(pieces), expected);
    }
    expected
}

fn frames(limit: usize, pieces: &[&[u8]]) -> (Vec<Frame>, Result<bool, FrameError>) {
    let mut decoder = FrameDecoder::new(limit);
    let mut frames = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        loop {
            match decoder.push(rest) {
                Ok((Some(frame), behind)) => {
                    frames.push(frame);
                    rest = behind;
                }
                Ok((None, behind)) => {
                    assert!(behind.is_empty());
                    break;
                }
                Err(error) => return (frames, Err(error)),
            }
        }
    }
    let is_inside = decoder.is_inside_frame();
    (frames, Ok(is_inside))
}

/// Raw bytes of a body.
pub fn frame(data: &[u8]) {
    let (found, _) = alike(data, |pieces| frames(FRAME_LIMIT, pieces));
    for frame in found {
        match frame {
            Frame::Message(bytes) => assert!(bytes.len() <= FRAME_LIMIT && bytes.capacity() <= 16 * 1024),
            Frame::Trailers(bytes) => assert!(bytes.len() <= MAX_TRAILER_BYTES),
            Frame::Another => {}
        }
    }
    let encoded = encode(data).unwrap();
    assert_eq!(frames(data.len(), &[&encoded]), (vec![Frame::Message(data.to_vec())], Ok(false)));
}

/// A block of trailers.
pub fn trailers(data: &[u8]) {
    let pairs = trailers::parse(data);
    for (name, value) in &pairs {
        assert!(!name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b':'));
        assert!(value.trim_ascii() == value && !value.contains('\n'));
    }
    for line_end in ["\r\n", "\n"] {
        let written: String = pairs.iter().map(|(name, value)| format!("{name}: {value}{line_end}")).collect();
        assert_eq!(trailers::parse(written.as_bytes()), pairs);
    }
}

/// Lines with a status.
pub fn status(data: &[u8]) {
    let pairs = trailers::parse(data);
    let status = Status::find(&pairs);
    assert_eq!(status.is_some(), pairs.iter().any(|(name, _)| name == "grpc-status"));
    let Some(status) = status else { return };
    if status.code != Code::Unknown {
        let number = status.code.number();
        assert!(
            pairs
                .iter()
                .filter(|(name, _)| name == "grpc-status")
                .all(|(_, value)| { value.split(',').all(|part| part.trim().parse() == Ok(number)) })
        );
    }
    if let Some(bytes) = &status.details {
        details::decode(bytes, &Secrets::default());
    }
    details::decode(data, &Secrets::default());
    // What is no status changes nothing.
    let more = [&[("x-other".to_owned(), "grpc-status: 5".to_owned())], &pairs[..]].concat();
    assert_eq!(Status::find(&more), Some(status));
}

fn decoded(pieces: &[&[u8]]) -> (Vec<u8>, Result<(), NotBase64>) {
    let (mut decoder, mut bytes) = (Decoder::default(), Vec::new());
    for piece in pieces {
        if let Err(error) = decoder.push(piece, &mut bytes) {
            return (bytes, Err(error));
        }
    }
    let result = decoder.finish(&mut bytes);
    (bytes, result)
}

/// Raw bytes of a body in text mode; then the same bytes as what a body encodes, flushed anywhere.
pub fn base64_text(data: &[u8]) {
    let (bytes, _) = alike(data, decoded);
    assert!(bytes.len() <= data.len() / 4 * 3 + 2);
    for flushes in chunkings(data) {
        let text = flushes.iter().map(|flush| STANDARD.encode(flush)).collect::<String>();
        assert_eq!(decoded(&[text.as_bytes()]), (data.to_vec(), Ok(())));
        let unpadded = text.trim_end_matches('=');
        assert_eq!(decoded(&[unpadded.as_bytes()]), (data.to_vec(), Ok(())));
    }
}

/// The value of a content type.
pub fn content_type(data: &[u8]) {
    let value = String::from_utf8_lossy(data);
    let found = classify(Some(&value));
    assert_eq!(classify(Some(&value.to_ascii_uppercase())), found);
    assert_eq!(classify(Some(&format!(" {value} ; charset=utf-8"))), found);
    let essence = value.split(';').next().unwrap().trim_ascii().to_ascii_lowercase();
    let is_ours = essence
        .strip_prefix("application/grpc-web")
        .is_some_and(|rest| ["", "+proto", "-text", "-text+proto"].contains(&rest));
    assert_eq!(found.is_ok(), is_ours);
}

/// Metadata that a caller gives.
pub fn header_values(data: &[u8]) {
    let value = String::from_utf8_lossy(data);
    let (name, value) = value.split_once(':').unwrap_or(("x-a", &value));
    let mut metadata = Metadata::new();
    if metadata.append(name, value).is_ok() {
        for (name, value) in metadata.as_pairs() {
            assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':' && !byte.is_ascii_uppercase()));
            assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && value.trim() == value.as_str());
        }
    }
}

/// What a caller can see of an outcome.
fn seen(outcome: Outcome) -> (String, Vec<u8>) {
    match outcome.result {
        Ok(answer) => {
            let metadata: Vec<_> = answer.headers.iter().chain(answer.trailers.iter()).collect();
            (format!("{:?} {metadata:?}", outcome.rest), answer.message)
        }
        Err(error) => {
            assert_ne!(error.code, Code::Ok);
            let metadata: Vec<_> = error.headers.iter().chain(error.trailers.iter()).collect();
            let status = (&error.server_message, &error.details, &error.details_bytes, error.retry_after_ms);
            (format!("{:?} {error:?} {metadata:?} {status:?} {:?}", outcome.rest, error.body_text), Vec::new())
        }
    }
}

/// A reply: an HTTP status in decimal, lines of headers, an empty line, the body.
pub struct Sample<'a> {
    http_status: u16,
    headers: Vec<(String, String)>,
    /// The body.
    pub body: &'a [u8],
}

impl<'a> Sample<'a> {
    /// Takes it apart.
    pub fn new(data: &'a [u8]) -> Self {
        let split = data.windows(2).position(|pair| pair == b"\n\n").map_or(data.len(), |at| at + 1);
        let (head, body) = data.split_at(split);
        let line_end = head.iter().position(|byte| *byte == b'\n').unwrap_or(head.len());
        let http_status = std::str::from_utf8(&head[..line_end]).ok().and_then(|text| text.trim().parse().ok());
        Self {
            http_status: http_status.unwrap_or(200),
            headers: trailers::parse(&head[line_end..]),
            body: body.strip_prefix(b"\n").unwrap_or(body),
        }
    }

    /// All that a caller can see of the outcome when the body comes in these pieces: in words, and the message.
    pub fn outcome<'p>(&self, pieces: impl IntoIterator<Item = &'p [u8]>) -> (String, Vec<u8>) {
        let head = Head {
            method: String::new(),
            max_message_bytes: LIMIT,
            retry_after_ms: None,
            http_status: self.http_status,
            opaque_redirect: false,
            headers: self.headers.clone(),
            secrets: Secrets::default(),
        };
        let mut reply = match Reply::begin(head) {
            Ok(reply) => reply,
            Err(outcome) => return seen(outcome),
        };
        for piece in pieces {
            if let Some(outcome) = reply.chunk(piece) {
                return seen(outcome);
            }
        }
        seen(reply.end())
    }
}

/// A [`Sample`].
pub fn reply(data: &[u8]) {
    let sample = Sample::new(data);
    alike(sample.body, |pieces| sample.outcome(pieces.iter().copied()));
}
