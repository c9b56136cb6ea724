//! One unary gRPC-Web call, from the bytes of a message to the bytes of its answer or an [`RpcError`].
//!
//! Why not a ready-made client: those for the browser lose statuses cut by a chunk edge, panic on odd replies and
//! can't bound what they hold. Here everything about the protocol is decided without any input or output (`frame`,
//! `text`, `trailers`, `status`, and `reply` which joins them), and `call` alone waits, through the seams.
//!
//! This room may use `seams` and `error::Kind`; it knows neither the messages nor who is signed in.

mod call;
mod code;
mod content_type;
mod details;
#[cfg(feature = "test-doors")]
pub mod doors;
mod error;
mod explanation;
pub(crate) mod failure;
mod frame;
mod frames_body;
mod metadata;
mod received;
mod reply;
mod request;
mod retry;
mod retry_after;
mod status;
mod text;
mod timeout;
mod trailers;

pub use call::{CallOptions, DEFAULT_MAX_MESSAGE_BYTES, DEFAULT_TIMEOUT_MS, UnaryReply, UnaryRequest, unary};
pub use code::Code;
pub use details::Detail;
pub use error::{RpcError, RpcFailure, SUPERSEDED};
pub use metadata::{Metadata, MetadataProblem, Value};
pub use received::{Received, decoded};
pub use request::{BaseUrlProblem, parse_base_url};
pub use retry::{MAX_ATTEMPTS, Next, Retries, RetryBucket, RetryPolicy};
