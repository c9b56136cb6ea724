//! One registration as a server keeps it, which has it in a database or a job queue, and nothing of it in memory between two
//! calls: what is to be called next and when, and what an answer makes of it. Plain values in and out.
//!
//! The rules are `keeper`'s (`RegistrationState`). What is added is what a process that may be killed at any moment needs: a
//! call counts as under way until its deadline, and then it is made again.

mod next_call;
mod numbers;
mod scheduled_registration;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use next_call::NextCall;
pub use numbers::LENGTH;
pub use scheduled_registration::ScheduledRegistration;
