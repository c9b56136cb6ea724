//! One unary reply as a state machine: fed with what comes, it says what the call came to. No input or output here.

use super::content_type::{Encoding, Foreign, classify};
use super::explanation::Explanation;
use super::frames_body::FramesBody;
use super::status::Status;
use super::{Answer, Below, Code, Head, Outcome};
use crate::error::Kind;
use crate::redact::Secrets;
use crate::text::header;

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
            let mut error = head.error(Code::Unknown, Kind::Config, message);
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
        if let Some(status) = &status
            && status.code != Code::Ok
        {
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
    pub fn end(mut self) -> Outcome {
        match &mut self.0 {
            Body::Frames(body) => body.end(),
            Body::Explained(body) => body.end(),
        }
        .complete()
    }

    /// Reading the body failed.
    pub fn broken(mut self, how: Below) -> Outcome {
        match &mut self.0 {
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
