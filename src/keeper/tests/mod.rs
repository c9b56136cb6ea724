//! Natively, in virtual time.

mod actions;
mod bench;
mod calls;
mod clock;
mod core;
mod deletions;
mod desired;
mod fleet;
mod keeping;
mod races;
mod registration_state;
mod renaming;
mod simulation;
mod store;
mod tabs;
mod world;
