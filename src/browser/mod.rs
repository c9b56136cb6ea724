//! The browser's own `JSON` and `URL`.

pub(crate) mod json;
mod urls;

pub use urls::PageUrls;
