//! The only `#[wasm_bindgen]`: reads JavaScript's options, calls, hands back plain objects. No decisions.
//!
//! Methods return promises made from a cloned `Rc`, so no borrow of a handle lives across an await. They reject with
//! plain objects (`raw_error`), of which `js/errors.ts` makes real errors.

mod auth;
mod client;
mod raw_error;
mod read;
mod supplier;
