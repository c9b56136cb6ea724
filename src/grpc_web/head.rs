//! The head of a reply, and the errors that it tells of.

use super::content_type::Foreign;
use super::error::kind_of_answer;
use super::failure;
use super::status::Status;
use super::{Code, Received, RpcError};
use crate::error::Kind;
use crate::redact::Secrets;
use crate::text::header;

/// The head of a reply, and what is needed to judge it.
pub struct Head {
    /// The path of the method, for errors.
    pub method: String,
    /// The most that a message may have.
    pub max_message_bytes: usize,
    /// How long `Retry-After` asks to wait, in milliseconds. Dates are the platform's to parse.
    pub retry_after_ms: Option<f64>,
    /// 0 for an opaque redirect.
    pub http_status: u16,
    /// The server answered with a redirect that was not followed.
    pub opaque_redirect: bool,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// What was sent, and must not be shown when the server repeats it.
    pub secrets: Secrets,
}

impl Head {
    /// An error that keeps what the head says.
    pub(super) fn error(&self, code: Code, kind: Kind, message: &str) -> RpcError {
        let mut error = RpcError::new(code, kind, message, &self.method);
        error.http_status = Some(self.http_status);
        error.retry_after_ms = self.retry_after_ms;
        error.headers = Received::new(&self.headers).without(&self.secrets);
        error
    }

    /// The error of a status other than OK.
    pub(super) fn status_error(&self, status: &Status) -> RpcError {
        let words = status.words(&self.secrets);
        let message = if words.is_empty() {
            ["the server answered ", status.code.as_str(), " without a message"].concat()
        } else {
            words.clone()
        };
        let mut error = self.error(status.code, kind_of_answer(status.code), &message);
        error.server_message = Some(words);
        if let Some(details) = &status.details {
            error.set_details(details, &self.secrets);
        }
        error
    }

    /// The error of an HTTP status other than 200 without a gRPC status.
    pub(super) fn http_error(&self) -> RpcError {
        let code = Code::from_http_status(self.http_status);
        self.error(code, kind_of_answer(code), &failure::http_status_message(self.http_status))
    }

    pub(super) fn is_http_ok(&self) -> bool {
        self.http_status == 200
    }

    /// The error of a reply that is no gRPC-Web.
    pub(super) fn foreign_error(&self, foreign: Foreign) -> RpcError {
        if foreign == Foreign::NativeGrpc {
            let code = if self.is_http_ok() { Code::Unknown } else { Code::from_http_status(self.http_status) };
            let message = "the server speaks native gRPC (application/grpc), which a browser can't read: put a gRPC-Web \
                           proxy before it, or set baseUrl to the one there is";
            return self.error(code, Kind::Config, message);
        }
        if !self.is_http_ok() {
            return self.http_error();
        }
        let what = match header(&self.headers, "content-type") {
            Some(content_type) => ["is of type \"", &self.secrets.cut(content_type), "\""].concat(),
            None => "has no content type, or a service worker hides it".to_owned(),
        };
        let message = ["the reply ", &what, ", so it is not gRPC-Web with protobuf messages: check baseUrl"].concat();
        self.error(Code::Unknown, Kind::Protocol, &message)
    }
}
