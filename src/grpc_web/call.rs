//! One call from beginning to end: sends, waits, gives up. The only part of this room that waits.

use super::reply::{Answer, Head, Outcome, Reply, Rest};
use super::{Metadata, Received, RpcError, failure, request, timeout};
use crate::redact::Secrets;
use crate::seams::{Cancelled, HttpBody, HttpResponse, Moment, Platform};
use futures_util::FutureExt;
use futures_util::future::{Either, select};
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;

/// The deadline of a call unless the caller says otherwise.
pub const DEFAULT_TIMEOUT_MS: f64 = 30_000.0;

/// The most that a message of a reply may have, unless the caller says otherwise.
pub const DEFAULT_MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// After the outcome a body is read on for this long, or this far, so that its connection can be used again.
const DRAIN_MS: f64 = 1_000.0;
const DRAIN_BYTES: usize = 64 * 1024;

/// How long the text of an error page is waited for. The error itself is known by then.
const EXPLANATION_MS: f64 = 1_000.0;

/// How one attempt is made.
#[derive(Clone, Debug)]
pub struct CallOptions {
    /// Covers sending, the head and the body.
    pub timeout_ms: f64,
    /// The deadline that the caller knows of, as errors name it; some of it may have passed already.
    pub whole_timeout_ms: f64,
    /// The most that the message of the reply may have.
    pub max_message_bytes: usize,
    /// Said to the server if there were any; many servers' CORS settings do not allow that header.
    pub previous_attempts: u32,
    /// Says which client this is (`x-user-agent`).
    pub user_agent: &'static str,
    /// What earlier attempts sent: it is not shown, nor is what this one sends.
    pub secrets: Secrets,
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            timeout_ms: DEFAULT_TIMEOUT_MS,
            whole_timeout_ms: DEFAULT_TIMEOUT_MS,
            max_message_bytes: DEFAULT_MAX_MESSAGE_BYTES,
            previous_attempts: 0,
            user_agent: concat!("sipbreakout-web/", env!("CARGO_PKG_VERSION")),
            secrets: Secrets::default(),
        }
    }
}

/// One call.
pub struct UnaryRequest<'a> {
    /// As `parse_base_url` gives it.
    pub base_url: &'a str,
    /// `/package.Service/Method`.
    pub path: &'a str,
    /// Encoded.
    pub message: Vec<u8>,
    /// Sent along, the authorization among it.
    pub metadata: &'a Metadata,
}

/// The answer to a call.
pub struct UnaryReply {
    /// Encoded.
    pub message: Vec<u8>,
    /// The headers that the browser lets be read.
    pub headers: Received,
    /// The trailers, without the status.
    pub trailers: Received,
    /// When the request was sent: what the answer says holds from then.
    pub sent_at: Moment,
    /// What must not be shown of it.
    pub secrets: Secrets,
}

/// Makes one call, once. Ends at the latest with the deadline or with `cancelled`; both abort the request. If
/// `cancelled` is ready at the beginning, nothing is sent.
pub async fn unary<P: Platform>(
    platform: &P,
    request: UnaryRequest<'_>,
    options: &CallOptions,
    cancelled: impl Future<Output = Cancelled>,
) -> Result<UnaryReply, RpcError> {
    let method = request.path;
    let timeout_ms = options.timeout_ms.min(timeout::MAX_TIMEOUT_MS);
    let sent = Cell::new(false);
    let attempt = pin!(attempt(platform, request, options, &sent));
    let deadline = pin!(platform.sleep(timeout_ms));
    let cancelled = pin!(cancelled);
    match select(cancelled, select(attempt, deadline)).await {
        Either::Left((Cancelled { reason }, _)) => Err(failure::cancelled(sent.get(), method).with_cause(reason)),
        Either::Right((Either::Left((result, _)), _)) => result,
        Either::Right((Either::Right(((), _)), _)) => Err(failure::timed_out(options.whole_timeout_ms, method)),
    }
}

async fn attempt<P: Platform>(
    platform: &P,
    request: UnaryRequest<'_>,
    options: &CallOptions,
    sent: &Cell<bool>,
) -> Result<UnaryReply, RpcError> {
    let method = request.path;
    if options.timeout_ms.is_nan() || options.timeout_ms <= 0.0 {
        return Err(failure::no_time(method));
    }
    let request = request::build(request, options)?;
    let secrets = options.secrets.and(&Secrets::of_request(&request));
    let sent_at = platform.now();
    sent.set(true);
    let response = platform.send(request).await.map_err(|failure| failure::from_http(failure, method))?;
    let HttpResponse { status, opaque_redirect, headers, mut body } = response;
    let head = Head {
        method: method.to_owned(),
        max_message_bytes: options.max_message_bytes,
        now_ms: platform.now().wall_ms,
        http_status: status,
        opaque_redirect,
        headers,
        secrets: secrets.clone(),
    };
    let Outcome { result, rest } = match Reply::begin(head) {
        Ok(reply) => read(platform, reply, &mut body).await,
        Err(outcome) => outcome,
    };
    if rest == Rest::Drain {
        platform.spawn(drain(platform.clone(), body).boxed_local());
    }
    let Answer { message, headers, trailers } = result.map_err(RpcError::complete)?;
    Ok(UnaryReply { message, headers, trailers, sent_at, secrets })
}

/// Feeds `reply` until it knows its outcome.
async fn read<P: Platform>(platform: &P, mut reply: Reply, body: &mut P::Body) -> Outcome {
    let is_explanation = reply.is_explanation();
    let mut patience = pin!(async {
        if is_explanation {
            platform.sleep(EXPLANATION_MS).await;
        } else {
            std::future::pending::<()>().await;
        }
    });
    loop {
        let chunk = match select(pin!(body.chunk()), patience.as_mut()).await {
            Either::Left((chunk, _)) => chunk,
            Either::Right(((), _)) => return reply.end(),
        };
        match chunk {
            Ok(Some(bytes)) => {
                if let Some(outcome) = reply.chunk(&bytes) {
                    return outcome;
                }
            }
            Ok(None) => return reply.end(),
            Err(failure) => return reply.broken(failure),
        }
    }
}

async fn drain<P: Platform>(platform: P, mut body: P::Body) {
    let rest = pin!(async {
        let mut left = DRAIN_BYTES;
        while let Ok(Some(chunk)) = body.chunk().await {
            match left.checked_sub(chunk.len()) {
                Some(less) => left = less,
                None => return,
            }
        }
    });
    select(rest, pin!(platform.sleep(DRAIN_MS))).await;
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "call_tests.rs"]
mod tests;
