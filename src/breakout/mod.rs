//! Registrations: what may be asked of the core, what its answers mean, and what becomes of a call. Everything here is
//! synchronous; this room may use `grpc_web`, `proto`, `redact` and `error::Kind`.

mod answer;
mod behavior;
mod call_flow;
mod call_legs;
mod number;
mod registration;
mod sip_uri;
mod wire;
mod written;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod call_flow_tests;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod call_flow_table_tests;

pub use answer::{CallFailure, Registered, Rejected, deleted, registered};
pub use behavior::Behavior;
pub use call_flow::{CallFlow, CallFlowInput, Invite, PartyInput, PlacedBy, Unspecified, Via, describe_call_flow};
pub use call_legs::{End, Leg, Reason};
pub use number::{Msisdn, Prefix};
pub use registration::{
    ApiVersion, InvalidRequest, Problem, Registration, RegistrationInput, RouteType, Target, parse_phone_number,
    validate, validate_target,
};
pub use sip_uri::SipUri;
pub use wire::{encode_delete, encode_upsert};

/// What the core grants when a reply says no time to live (the API's documentation: an hour since the last upsert).
pub const DEFAULT_TTL_SECONDS: f64 = 3600.0;
