//! A core that remembers what it is told and answers from a script.

use crate::breakout::Registration;
use crate::keeper::event::{Failure, FailureKind};
use std::collections::{BTreeMap, VecDeque};

pub const TTL_MS: f64 = 3_600_000.0;

/// How long the core takes, unless the script says otherwise.
const LATENCY_MS: f64 = 50.0;

/// An error as TypeScript would have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    pub family: &'static str,
    pub code: &'static str,
    pub kind: &'static str,
}

/// Within which limits the core was called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub timeout_ms: Option<f64>,
    pub is_retried: bool,
    pub outlives_page: bool,
}

/// One request to the core.
#[derive(Clone, Debug)]
pub struct Asked {
    pub at_ms: f64,
    pub is_upsert: bool,
    pub token: String,
    pub sip_uri: String,
    pub number: Option<String>,
    pub limits: Limits,
}

impl Asked {
    pub fn of(at_ms: f64, is_upsert: bool, token: String, registration: &Registration, limits: Limits) -> Self {
        let target = &registration.target;
        let sip_uri = target.sip_uri.as_str().to_owned();
        let number = target.phone_number.as_ref().map(|number| number.as_str().to_owned());
        Self { at_ms, is_upsert, token, sip_uri, number, limits }
    }

    /// Whether the request has `text` as its address or number.
    pub fn has(&self, text: &str) -> bool {
        self.sip_uri == text || self.number.as_deref() == Some(text)
    }
}

/// What the core answers, and after how long.
#[derive(Clone, Debug)]
pub struct Answer {
    pub error: Option<Error>,
    pub retry_after_ms: Option<f64>,
    pub after_ms: f64,
    /// The core does what it is asked, also if nobody hears of it.
    pub is_done: bool,
}

impl Answer {
    pub fn taken() -> Self {
        Self { error: None, retry_after_ms: None, after_ms: LATENCY_MS, is_done: true }
    }

    pub fn failing(family: &'static str, code: &'static str, kind: &'static str) -> Self {
        Self { error: Some(Error { family, code, kind }), is_done: false, ..Self::taken() }
    }

    /// The core does it, and the answer is lost.
    pub fn lost() -> Self {
        Self { is_done: true, ..unavailable() }
    }

    /// The same, `ms` after it was asked.
    pub fn after(self, ms: f64) -> Self {
        Self { after_ms: ms, ..self }
    }

    /// The same, asking for patience.
    pub fn asking_for(self, ms: f64) -> Self {
        Self { retry_after_ms: Some(ms), ..self }
    }

    /// Whether the client sends such a call again.
    pub fn may_pass(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.code == "unavailable")
    }
}

/// The failure of a call.
pub fn failure(error: Error, retry_after_ms: Option<f64>) -> Failure<Error> {
    Failure { kind: FailureKind::of(error.family, error.code, error.kind), retry_after_ms, error }
}

pub fn aborted() -> Failure<Error> {
    failure(Error { family: "rpc", code: "cancelled", kind: "aborted" }, None)
}

/// The core does not want it.
pub fn refused() -> Answer {
    Answer::failing("rejected", "not_acceptable", "rejected")
}

/// The core can't be reached.
pub fn unavailable() -> Answer {
    Answer::failing("rpc", "unavailable", "protocol")
}

/// The token is of no use for this.
pub fn forbidden() -> Answer {
    Answer::failing("rpc", "permission_denied", "auth")
}

/// The wasm that makes the calls stopped.
pub fn crashed() -> Answer {
    Answer::failing("load", "crashed", "crashed")
}

impl Core {
    /// It does what it is asked, whoever hears of it.
    pub fn carry_out(&mut self, asked: &Asked) {
        // Without a number it is the token's own.
        let number = asked.number.clone().unwrap_or_else(|| asked.token.clone());
        if asked.is_upsert {
            self.registrations.insert(number, (asked.sip_uri.clone(), asked.at_ms + TTL_MS));
        } else if self.registrations.get(&number).is_some_and(|(sip_uri, _)| *sip_uri == asked.sip_uri) {
            self.registrations.remove(&number);
        }
    }
}

/// The core.
#[derive(Default)]
pub struct Core {
    /// What it has, by number: the PBX, and until when.
    pub registrations: BTreeMap<String, (String, f64)>,
    pub asked: Vec<Asked>,
    pub answers: VecDeque<Answer>,
    pub cancelled: usize,
}
