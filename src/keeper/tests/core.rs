//! A core that remembers what it is told and answers from a script, and calls that reach it as those of the client do.

use super::session::{FakeSession, over};
use crate::breakout::{Registration, Target};
use crate::error::Kind;
use crate::keeper::{CallError, CallLimits, Calls, Owners, Registered, key_of};
use crate::seams::fake::Fake;
use crate::seams::{Clock, Moment, Timer};
use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture, select};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::pin;
use std::rc::Rc;

pub const TTL_SECONDS: f64 = 3600.0;

/// How long the core takes, unless the script says otherwise.
const LATENCY_MS: f64 = 50.0;
/// The client's own deadline.
const TIMEOUT_MS: f64 = 30_000.0;
/// How often a call is sent that may be sent again, and after which wait.
const MOST_ATTEMPTS: u32 = 5;
const RETRY_MS: f64 = 1_000.0;

/// One request to the core.
#[derive(Clone, Debug)]
pub struct Asked {
    pub at_ms: f64,
    pub is_upsert: bool,
    pub token: String,
    pub sip_uri: String,
    pub number: Option<String>,
    pub limits: CallLimits,
}

impl Asked {
    /// Whether the request has `text` as its address or number.
    pub fn has(&self, text: &str) -> bool {
        self.sip_uri == text || self.number.as_deref() == Some(text)
    }
}

/// What the core answers, and after how long.
#[derive(Clone, Debug)]
pub struct Answer {
    result: Result<(), CallError>,
    after_ms: f64,
}

impl Answer {
    /// This error.
    pub fn failing(error: CallError) -> Self {
        Self { result: Err(error), after_ms: LATENCY_MS }
    }

    /// The same, `ms` after it was asked.
    pub fn after(self, ms: f64) -> Self {
        Self { after_ms: ms, ..self }
    }

    /// The same, asking for patience.
    pub fn asking_for(mut self, ms: f64) -> Self {
        if let Err(error) = &mut self.result {
            error.retry_after_ms = Some(ms);
        }
        self
    }
}

fn error(family: &'static str, code: &str, kind: Kind, retryable: bool) -> CallError {
    let (code, message) = (code.to_owned(), "no!".to_owned());
    CallError { family, code, kind, retryable, retry_after_ms: None, message, raw: None }
}

/// The core does not want it.
pub fn refused() -> Answer {
    Answer::failing(error("rejected", "not_acceptable", Kind::Rejected, false))
}

/// The core can't be reached.
pub fn unavailable() -> Answer {
    Answer::failing(error("rpc", "unavailable", Kind::Protocol, true))
}

/// The token is of no use for this.
pub fn forbidden() -> Answer {
    Answer::failing(error("rpc", "permission_denied", Kind::Auth, false))
}

/// The wasm that makes the calls stopped.
pub fn crashed() -> Answer {
    Answer::failing(error("load", "crashed", Kind::Crashed, false))
}

/// The core. Clones are the same.
#[derive(Clone, Default)]
pub struct Core {
    pub asked: Rc<RefCell<Vec<Asked>>>,
    answers: Rc<RefCell<VecDeque<Answer>>>,
    cancelled: Rc<Cell<usize>>,
}

impl Core {
    pub fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.borrow_mut().extend(answers);
    }

    /// How many calls were cancelled before they had an answer.
    pub fn cancelled(&self) -> usize {
        self.cancelled.get()
    }
}

/// The calls of one page.
pub struct ScriptedCalls {
    fake: Fake,
    session: FakeSession,
    core: Core,
    /// The keys of those under way.
    under_way: RefCell<Vec<String>>,
}

/// A call under way; dropped when it ends in whatever way.
struct Turn<'a>(&'a ScriptedCalls, String);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.under_way.borrow_mut().retain(|key| *key != self.1);
    }
}

/// What a call came to.
struct Answered {
    sent_at: Moment,
    /// An earlier attempt may have been carried out.
    is_repeated: bool,
    result: Result<(), CallError>,
}

impl ScriptedCalls {
    pub fn new(fake: &Fake, session: &FakeSession, core: &Core) -> Self {
        Self { fake: fake.clone(), session: session.clone(), core: core.clone(), under_way: RefCell::default() }
    }

    async fn call(
        &self,
        is_upsert: bool,
        target: &Target,
        limits: CallLimits,
        cancelled: LocalBoxFuture<'_, ()>,
    ) -> Result<Answered, CallError> {
        let key = key_of(target);
        let is_free = !self.under_way.borrow().contains(&key);
        assert!(is_free || limits.outlives_page, "two calls for {key} at once");
        self.under_way.borrow_mut().push(key.clone());
        let _turn = Turn(self, key);
        let timeout_ms = limits.timeout_ms.unwrap_or(TIMEOUT_MS);
        let attempts = pin!(self.attempts(is_upsert, target, limits));
        let deadline = pin!(self.fake.sleep(timeout_ms));
        let ends = select(cancelled, self.session.ended());
        match select(ends, select(attempts, deadline)).await {
            Either::Right((Either::Left((answered, _)), _)) => answered,
            Either::Right((Either::Right(_), _)) => Err(error("rpc", "deadline_exceeded", Kind::Timeout, true)),
            Either::Left((Either::Left(_), _)) => {
                self.core.cancelled.set(self.core.cancelled.get() + 1);
                Err(CallError::cancelled())
            }
            Either::Left((Either::Right((is_left, _)), _)) => Err(over(is_left).into()),
        }
    }

    async fn attempts(&self, is_upsert: bool, target: &Target, limits: CallLimits) -> Result<Answered, CallError> {
        let mut attempt = 1;
        loop {
            let sent_at = self.fake.now();
            self.core.asked.borrow_mut().push(Asked {
                at_ms: self.fake.elapsed_ms(),
                is_upsert,
                token: self.session.token()?,
                sip_uri: target.sip_uri.as_str().to_owned(),
                number: target.phone_number.as_ref().map(|number| number.as_str().to_owned()),
                limits,
            });
            let answer = self.core.answers.borrow_mut().pop_front();
            let Answer { result, after_ms } = answer.unwrap_or(Answer { result: Ok(()), after_ms: LATENCY_MS });
            self.fake.sleep(after_ms).await;
            let may_pass = result.as_ref().is_err_and(|error| error.retryable);
            if !limits.is_retried || attempt >= MOST_ATTEMPTS || !may_pass {
                return Ok(Answered { sent_at, is_repeated: attempt > 1, result });
            }
            self.fake.sleep(RETRY_MS).await;
            attempt += 1;
        }
    }
}

impl Calls for ScriptedCalls {
    fn upsert<'a>(
        &'a self,
        registration: &'a Registration,
        limits: CallLimits,
        cancelled: LocalBoxFuture<'a, ()>,
    ) -> LocalBoxFuture<'a, Result<Registered, CallError>> {
        async move {
            let Answered { sent_at, result, .. } = self.call(true, &registration.target, limits, cancelled).await?;
            result.map(|()| Registered { ttl_seconds: TTL_SECONDS, sent_at })
        }
        .boxed_local()
    }

    fn delete<'a>(
        &'a self,
        target: &'a Target,
        limits: CallLimits,
        cancelled: LocalBoxFuture<'a, ()>,
    ) -> LocalBoxFuture<'a, Result<(), CallError>> {
        async move {
            match self.call(false, target, limits, cancelled).await? {
                // An earlier attempt, whose answer was lost, has deleted it.
                Answered { is_repeated: true, result: Err(error), .. } if error.is_rejection() => Ok(()),
                Answered { result, .. } => result,
            }
        }
        .boxed_local()
    }
}
