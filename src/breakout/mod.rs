//! Registrations: what may be asked of the core, and asking it. Pure; uses `grpc_web` to call, `auth` for tokens.

mod call;
mod call_flow;
mod call_legs;
mod client;
mod lanes;
mod number;
mod registration;
mod sip_uri;
mod wire;
mod written;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod client_tests;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod call_tests;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod call_flow_tests;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod call_flow_table_tests;

pub use call::{Call, OnReply};
pub use call_flow::{
    Behavior, CallFlow, CallFlowInput, Invite, PartyInput, PlacedBy, Unspecified, Via, describe_call_flow,
};
pub use call_legs::{End, Leg, Reason};
pub use client::{Client, ClientOptions, Registered, Rejected};
pub use lanes::Lanes;
pub use number::{Msisdn, Prefix};
pub use registration::{
    ApiVersion, InvalidRequest, Problem, Registration, RegistrationInput, RouteType, Target, parse_phone_number,
    validate, validate_target,
};
pub use sip_uri::SipUri;

/// What the core grants when a reply says no time to live (the API's documentation: an hour since the last upsert).
pub const DEFAULT_TTL_SECONDS: f64 = 3600.0;
