//! What the platform does, chosen at compile time: JSON.

mod json;

pub use crate::moment::Moment;
pub use crate::text::header;
pub use crate::url::is_secure_enough;
pub use json::{Fields, Json, MAX_DEPTH, WrongType};
