//! A reply from the script.

use crate::seams::HttpFailureKind;

/// One thing that a scripted body does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Hands out these bytes.
    Chunk(Vec<u8>),
    /// Lets virtual time pass.
    Wait(f64),
    /// Breaks.
    Fail(HttpFailureKind),
    /// Never answers again.
    Hang,
}

/// A scripted reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Before the head, in milliseconds.
    pub delay_ms: f64,
    /// How it fails instead of answering.
    pub failure: Option<HttpFailureKind>,
    /// HTTP status; 0 with `opaque_redirect`.
    pub status: u16,
    /// A redirect that was not followed.
    pub opaque_redirect: bool,
    /// Reply headers.
    pub headers: Vec<(String, String)>,
    /// What the body does; after the last step it ends.
    pub body: Vec<Step>,
}

impl Reply {
    /// Status, headers and a body of one chunk.
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let body = vec![Step::Chunk(body.into())];
        Self { delay_ms: 0.0, failure: None, status, opaque_redirect: false, headers, body }
    }

    /// A JSON body.
    pub fn json(status: u16, body: &str) -> Self {
        Self::new(status, &[("content-type", "application/json")], body)
    }

    /// No reply.
    pub fn failing(kind: HttpFailureKind) -> Self {
        Self { failure: Some(kind), ..Self::new(0, &[], "") }
    }

    /// The same reply, its head `ms` later.
    pub fn after(self, ms: f64) -> Self {
        Self { delay_ms: ms, ..self }
    }

    /// The same reply with another body.
    pub fn with_body(self, body: Vec<Step>) -> Self {
        Self { body, ..self }
    }
}
