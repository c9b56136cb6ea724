//! What to do with a session that can't be renewed: go on, say that it is uncertain, end it, leave the provider alone.
//!
//! Plain functions of what is noted beside the session. The session itself is JavaScript's (`js/session/`), and so are locks,
//! stores, timers and requests.

mod trouble;

pub use trouble::{Failure, Outcome, RefusedError, Trouble};
