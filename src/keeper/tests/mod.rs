//! Natively, in virtual time.

mod bench;
mod deletions;
mod fleet;
mod keeping;
mod kept;
mod pulse;
mod renaming;
mod simulation;
mod tabs;
mod wishes;
mod world;
