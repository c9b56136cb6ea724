//! Keeping registrations: the core forgets one an hour after it was last told of it, so it is told again in time, for as
//! long as somebody wants it.
//!
//! `Keeper` is a machine: `handle` takes an `Event` and returns what is to be done (`Actions`). It holds no promise and no
//! closure; the caller waits, and says what came of it. `RegistrationState` is the life of one registration, `Schedule` all
//! of them at one rate, `Leadership` sees to it that one tab of the browser makes the calls.

pub(crate) mod actions;
mod attempt;
mod attempting;
mod call_rate;
pub(crate) mod clock;
mod deleting;
pub(crate) mod desired;
pub(crate) mod event;
pub(crate) mod grant;
mod hearing;
#[allow(clippy::module_inception)]
mod keeper;
mod kept_registration;
mod leadership;
mod leading;
mod load;
mod loading;
pub(crate) mod message;
mod owner;
pub(crate) mod registration_state;
mod removal;
mod removing;
pub(crate) mod saved_state;
mod schedule;
pub(crate) mod snapshot;
pub(crate) mod standing;
mod stopping;
mod telling;
pub(crate) mod timing;
pub(crate) mod verdict;
mod wanting;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use keeper::Keeper;
