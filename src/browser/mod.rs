//! The browser behind the seams of session and keepers: fetch, storage, WebCrypto, URL; and `page`, by which they reach what
//! TypeScript waits for (timers, turns, locks, channels, the page's life). Calls need none of it. Holds no decisions.
//! JavaScript objects are reached by name and every throw is caught, because pages wrap and mock them.

mod abort;
mod bytes;
mod crypto;
mod http;
pub(crate) mod json;
mod object;
mod page;
mod platform;
mod storage;
mod time;

pub use abort::AbortOnDrop;
pub use object::{array, bare, call, get, is_nullish, keys, object, set, text_of};
pub use platform::Browser;
pub use storage::AnyStore;
