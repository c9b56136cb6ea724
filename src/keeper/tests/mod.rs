//! Natively, in virtual time.

mod actions;
mod as_scheduled;
mod bench;
mod bench_application;
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
mod rejected;
mod removing;
mod renaming;
mod sign_ins;
mod simulation;
mod store;
mod tabs;
mod traps;
mod unread;
mod world;

/// As many cases as `KEEPER_RACES` says, each time others; without it the same 300 each time.
fn race_cases() -> proptest::test_runner::Config {
    use proptest::test_runner::{Config, RngSeed};
    match std::env::var("KEEPER_RACES").ok().and_then(|cases| cases.parse().ok()) {
        Some(cases) => Config::with_cases(cases),
        None => Config { cases: 300, rng_seed: RngSeed::Fixed(15), ..Config::default() },
    }
}
