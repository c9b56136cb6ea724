//! The browser's own `JSON`.

pub(crate) mod json;
