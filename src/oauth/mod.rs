//! OAuth 2.0 and OpenID Connect for a public client in a browser: authorization code with PKCE by redirect. Requests to
//! send, replies to read, errors to show; who sends and waits is `js/provider/`.

// Only the bindings ask it, and they are for wasm32 alone.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

pub(crate) mod answer;
pub(crate) mod authorize;
pub(crate) mod callback;
mod code;
pub(crate) mod config;
pub(crate) mod discovery;
pub(crate) mod dpop;
pub(crate) mod endpoints;
mod error;
pub(crate) mod id_token;
pub(crate) mod json;
pub(crate) mod jwks;
pub(crate) mod options;
pub(crate) mod refusal;
pub(crate) mod refusal_error;
pub(crate) mod reply;
mod secret;
pub(crate) mod token_reply;
pub(crate) mod user_info;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use code::AuthCode;
pub use error::{AuthError, AuthFailure};
pub use options::{AuthOptions, EndpointOverrides};
pub use secret::Secret;
