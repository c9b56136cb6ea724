//! What the platform does, chosen at compile time: JSON, and parsing URLs.

mod json;
mod urls;

pub use crate::moment::Moment;
pub use crate::text::header;
pub use crate::url::{UrlParts, is_secure_enough};
pub use json::{Fields, Json, MAX_DEPTH, WrongType};
pub use urls::Urls;
