//! JSON: values, and their text as the platform reads and writes it.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod text;
mod value;

pub use value::{Fields, Json, WrongType};

/// Deeper nesting is refused: nothing read here comes near it, and reading is recursive.
pub const MAX_DEPTH: usize = 32;
