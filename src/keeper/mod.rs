//! Keeping registrations: the core forgets one an hour after it was last told of it, so it is told again in time, for as
//! long as somebody wants it. Pure; `calls` is how it calls the core, the seams are for time, tabs and storage.
//!
//! `kept` is the life of one registration, `book` all of them with one timer and one rate; both only decide. `Keeping`
//! carries it out: `run` makes the calls, `lead` sees to it that one tab of the browser does, `news` is what tabs tell
//! each other, `wish` what outlives the page.

mod book;
mod calls;
mod deleting;
mod ending;
mod granted;
mod hear;
mod keeping;
mod kept;
mod lead;
mod news;
mod owner;
mod owners;
mod pulse;
mod remembered;
mod renaming;
mod run;
mod sign_out;
mod signal;
mod snapshot;
mod timing;
mod wish;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

/// How many kept registrations the core is told of in a second, unless the application says otherwise.
pub const MAX_PER_SECOND: usize = 50;

pub use calls::{CallError, CallLimits, Calls, Core, Registered};
pub use keeping::{KeepOptions, Keeping, Listeners, Surroundings};
pub use kept::State;
pub use owners::{Owner, Owners, SuppliedOwner};
pub use remembered::stored_deletion;
pub use sign_out::{Leaver, delete_all_kept};
pub use snapshot::{Event, Snapshot, Trouble};
pub use wish::key_of;
