//! One call of the core from beginning to end: its turn, a token, the attempts. One deadline covers all of it.

use super::client::Client;
use crate::auth::Secret;
use crate::error::Error;
use crate::grpc_web::{
    self, CallOptions, Code, Metadata, Next, Received, Retries, RetryPolicy, RpcError, UnaryReply, UnaryRequest,
    failure,
};
use crate::proto::Method;
use crate::redact::Secrets;
use crate::seams::{Cancelled, Moment, Platform};
use futures_util::future::{Either, select};
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;

/// Told of the headers and trailers of the reply that decided a call.
pub type OnReply = Rc<dyn Fn(&Received, &Received)>;

/// What one call adds to the client's options, or puts in their place.
#[derive(Clone)]
pub struct Call<P> {
    /// Instead of the client's deadline, in milliseconds.
    pub timeout_ms: Option<f64>,
    /// Added to the client's.
    pub metadata: Metadata,
    /// Instead of the client's.
    pub retry: Option<RetryPolicy>,
    /// Instead of the client's: the way out may differ (another `fetch`, other credentials).
    pub platform: Option<P>,
    /// Told before the call ends, if a reply came.
    pub on_reply: Option<OnReply>,
}

impl<P> Default for Call<P> {
    fn default() -> Self {
        Self { timeout_ms: None, metadata: Metadata::new(), retry: None, platform: None, on_reply: None }
    }
}

/// An answered call.
pub(super) struct Answered {
    pub reply: UnaryReply,
    /// An earlier attempt may have been carried out.
    pub is_repeated: bool,
}

/// What ends a call from outside.
enum Ended {
    Cancelled(Cancelled),
    Deadline,
}

/// The caller gave up between two attempts, or before the first one.
fn aborted(was_sent: bool, attempts: u32, path: &str, by: Cancelled) -> Error {
    let mut error = failure::cancelled(was_sent, path).with_cause(by.reason);
    error.attempts = attempts;
    error.into()
}

/// The limits of one call.
struct Limits<'a, P> {
    platform: &'a P,
    started: Moment,
    timeout_ms: f64,
    cancelled: Pin<&'a mut dyn Future<Output = Cancelled>>,
}

impl<P: Platform> Limits<'_, P> {
    fn left_ms(&self) -> f64 {
        self.timeout_ms - self.started.age_ms(self.platform.now())
    }

    /// What `work` comes to within the limits.
    async fn hold<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Ended> {
        let mut result = None;
        self.watch(pin!(async { result = Some(work.await) })).await?;
        result.ok_or(Ended::Deadline)
    }

    /// In the wasm once, and not for each kind of work.
    async fn watch(&mut self, work: Pin<&mut dyn Future<Output = ()>>) -> Result<(), Ended> {
        let deadline = pin!(self.platform.sleep(self.left_ms()));
        match select(select(self.cancelled.as_mut(), deadline), work).await {
            Either::Right(_) => Ok(()),
            Either::Left((Either::Left((cancelled, _)), _)) => Err(Ended::Cancelled(cancelled)),
            Either::Left((Either::Right(_), _)) => Err(Ended::Deadline),
        }
    }
}

impl<P: Platform> Client<P> {
    /// Calls `method` for the registration that `number` (or who holds the token) has.
    pub(super) async fn call(
        &self,
        method: Method,
        number: Option<&str>,
        message: Vec<u8>,
        call: &Call<P>,
        cancelled: Pin<&mut dyn Future<Output = Cancelled>>,
    ) -> Result<Answered, Error> {
        let path = method.path;
        let timeout_ms = call.timeout_ms.unwrap_or(self.options.timeout_ms);
        if timeout_ms.is_nan() || timeout_ms <= 0.0 {
            return Err(failure::no_time(path).into());
        }
        let platform = call.platform.as_ref().unwrap_or(&self.platform);
        // A session that ends takes its calls along.
        let ended = Cell::new(None);
        let mut cancelled = pin!(async {
            match select(cancelled, self.options.tokens.ended()).await {
                Either::Left((cancelled, _)) => cancelled,
                Either::Right((error, _)) => {
                    ended.set(Some(error));
                    Cancelled::default()
                }
            }
        });
        let mut limits = Limits { platform, started: platform.now(), timeout_ms, cancelled: cancelled.as_mut() };
        let result = self.in_turn(path, number, message, call, &mut limits).await;
        match (ended.take(), result) {
            (Some(error), Err(_)) => Err(error.into()),
            (_, result) => result,
        }
    }

    async fn in_turn(
        &self,
        path: &str,
        number: Option<&str>,
        message: Vec<u8>,
        call: &Call<P>,
        limits: &mut Limits<'_, P>,
    ) -> Result<Answered, Error> {
        let timeout_ms = limits.timeout_ms;
        let turn = limits.hold(async { self.options.lanes.enter(self.lane(number).await).await });
        let _turn = match turn.await {
            Ok(Ok(turn)) => turn,
            Ok(Err(_)) => return Err(failure::superseded(path).into()),
            Err(Ended::Deadline) => return Err(failure::no_turn_in_time(timeout_ms, path).into()),
            Err(Ended::Cancelled(by)) => return Err(failure::cancelled(false, path).with_cause(by.reason).into()),
        };
        let result = self.attempts(path, message, call, limits).await;
        if let Some(on_reply) = &call.on_reply {
            match &result {
                Ok(answered) => on_reply(&answered.reply.headers, &answered.reply.trailers),
                Err(Error::Rpc(error)) if error.http_status.is_some() => on_reply(&error.headers, &error.trailers),
                Err(_) => {}
            }
        }
        result
    }

