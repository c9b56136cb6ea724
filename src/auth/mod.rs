//! OAuth 2.0 and OpenID Connect for a public client in a browser: authorization code with PKCE by redirect, the session
//! it leads to.
//!
//! `Session` is the face; `Owners` is what the keeper sees of it. Every request goes through `seams::Http`, every
//! secret is a `Secret`, and the token store is the single truth: nothing here keeps a session in a field.

mod authorize;
mod callback;
mod code;
mod config;
mod consent;
mod discovery;
mod dpop;
mod endpoints;
mod error;
mod flight;
mod hearing;
mod id_token;
mod json;
mod jwks;
mod lease;
mod life;
mod limited;
mod mix_up;
mod news;
mod options;
mod owner;
mod pending;
mod realm;
mod refresh;
mod refusal;
mod renewal;
mod request;
mod secret;
mod session;
mod sign_in;
mod sign_out;
mod signal;
mod skew;
mod source;
mod stateless;
mod stored;
mod successor;
mod token_reply;
mod trouble;
mod user_info;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use code::AuthCode;
pub use error::{AuthError, AuthFailure};
pub use mix_up::Sharing;
pub use options::{AuthOptions, EndpointOverrides, SignIn, SignOut};
pub use owner::{Owner, Owners, SuppliedOwner};
pub use secret::Secret;
pub use session::{Session, SessionEvent, SessionState, Told};
pub use sign_in::Callback;
pub use sign_out::{Leaving, LogoutForm, Revocation, SignedOut};
pub(crate) use signal::Signal;
pub use user_info::User;
