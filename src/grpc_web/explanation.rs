//! The text of a reply that is no gRPC-Web: an error page may say what is wrong.

use super::RpcError;
use super::reply::Outcome;
use crate::redact::Secrets;

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

    /// Done as soon as there is enough.
    pub(super) fn chunk(&mut self, chunk: &[u8]) -> Option<Outcome> {
        let missing = MAX_BYTES - self.text.len();
        self.text.extend(chunk.iter().take(missing));
        if chunk.len() < missing { None } else { Some(self.outcome()) }
    }

    /// The text is whole, or nothing more of it will come.
    pub(super) fn end(mut self) -> Outcome {
        self.outcome()
    }

    fn outcome(&mut self) -> Outcome {
        let text = String::from_utf8_lossy(&self.text);
        let text: String = self.secrets.cut_to(text.trim(), MAX_CHARS).chars().map(without_control).collect();
        let mut error = self.error.clone();
        error.body_text = Some(text).filter(|text| !text.is_empty());
        Outcome::failed(error)
    }
}

/// Keeps a log line one line.
fn without_control(character: char) -> char {
    if character.is_control() { ' ' } else { character }
}
