//! Keeping registrations: the core forgets one an hour after it was last told of it, so it is told again in time, for as
//! long as somebody wants it.
//!
//! `Keeper` is a machine: `handle` takes an `Event` and returns what is to be done (`Actions`). It holds no promise and no
//! closure; the caller waits, and says what came of it. `RegistrationState` is the life of one registration, `Schedule` all
//! of them at one rate, `Leadership` sees to it that one tab of the browser makes the calls.

pub(crate) mod actions;
mod attempt;
pub(crate) mod clock;
mod delete_at_core;
pub(crate) mod desired;
pub(crate) mod event;
pub(crate) mod granted_ttl;
#[allow(clippy::module_inception)]
mod keeper;
mod kept_registration;
mod leader_election;
mod leadership;
mod load_from_store;
mod load_progress;
pub(crate) mod message;
mod notify_application;
mod owner;
mod pending_removal;
mod rate_limiter;
mod receive_messages;
mod register_at_core;
pub(crate) mod registration_state;
mod remove_from_store;
pub(crate) mod saved_state;
mod schedule;
mod set_desired;
pub(crate) mod snapshot;
pub(crate) mod standing;
mod stop_registration;
pub(crate) mod timing;
pub(crate) mod verdict;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use keeper::Keeper;
