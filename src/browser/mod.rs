//! The browser behind the seams of keepers: storage and JSON; and `page`, by which they reach what TypeScript waits for (timers,
//! turns, locks, channels, the page's life). Calls need none of it, and the session only its JSON. Holds no decisions. JavaScript objects are
//! reached by name and every throw is caught, because pages wrap and mock them.

mod abort;
pub(crate) mod json;
mod kept_store;
mod object;
mod page;
mod platform;
mod time;

pub use abort::AbortOnDrop;
pub use kept_store::KeptStore;
pub use object::{array, bare, call, get, object, set};
pub use platform::Browser;
