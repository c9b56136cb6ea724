//! Natively, in virtual time.

mod bench;
mod calls;
mod core;
mod deletions;
mod fleet;
mod keeping;
mod kept;
mod pulse;
mod renaming;
mod session;
mod simulation;
mod tabs;
mod wishes;
mod world;
