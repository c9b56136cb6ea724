//! Upsert and delete: what is asked of the core, and what its answers mean.

use super::call::{Answered, Call};
use super::lanes::Lanes;
use super::wire::{self, Answer};
use super::{ApiVersion, Registration, Target};
use crate::auth::TokenSource;
use crate::error::{Error, Kind};
use crate::grpc_web::{Code, Metadata, RetryBucket, RetryPolicy, RpcError};
use crate::proto::methods;
use crate::redact::Secrets;
use crate::seams::{Cancelled, Moment, Platform};
use std::future::Future;
use std::pin::pin;
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
    /// When calls are made again.
    pub retry: RetryPolicy,
    /// The most that an answer may have.
    pub max_message_bytes: usize,
    /// Shared by all clients of a page: they may have the same registrations.
    pub lanes: Rc<Lanes>,
}

/// The core took the registration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Registered {
    /// How long it is remembered, from when the request was sent.
    pub ttl_seconds: f64,
    /// When it will be forgotten, in milliseconds since 1970.
    pub expires_at_ms: f64,
    /// When the request was sent.
    pub sent_at: Moment,
}

/// The core answered NOT_ACCEPTABLE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The core's words; a sentence of ours when it had none.
    pub message: String,
}

/// Calls the core. Cloning is not needed: it is shared behind an `Rc`.
pub struct Client<P> {
    pub(super) platform: P,
    pub(super) options: ClientOptions,
    pub(super) bucket: RetryBucket,
}

impl<P: Platform> Client<P> {
    /// A client; nothing is sent yet.
    pub fn new(platform: P, options: ClientOptions) -> Self {
        Self { platform, options, bucket: RetryBucket::default() }
    }

    /// Where the core is.
    pub fn base_url(&self) -> &str {
        &self.options.base_url
    }

    /// Which API it speaks.
    pub fn api_version(&self) -> ApiVersion {
        self.options.api_version
    }

    /// Where its tokens come from.
    pub fn tokens(&self) -> &Rc<dyn TokenSource> {
        &self.options.tokens
    }

    /// What its requests leave by.
    pub fn platform(&self) -> &P {
        &self.platform
    }

    /// Creates, replaces or refreshes the registration.
    pub async fn upsert(
        &self,
        registration: &Registration,
        call: &Call<P>,
        cancelled: impl Future<Output = Cancelled>,
    ) -> Result<Registered, Error> {
        let method = match self.options.api_version {
            ApiVersion::V1 => methods::V1_UPSERT_REGISTRATION,
            ApiVersion::V0 => methods::V0_UPSERT_REGISTRATION,
        };
        let number = registration.target.phone_number.as_ref().map(|number| number.as_str());
        let message = wire::encode_upsert(registration);
        let Answered { reply, .. } = self.call(method, number, message, call, pin!(cancelled)).await?;
        let ttl_seconds = judge(method.path, wire::decode_upsert(&reply.message), &reply.secrets)?;
        Ok(Registered {
            ttl_seconds,
            expires_at_ms: reply.sent_at.wall_ms + ttl_seconds * 1000.0,
            sent_at: reply.sent_at,
        })
    }

    /// Ends the registration.
    pub async fn delete(
        &self,
        target: &Target,
        call: &Call<P>,
        cancelled: impl Future<Output = Cancelled>,
    ) -> Result<(), Error> {
        let method = match self.options.api_version {
            ApiVersion::V1 => methods::V1_DELETE_REGISTRATION,
            ApiVersion::V0 => methods::V0_DELETE_REGISTRATION,
        };
        let number = target.phone_number.as_ref().map(|number| number.as_str());
        let message = wire::encode_delete(target);
        let Answered { reply, is_repeated } = self.call(method, number, message, call, pin!(cancelled)).await?;
        match judge(method.path, wire::decode_delete(&reply.message), &reply.secrets) {
            // An earlier attempt, whose answer was lost, has deleted it.
            Err(Error::Rejected(_)) if is_repeated => Ok(()),
            result => result.map(drop),
        }
    }
}

fn judge(path: &str, answer: Result<Answer, prost::DecodeError>, secrets: &Secrets) -> Result<f64, Error> {
    let what = match answer {
        Ok(Answer::Ok { ttl_seconds }) => return Ok(ttl_seconds),
        Ok(Answer::NotAcceptable { message }) => {
            let silent = "The operator does not accept this registration and gives no reason.";
            let message = if message.is_empty() { silent.to_owned() } else { secrets.cut(&message) };
            return Err(Rejected { message }.into());
        }
        Ok(Answer::Nonsense { what }) => what,
        Err(_) => "a message that can't be decoded".to_owned(),
    };
    let message = format!("The core answered with {what}. Whether it took the request is not known.");
    Err(RpcError::new(Code::Internal, Kind::Protocol, message, path).into())
}
