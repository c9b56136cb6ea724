//! One unary reply as a state machine: fed with what comes, it says what the call came to. No input or output here.

use super::content_type::{Encoding, Foreign, classify};
use super::error::kind_of_answer;
use super::explanation::Explanation;
use super::failure::{self, Below};
use super::frames_body::FramesBody;
use super::status::Status;
use super::{Code, Received, RpcError};
use crate::error::Kind;
use crate::redact::Secrets;
use crate::text::header;

/// The head of a reply, and what is needed to judge it.
pub struct Head {
    /// The path of the method, for errors.
    pub method: String,
    /// The most that a message may have.
    pub max_message_bytes: usize,
    /// How long `Retry-After` asks to wait, in milliseconds. Dates are the platform's to parse.
    pub retry_after_ms: Option<f64>,
    /// 0 for an opaque redirect.
    pub http_status: u16,
    /// The server answered with a redirect that was not followed.
    pub opaque_redirect: bool,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// What was sent, and must not be shown when the server repeats it.
    pub secrets: Secrets,
}

impl Head {
    /// An error that keeps what the head says.
    pub(super) fn error(&self, code: Code, kind: Kind, message: String) -> RpcError {
        let mut error = RpcError::new(code, kind, message, &self.method);
        error.http_status = Some(self.http_status);
        error.retry_after_ms = self.retry_after_ms;
        error.headers = Received::new(&self.headers).without(&self.secrets);
        error
    }

    /// The error of a status other than OK.
    pub(super) fn status_error(&self, status: Status) -> RpcError {
        let words = status.words(&self.secrets);
        let message = if words.is_empty() {
            ["the server answered ", status.code.as_str(), " without a message"].concat()
        } else {
            words.clone()
        };
        let mut error = self.error(status.code, kind_of_answer(status.code), message);
        error.server_message = Some(words);
        error.set_details(status.details, &self.secrets);
        error
    }

    /// The error of an HTTP status other than 200 without a gRPC status.
    pub(super) fn http_error(&self) -> RpcError {
        let code = Code::from_http_status(self.http_status);
        self.error(code, kind_of_answer(code), failure::http_status_message(self.http_status))
    }

    pub(super) fn is_http_ok(&self) -> bool {
        self.http_status == 200
    }

    fn foreign_error(&self, foreign: Foreign) -> RpcError {
        if foreign == Foreign::NativeGrpc {
            let code = if self.is_http_ok() { Code::Unknown } else { Code::from_http_status(self.http_status) };
            let message = "the server speaks native gRPC (application/grpc), which a browser can't read: put a gRPC-Web \
                           proxy before it, or set baseUrl to the one there is";
            return self.error(code, Kind::Config, message.to_owned());
        }
        if !self.is_http_ok() {
            return self.http_error();
        }
        let what = match header(&self.headers, "content-type") {
            Some(content_type) => ["is of type \"", &self.secrets.cut(content_type), "\""].concat(),
            None => "has no content type, or a service worker hides it".to_owned(),
        };
        let message = ["the reply ", &what, ", so it is not gRPC-Web with protobuf messages: check baseUrl"].concat();
        self.error(Code::Unknown, Kind::Protocol, message)
    }
}

/// What a successful call brought.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// Encoded.
    pub message: Vec<u8>,
    /// The headers that the browser lets be read.
    pub headers: Received,
    /// The trailers, without the status.
    pub trailers: Received,
}

/// What to do with the rest of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Read it for a while, so that the connection can be used again.
    Drain,
    /// Abort: it is too large, or nobody knows what it is.
    Abort,
}

/// The end of a call.
#[derive(Debug)]
pub struct Outcome {
    /// The answer; an error is complete.
    pub result: Result<Answer, RpcError>,
    /// What becomes of the rest of the body.
    pub rest: Rest,
}

impl Outcome {
    /// The call failed, in a way that leaves the connection good.
    pub(super) fn failed(error: RpcError) -> Self {
        Self { result: Err(error), rest: Rest::Drain }
    }