    /// Which calls must not overlap. The SIP URI has no part in it: the core keeps one registration for a number.
    async fn lane(&self, number: Option<&str>) -> String {
        let tokens = &self.options.tokens;
        let (kind, name) = match number {
            Some(number) => (" tel ", number.to_owned()),
            None => match tokens.subject().await {
                Some(subject) => (" sub ", subject),
                // Nobody says whose: all calls with these tokens.
                None => (" own ", (Rc::as_ptr(tokens).addr()).to_string()),
            },
        };
        [&self.options.base_url, kind, &name].concat()
    }

    /// A token, the call, and as long as it is worth while both again. When the core refuses the token, a fresh one
    /// once.
    async fn attempts(
        &self,
        path: &str,
        message: Vec<u8>,
        call: &Call<P>,
        limits: &mut Limits<'_, P>,
    ) -> Result<Answered, Error> {
        let policy = call.retry.unwrap_or(self.options.retry);
        let mut retries = Retries::new(policy, &self.bucket);
        let url = [&self.options.base_url, path].concat();
        let mut sent = 0;
        let mut is_proven_anew = false;
        let mut secrets = Secrets::default();
        let mut refused: Option<Secret> = None;
        let mut failed: Option<RpcError> = None;
        loop {
            let token = limits.hold(self.options.tokens.token(refused.as_ref())).await;
            let left_ms = limits.left_ms();
            let token = match token {
                Ok(token) if left_ms > 0.0 => token?,
                Err(Ended::Cancelled(by)) => {
                    return Err(aborted(failed.is_some(), sent, path, by));
                }
                _ => return Err(failed.unwrap_or_else(|| failure::no_token_in_time(limits.timeout_ms, path)).into()),
            };
            let metadata = match limits.hold(self.metadata(call, &token, path)).await {
                Ok(metadata) => metadata?,
                Err(Ended::Cancelled(by)) => {
                    return Err(aborted(failed.is_some(), sent, path, by));
                }
                Err(Ended::Deadline) => return Err(failure::no_token_in_time(limits.timeout_ms, path).into()),
            };
            let left_ms = limits.left_ms();
            let previous_attempts = if policy.tells_attempts { retries.attempts() } else { 0 };
            let timeout_ms = retries.begin(left_ms);
            let options = CallOptions {
                timeout_ms,
                whole_timeout_ms: if timeout_ms < left_ms { timeout_ms } else { limits.timeout_ms },
                max_message_bytes: self.options.max_message_bytes,
                previous_attempts,
                secrets: secrets.clone(),
                ..CallOptions::default()
            };
            let request =
                UnaryRequest { base_url: &self.options.base_url, path, message: message.clone(), metadata: &metadata };
            sent += 1;
            let result = grpc_web::unary(limits.platform, request, &options, limits.cancelled.as_mut()).await;
            let mut error = match result {
                Ok(reply) => {
                    self.options.tokens.heed(&url, &[reply.headers.as_pairs(), reply.trailers.as_pairs()].concat());
                    retries.succeeded();
                    return Ok(Answered { reply, is_repeated: failed.is_some() });
                }
                Err(error)
                    if error.code == Code::Unauthenticated
                        && self
                            .options
                            .tokens
                            .heed(&url, &[error.headers.as_pairs(), error.trailers.as_pairs()].concat())
                        && !is_proven_anew =>
                {
                    is_proven_anew = true;
                    retries.replayed();
                    continue;
                }
                Err(error) if error.code == Code::Unauthenticated && refused.is_none() => {
                    // The next answer may say which token was refused.
                    secrets = Secrets::new([token.expose()]);
                    refused = Some(token);
                    retries.replayed();
                    continue;
                }
                Err(error) => error,
            };
            error.attempts = sent;
            let random = limits.platform.fraction();
            match retries.failed(&error, limits.left_ms(), random) {
                Next::Stop => {
                    if let (Code::DeadlineExceeded, Some(before)) = (error.code, &failed) {
                        let before = ["; the attempt before: ", before.code.as_str(), ", ", &before.message].concat();
                        error.message.push_str(&before);
                    }
                    return Err(error.into());
                }
                Next::TooLate(ms) => {
                    error.retry_after_ms = Some(ms);
                    return Err(error.into());
                }
                Next::Again(ms) => {
                    failed = Some(error);
                    if let Err(Ended::Cancelled(by)) = limits.hold(limits.platform.sleep(ms)).await {
                        return Err(aborted(true, sent, path, by));
                    }
                }
            }
        }
    }

    /// The client's metadata, the call's, and what authorizes it. Another `authorization` has no place beside it.
    async fn metadata(&self, call: &Call<P>, token: &Secret, path: &str) -> Result<Metadata, Error> {
        let mut metadata = Metadata::new();
        for (name, value) in self.options.metadata.iter().chain(call.metadata.iter()) {
            if !matches!(name, "authorization" | "dpop") {
                metadata.append(name, value.clone());
            }
        }
        let url = [&self.options.base_url, path].concat();
        for (name, value) in self.options.tokens.headers(token, &url).await? {
            metadata.append(name, value);
        }
        Ok(metadata)
    }
}
