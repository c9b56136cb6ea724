//! One unary gRPC-Web call, as decisions: the request's headers and bytes, what a reply comes to, whether the call is made
//! again. Everything here is synchronous, data in and data out: who calls sends, waits, and tells what came (`js/client/`
//! in the package, `web/` for Rust front ends).
//!
//! Why not a ready-made client: those for the browser lose statuses that a chunk cuts in two, panic on odd replies and can't
//! bound what they hold.
//!
//! This room may use `url`, `redact`, `base64` and `error::Kind`; it knows neither the messages nor who is signed in.

mod code;
mod content_type;
mod details;
#[cfg(feature = "test-doors")]
pub mod doors;
mod error;
mod explanation;
pub mod failure;
mod frame;
mod frames_body;
mod head;
mod metadata;
mod outcome;
mod received;
mod reply;
mod request;
mod retry;
mod status;
mod timeout;
mod trailers;

pub use code::Code;
pub use details::Detail;
pub use error::{RpcError, RpcFailure, SUPERSEDED, Wish};
pub use failure::Below;
pub use head::Head;
pub use metadata::{Metadata, MetadataProblem};
pub use outcome::{Answer, Outcome, Rest};
pub use received::{Received, decoded};
pub use reply::{Reply, answer_at_once};
pub use request::{BaseUrlProblem, body, check_base_url, headers, headers_with};
pub use retry::{Failure, MAX_ATTEMPTS, Next, Retries, RetryBucket, RetryPolicy};

/// The deadline of a call unless the caller says otherwise.
pub const DEFAULT_TIMEOUT_MS: f64 = 30_000.0;

/// The most that the message of a reply may have, unless the caller says otherwise. An answer of the core has a few dozen
/// bytes.
pub const DEFAULT_MAX_MESSAGE_BYTES: usize = 64 * 1024;
