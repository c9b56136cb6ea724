//! The client for front ends that are written in Rust (Leptos, Yew, Dioxus), on `web-sys` and `wasm-bindgen-futures`: the
//! feature `web`.
//!
//! It sends, waits and retries; all else is decided by [`grpc_web`](crate::grpc_web) and [`breakout`](crate::breakout).
//! Signing in, keeping registrations and the order of calls are not in it: bring a token of your own, and call
//! [`Client::upsert`] again before a registration expires.
//!
//! ```no_run,standalone_crate
//! use sipbreakout_web::breakout::{ApiVersion, RegistrationInput, validate};
//! use sipbreakout_web::web::{CallOptions, Client, ClientOptions, Error};
//! use wasm_bindgen::JsValue;
//!
//! /// From your sign-in, or from your own server.
//! async fn access_token(force_refresh: bool) -> Result<String, JsValue> {
//!     let _ = force_refresh;
//!     Ok("token".to_owned())
//! }
//!
//! /// Words for the person who asked for it.
//! async fn register(client: Client, pbx: String) -> String {
//!     let input = RegistrationInput {
//!         sip_uri: Some(pbx),
//!         route_type: Some("LOOP".to_owned()),
//!         ..RegistrationInput::default()
//!     };
//!     let registration = match validate(&input, ApiVersion::V1) {
//!         Ok(registration) => registration,
//!         Err(invalid) => return Error::from(invalid).to_string(),
//!     };
//!     match client.upsert(&registration, &CallOptions::default(), access_token).await {
//!         Ok(registered) => format!("registered for {} seconds", registered.ttl_seconds),
//!         Err(Error::Rejected(rejected)) => format!("refused: {}", rejected.message),
//!         Err(error) if error.is_retryable() => format!("try again later: {error}"),
//!         Err(error) => error.to_string(),
//!     }
//! }
//!
//! fn main() -> Result<(), Error> {
//!     let client = Client::new("https://api.example.com", ClientOptions::default())?;
//!     // In Leptos, Yew and Dioxus: in an event handler, with the framework's own `spawn_local` or `spawn`.
//!     wasm_bindgen_futures::spawn_local(async move {
//!         let words = register(client, "sips:pbx.example.com".to_owned()).await;
//! #       let _ = words;
//!     });
//!     Ok(())
//! }
//! ```

mod attempt;
mod body;
mod call;
mod cause;
mod client;
mod error;
mod time;

pub use client::{CallOptions, Client, ClientOptions, Registered};
pub use error::Error;
