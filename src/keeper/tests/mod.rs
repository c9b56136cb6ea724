//! Natively, in virtual time.

mod actions;
mod bench;
mod calls;
mod clock;
mod core;
mod core_calls;
mod deletions;
mod desired;
mod executor;
mod fleet;
mod hearing;
mod keeping;
mod kept;
mod locks;
mod no_store;
mod persons;
mod races;
mod registration_state;
mod removing;
mod renaming;
mod simulation;
mod store;
mod tabs;
mod traps;
mod unread;
mod world;
