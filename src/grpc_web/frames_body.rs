//! The body of a reply that is gRPC-Web: frames to a message and a status.

use super::failure::{self, Below};
use super::frame::{Frame, FrameDecoder, FrameError};
use super::status::Status;
use super::{Answer, Code, Head, Outcome, Received, Rest, RpcError, trailers};
use crate::base64::Decoder;
use crate::error::Kind;
use crate::text::decimal;

/// Base64 is decoded in pieces of this size, so that a large chunk is not held twice.
const TEXT_PIECE_BYTES: usize = 16 * 1024;

/// What has come so far.
pub(super) struct FramesBody {
    head: Head,
    /// The status in the header. It counts when the trailers have none.
    header_status: Option<Status>,
    frames: FrameDecoder,
    /// Present in text mode.
    text: Option<Decoder>,
    message: Option<Vec<u8>>,
    has_more_messages: bool,
}

impl FramesBody {
    pub(super) fn new(head: Head, header_status: Option<Status>, is_base64: bool) -> Self {
        Self {
            frames: FrameDecoder::new(head.max_message_bytes),
            text: is_base64.then(Decoder::default),
            head,
            header_status,
            message: None,
            has_more_messages: false,
        }
    }

    /// How many bytes more it needs at least; in text mode each is more than a character.
    pub(super) fn missing(&self) -> usize {
        self.frames.missing()
    }

    pub(super) fn chunk(&mut self, chunk: &[u8]) -> Option<Outcome> {
        let Some(mut text) = self.text.take() else { return self.binary(chunk) };
        let outcome = self.base64(&mut text, chunk);
        self.text = Some(text);
        outcome
    }

    fn base64(&mut self, text: &mut Decoder, chunk: &[u8]) -> Option<Outcome> {
        let mut bytes = Vec::with_capacity(chunk.len().min(TEXT_PIECE_BYTES));
        for piece in chunk.chunks(TEXT_PIECE_BYTES) {
            bytes.clear();
            let decoded = text.push(piece, &mut bytes);
            // What is good before a bad character still counts: it may end with the status.
            if let Some(outcome) = self.binary(&bytes) {
                return Some(outcome);
            }
            if decoded.is_err() {
                return Some(self.not_base64());
            }
        }
        None
    }

    fn binary(&mut self, chunk: &[u8]) -> Option<Outcome> {
        let mut rest = chunk;
        loop {
            let frame = match self.frames.push(rest) {
                Ok((frame, behind)) => {
                    rest = behind;
                    frame?
                }
                Err(error) => return Some(self.frame_error(error)),
            };
            match frame {
                Frame::Message(message) => self.message = Some(message),
                Frame::Another => self.has_more_messages = true,
                Frame::Trailers(block) => return Some(self.finish(&trailers::parse(&block))),
            }
        }
    }

    pub(super) fn end(&mut self) -> Outcome {
        if let Some(mut text) = self.text.take() {
            let mut bytes = Vec::new();
            let decoded = text.finish(&mut bytes);
            if let Some(outcome) = self.binary(&bytes) {
                return outcome;
            }
            if decoded.is_err() {
                return self.not_base64();
            }
        }
        if self.frames.is_inside_frame() {
            return self.unreadable(Code::Unknown, "the reply ended in the middle of a frame");
        }
        self.finish(&[])
    }

    pub(super) fn broken(&mut self, how: Below) -> Outcome {
        let error = self.known_error().unwrap_or_else(|| {
            let broken = failure::below_http(how, &self.head.method);
            self.head.error(broken.code, broken.kind, &broken.message)
        });
        Outcome::aborted(error)
    }

    /// All has come.
    fn finish(&mut self, trailers: &[(String, String)]) -> Outcome {
        let result = self.judge(trailers).map_err(|mut error| {
            error.trailers = Received::new(trailers).without(&self.head.secrets);
            error
        });
        Outcome { result, rest: Rest::Drain }
    }

    fn judge(&mut self, trailers: &[(String, String)]) -> Result<Answer, RpcError> {
        let is_http_ok = self.head.is_http_ok();
        let status = Status::find(trailers);
        // An OK in the header, sent before anything was done, does not outweigh an HTTP error.
        let in_header = self.header_status.as_ref().filter(|status| is_http_ok || status.code != Code::Ok);
        match status.as_ref().or(in_header) {
            Some(status) if status.code != Code::Ok => return Err(self.head.status_error(status)),
            Some(_) => {}
            None if !is_http_ok => return Err(self.head.http_error()),
            None => {
                let message = no_status(trailers.is_empty());
                return Err(self.head.error(Code::Unknown, Kind::Protocol, message));
            }
        }
        match self.message.take() {
            Some(message) if !self.has_more_messages => {
                Ok(Answer { message, headers: Received::new(&self.head.headers), trailers: Received::new(trailers) })
            }
            Some(_) => Err(self.wrong_count("the server answered with more than one message")),
            None => Err(self.wrong_count("the server answered OK without a message")),
        }
    }

    fn wrong_count(&self, message: &str) -> RpcError {
        self.head.error(Code::Unimplemented, Kind::Protocol, message)
    }

    /// What header and HTTP status already say is wrong, whatever becomes of the body.
    fn known_error(&self) -> Option<RpcError> {
        match &self.header_status {
            Some(status) if status.code != Code::Ok => Some(self.head.status_error(status)),
            _ if self.head.is_http_ok() => None,
            _ => Some(self.head.http_error()),
        }
    }

    fn unreadable(&mut self, code: Code, message: &str) -> Outcome {
        let error = self.known_error().unwrap_or_else(|| self.head.error(code, Kind::Protocol, message));
        Outcome::aborted(error)
    }

    fn not_base64(&mut self) -> Outcome {
        self.unreadable(Code::Internal, "the reply is not the base64 that its content type says")
    }

    fn frame_error(&mut self, error: FrameError) -> Outcome {
        let sizes = |what, announced: usize, limit: usize| {
            [
                "the reply announces ",
                what,
                " of ",
                &decimal(announced as u64),
                " bytes; the limit is ",
                &decimal(limit as u64),
            ]
            .concat()
        };
        match error {
            FrameError::MessageTooLarge { announced } => {
                let message = sizes("a message", announced, self.head.max_message_bytes);
                self.unreadable(Code::ResourceExhausted, &message)
            }
            FrameError::TrailersTooLarge { announced } => {
                let message = sizes("trailers", announced, super::frame::MAX_TRAILER_BYTES);
                self.unreadable(Code::ResourceExhausted, &message)
            }
            FrameError::CompressedMessage => {
                self.unreadable(Code::Internal, "the reply has a compressed message, though no compression was offered")
            }
            FrameError::CompressedTrailers => {
                self.unreadable(Code::Internal, "the reply has compressed trailers, though no compression was offered")
            }
            FrameError::UnknownFlags(flags) => {
                let message = ["the reply has a frame with unknown flags (", &decimal(flags.into()), ")"].concat();
                self.unreadable(Code::Internal, &message)
            }
            FrameError::TooManyMessages => {
                self.unreadable(Code::Unimplemented, "the server answered with one message after the other")
            }
        }
    }
}

fn no_status(has_no_trailers: bool) -> &'static str {
    if has_no_trailers {
        "the reply ended without trailers, so what became of the call is unknown; a proxy may have cut it off"
    } else {
        "the trailers of the reply have no grpc-status"
    }
}
