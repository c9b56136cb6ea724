//! The client of a front end.

use super::call::{Answered, Bucket, Call, Supply};
use super::error::Error;
use crate::breakout::{
    ApiVersion, CallFailure, InvalidRequest, Problem, Registration, Target, deleted, encode_delete, encode_upsert,
    registered,
};
use crate::grpc_web::{
    self, DEFAULT_MAX_MESSAGE_BYTES, DEFAULT_TIMEOUT_MS, MAX_ATTEMPTS, Metadata, RetryPolicy, check_base_url,
};
use crate::page_url::PageUrls;
use crate::proto::methods;
use crate::url::Urls;
use wasm_bindgen::JsValue;

/// How a client calls.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Which version of the API.
    pub api_version: ApiVersion,
    /// The deadline of each call, in milliseconds: over tokens, attempts and the waits between them.
    pub timeout_ms: f64,
    /// The most that the message of a reply may have.
    pub max_message_bytes: usize,
    /// Sent with every call.
    pub metadata: Metadata,
    /// When a call is made again; `max_attempts: 1` for never.
    pub retry: RetryPolicy,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            api_version: ApiVersion::V1,
            timeout_ms: DEFAULT_TIMEOUT_MS,
            max_message_bytes: DEFAULT_MAX_MESSAGE_BYTES,
            metadata: Metadata::new(),
            retry: RetryPolicy::default(),
        }
    }
}

/// What one call does otherwise than its client says.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// Instead of the client's.
    pub timeout_ms: Option<f64>,
    /// Behind the client's.
    pub metadata: Metadata,
    /// Instead of the client's.
    pub retry: Option<RetryPolicy>,
}

/// The core took the registration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Registered {
    /// How long it is remembered, from when the request was sent.
    pub ttl_seconds: f64,
    /// When it will be forgotten, in milliseconds since 1970.
    pub expires_at_ms: f64,
}

/// Calls the core. Clones share what retries are decided by; all of them can be kept in a context of the front end.
///
/// Dropping the future of a call ends the call and aborts its request. Calls for the same registration are not put in
/// order: begin the next one when the one before has ended.
#[derive(Clone)]
pub struct Client {
    base_url: String,
    options: ClientOptions,
    bucket: Bucket,
}

impl Client {
    /// A client of the gRPC-Web endpoint at `base_url`; nothing is sent yet. The error names all that is wrong.
    pub fn new(base_url: &str, mut options: ClientOptions) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let base_url = check_base_url(PageUrls.parse(base_url).as_ref());
        let base_url = base_url.map_err(|problem| problems.push(Problem::new("base_url", "bad_url", problem.as_str())));
        problems.extend(check_metadata(&options.metadata));
        options.retry.max_attempts = options.retry.max_attempts.min(MAX_ATTEMPTS);
        match base_url {
            Ok(base_url) if problems.is_empty() => Ok(Self { base_url, options, bucket: Bucket::default() }),
            _ => Err(InvalidRequest { problems }.into()),
        }
    }

    /// Creates, replaces or refreshes the registration.
    ///
    /// `token` gives the access token for an attempt. It is called with `true` when the core has refused the last one: what
    /// it keeps is then of no use.
    pub async fn upsert(
        &self,
        registration: &Registration,
        options: &CallOptions,
        token: impl AsyncFn(bool) -> Result<String, JsValue>,
    ) -> Result<Registered, Error> {
        registration.check_version(self.options.api_version)?;
        let path = match self.options.api_version {
            ApiVersion::V1 => methods::V1_UPSERT_REGISTRATION.path,
            ApiVersion::V0 => methods::V0_UPSERT_REGISTRATION.path,
        };
        let answered = self.call(path, &encode_upsert(registration), options, &|force| Box::pin(token(force))).await?;
        let result = registered(&answered.answer.message, path, &answered.secrets);
        let ttl_seconds = result.map_err(|failure| answered.failed(failure))?.ttl_seconds;
        Ok(Registered { ttl_seconds, expires_at_ms: answered.sent_at_ms + ttl_seconds * 1000.0 })
    }

    /// Ends the registration. `token` as for [`upsert`](Self::upsert).
    pub async fn delete(
        &self,
        target: &Target,
        options: &CallOptions,
        token: impl AsyncFn(bool) -> Result<String, JsValue>,
    ) -> Result<(), Error> {
        let path = match self.options.api_version {
            ApiVersion::V1 => methods::V1_DELETE_REGISTRATION.path,
            ApiVersion::V0 => methods::V0_DELETE_REGISTRATION.path,
        };
        let answered = self.call(path, &encode_delete(target), options, &|force| Box::pin(token(force))).await?;
        let result = deleted(&answered.answer.message, path, answered.is_repeated, &answered.secrets);
        result.map_err(|failure| answered.failed(failure))
    }

    async fn call(
        &self,
        path: &str,
        message: &[u8],
        options: &CallOptions,
        token: &Supply<'_>,
    ) -> Result<Answered, Error> {
        if let Some(problem) = check_metadata(&options.metadata) {
            return Err(InvalidRequest { problems: vec![problem] }.into());
        }
        let mut retry = options.retry.unwrap_or(self.options.retry);
        retry.max_attempts = retry.max_attempts.min(MAX_ATTEMPTS);
        let call = Call {
            base_url: &self.base_url,
            path,
            // A registration is never near 4 GiB.
            body: grpc_web::body(message).unwrap_or_default(),
            timeout_ms: options.timeout_ms.unwrap_or(self.options.timeout_ms),
            metadata: [&self.options.metadata, &options.metadata],
            retry,
            max_message_bytes: self.options.max_message_bytes,
            bucket: &self.bucket,
        };
        call.make(token).await
    }
}

impl Answered {
    fn failed(&self, failure: CallFailure) -> Error {
        match failure {
            CallFailure::Rpc(mut error) => {
                error.attempts = self.attempts;
                error.into()
            }
            rejected => rejected.into(),
        }
    }
}

/// Two headers of one name would arrive as one, which authorizes nobody.
fn check_metadata(metadata: &Metadata) -> Option<Problem> {
    let (name, _) = metadata.as_pairs().iter().find(|(name, _)| ["authorization", "dpop"].contains(&name.as_str()))?;
    let message = ["Leave out ", name, ": the client adds the header of the token that the call is given."].concat();
    Some(Problem::new("metadata", "conflict", message))
}
