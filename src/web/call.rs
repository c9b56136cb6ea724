//! One call from beginning to end: a token, the attempts. One deadline covers all of it.

use super::attempt::{Attempt, Failure};
use super::cause::cause;
use super::error::Error;
use super::time::{Deadline, sleep, within};
use crate::grpc_web::failure::{no_time, no_token_in_time, timed_out};
use crate::grpc_web::{self, Answer, Code, Metadata, Next, Retries, RetryBucket, RetryPolicy, headers_with};
use crate::redact::Secrets;
use js_sys::{Date, Math};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasm_bindgen::JsValue;

/// The retry bucket of a client and its clones.
#[derive(Clone)]
pub(super) struct Bucket(Arc<AtomicU64>);

impl Default for Bucket {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(RetryBucket::default().0.to_bits())))
    }
}

impl Bucket {
    fn get(&self) -> RetryBucket {
        RetryBucket(f64::from_bits(self.0.load(Ordering::Relaxed)))
    }

    fn set(&self, bucket: RetryBucket) {
        self.0.store(bucket.0.to_bits(), Ordering::Relaxed);
    }
}

/// The application's function for tokens. Boxed, so that what calls it is in the wasm once and not for each such function.
pub(super) type Supply<'a> = dyn Fn(bool) -> Pin<Box<dyn Future<Output = Result<String, JsValue>> + 'a>> + 'a;

/// What is called, and how.
pub(super) struct Call<'a> {
    pub base_url: &'a str,
    pub path: &'a str,
    /// In its frame.
    pub body: Vec<u8>,
    pub timeout_ms: f64,
    /// The client's, and the call's own.
    pub metadata: [&'a Metadata; 2],
    pub retry: RetryPolicy,
    pub max_message_bytes: usize,
    pub bucket: &'a Bucket,
}

/// An answered call.
pub(super) struct Answered {
    pub answer: Answer,
    /// When the request was sent, in milliseconds since 1970: what the answer says holds from then.
    pub sent_at_ms: f64,
    pub attempts: u32,
    /// An earlier attempt may have been carried out.
    pub is_repeated: bool,
    /// The answer may repeat them.
    pub secrets: Secrets,
}

impl Call<'_> {
    /// A token, the call, and as long as it is worth while both again. When the core refuses the token, a fresh one once.
    pub(super) async fn make(&self, token: &Supply<'_>) -> Result<Answered, Error> {
        if self.timeout_ms.is_nan() || self.timeout_ms <= 0.0 {
            return Err(no_time(self.path).into());
        }
        let url = [self.base_url, self.path].concat();
        let deadline = Deadline::after(self.timeout_ms);
        let mut retries = Retries::new(self.retry, self.bucket.get());
        let mut refused: Option<String> = None;
        let mut force_refresh = false;
        let mut last: Option<Failure> = None;
        let mut sent = 0;
        loop {
            let supplied = within(deadline.left_ms(), supplied(token, force_refresh, refused.as_deref())).await;
            let left_ms = deadline.left_ms();
            let token = match supplied.transpose()?.filter(|_| left_ms > 0.0) {
                Some(token) => token,
                None => match last {
                    Some(failure) => return Err(failure.into()),
                    None => return Err(no_token_in_time(self.timeout_ms, self.path).into()),
                },
            };
            force_refresh = false;
            retries.bucket = self.bucket.get();
            let limit_ms = retries.limit_ms(left_ms);
            let is_cut_short = limit_ms < left_ms;
            let headers = self.headers(limit_ms, retries.attempts, &token);
            let secrets = secrets(&headers, refused.as_deref());
            retries.attempts += 1;
            sent += 1;
            let attempt = Attempt {
                url: &url,
                path: self.path,
                headers,
                body: &self.body,
                max_message_bytes: self.max_message_bytes,
                secrets: secrets.clone(),
            };
            let sent_at_ms = Date::now();
            let mut failure = match within(limit_ms, attempt.make()).await {
                Some(Ok(answer)) => {
                    self.bucket.set(self.bucket.get().succeeded(1.0));
                    return Ok(Answered { answer, sent_at_ms, attempts: sent, is_repeated: last.is_some(), secrets });
                }
                Some(Err(failure)) => failure,
                None => {
                    let told_ms = if is_cut_short { limit_ms } else { self.timeout_ms };
                    Failure { error: timed_out(told_ms, self.path), cause: None }
                }
            };
            if failure.error.code == Code::Unauthenticated && refused.is_none() {
                refused = Some(token);
                force_refresh = true;
                // The next attempt is the replay of this one.
                retries.attempts -= 1;
                continue;
            }
            failure.error.attempts = sent;
            retries.bucket = self.bucket.get();
            let of_retry = grpc_web::Failure::of(&failure.error);
            let next = retries.failed(of_retry, is_cut_short, deadline.left_ms(), Math::random());
            self.bucket.set(retries.bucket);
            match next {
                Next::Again(wait_ms) => {
                    last = Some(failure);
                    sleep(wait_ms).await;
                }
                Next::TooLate(wait_ms) => {
                    failure.error.retry_after_ms = Some(wait_ms);
                    return Err(failure.into());
                }
                Next::Stop => return Err(failure.after(last).into()),
            }
        }
    }

    fn headers(&self, limit_ms: f64, attempts: u32, token: &str) -> Vec<(String, String)> {
        let previous = if self.retry.tells_attempts { attempts } else { 0 };
        let [of_client, of_call] = self.metadata;
        let mut headers = headers_with(limit_ms, previous, of_client);
        headers.extend(of_call.as_pairs().iter().cloned());
        headers.push(("authorization".to_owned(), ["Bearer ", token].concat()));
        headers
    }
}

impl Failure {
    /// A deadline alone says little when an attempt before failed otherwise.
    fn after(mut self, last: Option<Self>) -> Self {
        if self.error.code == Code::DeadlineExceeded
            && let Some(last) = last
        {
            let words = ["; the attempt before: ", last.error.code_name(), ", ", &last.error.message].concat();
            self.error.message.push_str(&words);
        }
        self
    }
}

impl From<Failure> for Error {
    fn from(Failure { error, cause }: Failure) -> Self {
        Self::Rpc { error, cause }
    }
}

/// All that the request carries, and the token before it.
fn secrets(headers: &[(String, String)], refused: Option<&str>) -> Secrets {
    let of_headers = Secrets::of_headers(headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    of_headers.and(&Secrets::new(refused))
}

/// A token of the application's.
async fn supplied(token: &Supply<'_>, force_refresh: bool, refused: Option<&str>) -> Result<String, Error> {
    match token(force_refresh).await {
        Ok(token) if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(token),
        Ok(_) => {
            let message = "The function for access tokens returned none: the text is empty, or has blanks, control or \
                           non-ASCII characters.";
            Err(Error::Token { message, cause: None })
        }
        Err(thrown) => {
            let message = "The function for access tokens failed; what it returned as its error is the cause.";
            Err(Error::Token { message, cause: cause(thrown, &Secrets::new(refused)) })
        }
    }
}
