//! Tests of the keeper. They run natively, with simulated time.

mod actions;
mod call_options;
mod clock;
mod deletions;
mod desired;
mod executor;
mod fake_application;
mod fake_browser;
mod fake_browser_actions;
mod fake_calls;
mod fake_core;
mod fake_locks;
mod many_registrations;
mod matches_schedule;
mod no_store;
mod persons;
mod races;
mod received_messages;
mod registration_state;
mod rejected;
mod sign_ins;
mod simulation;
mod single_page;
mod store;
mod store_removal_fails;
mod store_unreadable;
mod tabs;
mod traps;
mod unknown_person;
mod world;

/// As many cases as `KEEPER_RACES` says, each time others; without it the same 300 each time.
fn race_cases() -> proptest::test_runner::Config {
    use proptest::test_runner::{Config, RngSeed};
    match std::env::var("KEEPER_RACES").ok().and_then(|cases| cases.parse().ok()) {
        Some(cases) => Config::with_cases(cases),
        None => Config { cases: 300, rng_seed: RngSeed::Fixed(15), ..Config::default() },
    }
}
