//! What a reply comes to.

use super::{Received, RpcError};

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

    /// With all that is known of an error once the whole reply is.
    pub(super) fn complete(mut self) -> Self {
        if let Err(error) = &mut self.result {
            error.complete();
        }
        self
    }

    /// The call failed, and the body is not to be read on.
    pub(super) fn aborted(error: RpcError) -> Self {
        Self { result: Err(error), rest: Rest::Abort }
    }
}