    fn complete(mut self) -> Self {
        self.result = self.result.map_err(RpcError::complete);
        self
    }

    /// The call failed, and the body is not to be read on.
    pub(super) fn aborted(error: RpcError) -> Self {
        Self { result: Err(error), rest: Rest::Abort }
    }
}

/// A reply whose body is still to be read. After an outcome it is not to be fed any more.
pub struct Reply(Body);

enum Body {
    /// Frames.
    Frames(Box<FramesBody>),
    /// The error is known; its text is on the way.
    Explained(Explanation),
}

impl Reply {
    /// Judges the head: the outcome, if the body does not matter.
    pub fn begin(head: Head) -> Result<Self, Outcome> {
        Self::judge(head).map_err(Outcome::complete)
    }

    fn judge(head: Head) -> Result<Self, Outcome> {
        if head.opaque_redirect {
            let message = "the server answered with a redirect, which a call does not follow: it may be to the log-in \
                           page of a proxy in front of the API, or baseUrl is not the API's own address";
            let mut error = head.error(Code::Unknown, Kind::Config, message.to_owned());
            error.http_status = None;
            return Err(Outcome::aborted(error));
        }
        let status = Status::find(&head.headers);
        let foreign = match classify(header(&head.headers, "content-type")) {
            Ok(encoding) => {
                let is_base64 = encoding == Encoding::Base64;
                return Ok(Self(Body::Frames(Box::new(FramesBody::new(head, status, is_base64)))));
            }
            Err(foreign) => foreign,
        };
        // Gateways answer so for the server behind them. An OK is none without the message that belongs to it.
        if let Some(status) = status.filter(|status| status.code != Code::Ok) {
            return Err(Outcome::failed(head.status_error(status)));
        }
        let error = head.foreign_error(foreign);
        match foreign {
            Foreign::Readable => Ok(Self(Body::Explained(Explanation::new(error, head.secrets)))),
            Foreign::NativeGrpc | Foreign::Opaque => Err(Outcome::failed(error)),
        }
    }

    /// True when waiting for the body is worth little.
    pub fn is_explanation(&self) -> bool {
        matches!(self.0, Body::Explained(_))
    }

    /// How many bytes more it needs at least before there may be an outcome. Never 0.
    pub fn missing(&self) -> usize {
        match &self.0 {
            Body::Frames(body) => body.missing(),
            Body::Explained(body) => body.missing(),
        }
    }

    /// Takes a chunk of the body.
    pub fn chunk(&mut self, chunk: &[u8]) -> Option<Outcome> {
        match &mut self.0 {
            Body::Frames(body) => body.chunk(chunk),
            Body::Explained(body) => body.chunk(chunk),
        }
        .map(Outcome::complete)
    }

    /// The body ended.
    pub fn end(self) -> Outcome {
        match self.0 {
            Body::Frames(body) => body.end(),
            Body::Explained(body) => body.end(),
        }
        .complete()
    }

    /// Reading the body failed.
    pub fn broken(self, how: Below) -> Outcome {
        match self.0 {
            Body::Frames(body) => body.broken(how),
            Body::Explained(body) => body.end(),
        }
        .complete()
    }
}

/// The answer of a reply of which `bytes` have come; or how many bytes more it needs at least. 0 for every other reply, which
/// is to be read with all of its head. That needs no more of the head than this.
pub fn answer_at_once(max_message_bytes: usize, bytes: &[u8]) -> Result<Answer, usize> {
    let head = Head {
        method: String::new(),
        max_message_bytes,
        retry_after_ms: None,
        http_status: 200,
        opaque_redirect: false,
        headers: Vec::new(),
        secrets: Secrets::default(),
    };
    let mut body = FramesBody::new(head, None, false);
    match body.chunk(bytes) {
        Some(outcome) => outcome.result.map_err(|_| 0),
        None => Err(body.missing()),
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "reply_tests.rs"]
mod tests;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "reply_properties.rs"]
mod properties;
