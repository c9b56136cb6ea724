//! One attempt to register or delete at the core (the operator's server), from its beginning to its end.

use super::clock::Now;
use super::desired::DesiredRegistration;
use super::standing::CallLimits;

/// One attempt, from its beginning to its end.
#[derive(Debug)]
pub struct Attempt {
    pub number: u32,
    pub key: String,
    /// What was desired when it began.
    pub desired: DesiredRegistration,
    pub era: u32,
    pub term: u32,
    pub began: Now,
    pub limits: CallLimits,
    /// The core may have been told before.
    pub is_repeated: bool,
    /// The core did not have what it accepted last, and is asked for what was desired last.
    pub is_second: bool,
    /// The core was asked to delete something else than what was desired last.
    pub is_of_other: bool,
}
