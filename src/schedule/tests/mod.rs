//! Natively.
