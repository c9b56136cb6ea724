//! Natively, in virtual time.

mod bench;
mod calls;
mod core;
mod deletions;
mod fleet;
mod keeping;
mod kept;
mod owners;
mod pulse;
mod renaming;
mod session;
mod sign_out;
mod simulation;
mod tabs;
mod wishes;
mod world;
