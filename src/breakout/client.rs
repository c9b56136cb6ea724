//! Upsert and delete: token, call, answer. One deadline covers all of it.

use super::wire::{self, Answer};
use super::{ApiVersion, Registration, Target};
use crate::auth::{Secret, TokenSource};
use crate::error::{Error, Kind};
use crate::grpc_web::{self, CallOptions, Code, Metadata, RpcError, UnaryReply, UnaryRequest, failure};
use crate::proto::{Method, methods};
use crate::seams::{Cancelled, Platform};
use futures_util::future::{Either, select};
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;

/// How a client reaches the core.
pub struct ClientOptions {
    /// As `grpc_web::parse_base_url` returns it.
    pub base_url: String,
    /// Which API.
    pub api_version: ApiVersion,
    /// The deadline of each call, in milliseconds.
    pub timeout_ms: f64,
    /// Sent with every call.
    pub metadata: Metadata,
    /// Where each call gets its token.
    pub tokens: Rc<dyn TokenSource>,
}

/// What one call adds to the client's options.
#[derive(Clone, Default)]
pub struct Call {
    /// Instead of the client's deadline, in milliseconds.
    pub timeout_ms: Option<f64>,
    /// Added to the client's.
    pub metadata: Metadata,
}

/// The core took the registration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Registered {
    /// How long it is remembered, from when the request was sent.
    pub ttl_seconds: f64,
    /// When it will be forgotten, in milliseconds since 1970.
    pub expires_at_ms: f64,
}

/// The core answered NOT_ACCEPTABLE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The core's words; a sentence of ours when it had none.
    pub message: String,
}

/// Calls the core. Cloning is not needed: it is shared behind an `Rc`.
pub struct Client<P> {
    platform: P,
    options: ClientOptions,
}

impl<P: Platform> Client<P> {
    /// A client; nothing is sent yet.
    pub fn new(platform: P, options: ClientOptions) -> Self {
        Self { platform, options }
    }

    /// Creates, replaces or refreshes the registration.
    pub async fn upsert(
        &self,
        registration: &Registration,
        call: &Call,
        cancelled: impl Future<Output = Cancelled>,
    ) -> Result<Registered, Error> {
        let method = match self.options.api_version {
            ApiVersion::V1 => methods::V1_UPSERT_REGISTRATION,
            ApiVersion::V0 => methods::V0_UPSERT_REGISTRATION,
        };
        let (reply, token) = self.call(method, wire::encode_upsert(registration), call, pin!(cancelled)).await?;
        let ttl_seconds = judge(method, wire::decode_upsert(&reply.message), &token)?;
        Ok(Registered { ttl_seconds, expires_at_ms: reply.sent_at.wall_ms + ttl_seconds * 1000.0 })
    }

    /// Ends the registration.
    pub async fn delete(
        &self,
        target: &Target,
        call: &Call,
        cancelled: impl Future<Output = Cancelled>,
    ) -> Result<(), Error> {
        let method = match self.options.api_version {
            ApiVersion::V1 => methods::V1_DELETE_REGISTRATION,
            ApiVersion::V0 => methods::V0_DELETE_REGISTRATION,
        };
        let (reply, token) = self.call(method, wire::encode_delete(target), call, pin!(cancelled)).await?;
        judge(method, wire::decode_delete(&reply.message), &token).map(drop)
    }

    /// A token, the call, and when the core refuses the token one fresh token and the call again. Returns the token
    /// too, so that it can be kept out of errors.
    async fn call<C: Future<Output = Cancelled>>(
        &self,
        method: Method,
        message: Vec<u8>,
        call: &Call,
        mut cancelled: Pin<&mut C>,
    ) -> Result<(UnaryReply, Secret), Error> {
        let timeout_ms = call.timeout_ms.unwrap_or(self.options.timeout_ms);
        let started = self.platform.now();
        let left_ms = || timeout_ms - started.age_ms(self.platform.now());
        if timeout_ms.is_nan() || timeout_ms <= 0.0 {
            return Err(failure::no_time(method.path).into());
        }
        let mut refused = None;
        loop {
            let limits = select(cancelled.as_mut(), Box::pin(self.platform.sleep(left_ms())));
            let token = match select(limits, self.options.tokens.token(refused.as_ref())).await {
                Either::Right((token, _)) => token?,
                Either::Left((Either::Left((cancelled, _)), _)) => {
                    return Err(failure::cancelled(false, method.path).with_cause(cancelled.reason).into());
                }
                Either::Left((Either::Right(_), _)) => {
                    return Err(failure::no_token_in_time(timeout_ms, method.path).into());
                }
            };
            if left_ms() <= 0.0 {
                return Err(failure::no_token_in_time(timeout_ms, method.path).into());
            }
            let metadata = self.metadata(call, &token);
            let options = CallOptions { timeout_ms: left_ms(), whole_timeout_ms: timeout_ms, ..CallOptions::default() };
            let request = UnaryRequest {
                base_url: &self.options.base_url,
                path: method.path,
                message: message.clone(),
                metadata: &metadata,
            };
            match grpc_web::unary(&self.platform, request, &options, cancelled.as_mut()).await {
                Ok(reply) => return Ok((reply, token)),
                Err(error) if error.code == Code::Unauthenticated && refused.is_none() => refused = Some(token),
                Err(error) => return Err(concealed(error, &token).into()),
            }
        }
    }

    /// The client's metadata, the call's, and the token. Another `authorization` has no place beside it.
    fn metadata(&self, call: &Call, token: &Secret) -> Metadata {
        let mut metadata = Metadata::new();
        for (name, value) in self.options.metadata.iter().chain(call.metadata.iter()) {
            if name != "authorization" {
                metadata.append(name, value.clone());
            }
        }
        metadata.append("authorization", ["Bearer ", token.expose()].concat());
        metadata
    }
}

/// A server, or a proxy before it, may repeat what it was sent: nothing of an error shows the token.
fn concealed(mut error: RpcError, token: &Secret) -> RpcError {
    error.message = token.cut_from(&error.message);
    error.body_text = error.body_text.as_deref().map(|text| token.cut_from(text));
    if error.details.as_deref().is_some_and(|details| token.is_in(details)) {
        error.details = None;
    }
    error.metadata.retain(|value| !token.is_in(value.as_bytes()));
    error
}

fn judge(method: Method, answer: Result<Answer, prost::DecodeError>, token: &Secret) -> Result<f64, Error> {
    let what = match answer {
        Ok(Answer::Ok { ttl_seconds }) => return Ok(ttl_seconds),
        Ok(Answer::NotAcceptable { message }) => {
            let silent = "The operator does not accept this registration and gives no reason.";
            let message = if message.is_empty() { silent.to_owned() } else { token.cut_from(&message) };
            return Err(Rejected { message }.into());
        }
        Ok(Answer::Nonsense { what }) => what,
        Err(_) => "a message that can't be decoded".to_owned(),
    };
    let message = format!("The core answered with {what}. Whether it took the request is not known.");
    Err(RpcError::new(Code::Internal, Kind::Protocol, message, method.path).into())
}
