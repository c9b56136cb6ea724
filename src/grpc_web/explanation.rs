//! The text of a reply that is no gRPC-Web: an error page may say what is wrong.

use super::{Outcome, RpcError};
use crate::redact::Secrets;
use crate::text::lossy;

const MAX_CHARS: usize = 200;

/// More than is shown is read, so that the search for secrets sees all of one that begins within it.
const MAX_BYTES: usize = 4096;

/// Collects the beginning of a text for an error that is already known.
pub(super) struct Explanation {
    error: RpcError,
    secrets: Secrets,
    text: Vec<u8>,
}

impl Explanation {
    pub(super) fn new(error: RpcError, secrets: Secrets) -> Self {
        Self { error, secrets, text: Vec::new() }
    }

    /// How many bytes more are wanted.
    pub(super) fn missing(&self) -> usize {
        MAX_BYTES - self.text.len()
    }

    /// Done as soon as there is enough.
    pub(super) fn chunk(&mut self, chunk: &[u8]) -> Option<Outcome> {
        match chunk.split_at_checked(MAX_BYTES - self.text.len()) {
            Some((enough, _)) => {
                self.text.extend_from_slice(enough);
                Some(self.end())
            }
            None => {
                self.text.extend_from_slice(chunk);
                None
            }
        }
    }

    /// The text is whole, or nothing more of it will come. Only once: the error is handed out.
    pub(super) fn end(&mut self) -> Outcome {
        let nothing = RpcError::new(self.error.code, self.error.kind, "", "");
        let mut error = std::mem::replace(&mut self.error, nothing);
        let mut shown = String::new();
        for letter in self.secrets.cut_to(lossy(&self.text).trim_ascii(), MAX_CHARS).chars() {
            // A log line stays one line.
            shown.push(if letter.is_control() { ' ' } else { letter });
        }
        if !shown.is_empty() {
            error.body_text = Some(shown);
        }
        Outcome::failed(error)
    }
}
