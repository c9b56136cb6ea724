//! Natively: what a keeper has no part in, which is processes that die, clocks that are set back, and deletions.

use super::ScheduledRegistration;
use crate::keeper::event::FailureKind;
use proptest::prelude::*;

const NOW_MS: f64 = 1_800_000_000_000.0;
const HOUR_MS: f64 = 3_600_000.0;

/// Begun at the moment, which must be possible.
fn begun(mut registration: ScheduledRegistration, now_ms: f64) -> ScheduledRegistration {
    assert!(registration.begin(f64::INFINITY, now_ms));
    registration
}

fn granted() -> ScheduledRegistration {
    let mut registration = begun(ScheduledRegistration::new(), NOW_MS);
    registration.registered(HOUR_MS, None, 0.5, NOW_MS + 40.0);
    registration
}

#[test]
fn a_call_whose_process_died_is_made_again_after_its_deadline() {
    let registration = begun(granted(), NOW_MS + 0.8 * HOUR_MS);
    let next = registration.next(NOW_MS + 0.8 * HOUR_MS + 1.0);
    assert_eq!((next.call, next.at_ms), (Some("upsert"), NOW_MS + 0.8 * HOUR_MS + 30_000.0));
    let again = begun(registration, next.at_ms);
    assert_eq!(again.next(next.at_ms).at_ms, next.at_ms + 30_000.0);
}

#[test]
fn a_caller_may_have_less_time_and_not_more() {
    for (most_ms, timeout_ms) in [(4_000.0, 4_000.0), (90_000.0, 30_000.0)] {
        let mut registration = ScheduledRegistration::new();
        assert!(registration.begin(most_ms, NOW_MS));
        assert_eq!(registration.next(NOW_MS).at_ms, NOW_MS + timeout_ms);
    }
}

#[test]
fn a_late_answer_counts_and_an_older_grant_is_no_news() {
    let mut registration = begun(ScheduledRegistration::new(), NOW_MS);
    registration.registered(HOUR_MS, None, 0.5, NOW_MS + 50_000.0);
    assert_eq!(registration.next(NOW_MS + 50_000.0).state, "registered");
    assert_eq!(registration.next(NOW_MS).expires_at_ms, Some(NOW_MS + HOUR_MS));
    registration.registered(HOUR_MS, Some(NOW_MS - 60_000.0), 0.5, NOW_MS + 60_000.0);
    assert_eq!(registration.next(NOW_MS).expires_at_ms, Some(NOW_MS + HOUR_MS));
}

#[test]
fn a_clock_that_was_set_back_makes_nobody_wait_for_it() {
    let back_ms = NOW_MS - 2.0 * HOUR_MS;
    let next = granted().next(back_ms);
    assert_eq!((next.call, next.state), (Some("upsert"), "registering"));
    assert!(next.at_ms <= back_ms);
    let under_way = begun(ScheduledRegistration::new(), NOW_MS);
    assert!(under_way.next(back_ms).at_ms <= back_ms);
    let mut failed = begun(ScheduledRegistration::new(), NOW_MS);
    failed.failed(FailureKind::Passing, None, 0.5, NOW_MS);
    assert!(failed.next(back_ms).at_ms <= back_ms);
    // Another machine's clock is a little behind.
    assert_eq!(granted().next(NOW_MS - 2_000.0).state, "registered");
}

#[test]
fn what_is_desired_meanwhile_is_told_after_the_call() {
    let mut registration = begun(ScheduledRegistration::new(), NOW_MS);
    registration.desired(NOW_MS + 10.0);
    registration.registered(HOUR_MS, None, 0.5, NOW_MS + 2_000.0);
    let next = registration.next(NOW_MS + 2_000.0);
    assert_eq!((next.call, next.state), (Some("upsert"), "registered"));
    assert!(next.at_ms <= NOW_MS + 2_000.0);
    // What was refused is desired no more.
    let mut registration = begun(ScheduledRegistration::new(), NOW_MS);
    registration.desired(NOW_MS + 10.0);
    registration.failed(FailureKind::Rejected, None, 0.5, NOW_MS + 2_000.0);
    assert_eq!(registration.next(NOW_MS + 2_000.0).call, Some("upsert"));
}

#[test]
fn what_is_rejected_is_called_for_no_more_until_it_is_desired_again() {
    let mut registration = begun(ScheduledRegistration::new(), NOW_MS);
    registration.failed(FailureKind::Rejected, None, 0.5, NOW_MS);
    let next = registration.next(NOW_MS + HOUR_MS);
    assert_eq!((next.call, next.at_ms, next.state), (None, f64::INFINITY, "rejected"));
    assert!(!registration.begin(f64::INFINITY, NOW_MS + HOUR_MS));
    registration.desired(NOW_MS + HOUR_MS);
    assert_eq!(registration.next(NOW_MS + HOUR_MS).call, Some("upsert"));
}

/// To be deleted a minute after it was granted, and begun.
fn deleting() -> ScheduledRegistration {
    let mut registration = granted();
    registration.deletion_desired(NOW_MS + 60_000.0);
    assert_eq!(registration.next(NOW_MS + 60_000.0).call, Some("delete"));
    begun(registration, NOW_MS + 60_000.0)
}

#[test]
fn a_deletion_is_tried_until_the_core_has_made_it_or_its_time_is_over() {
    let at_ms = NOW_MS + 61_000.0;
    let mut registration = deleting();
    assert_eq!(registration.next(at_ms).state, "deleting");
    registration.failed(FailureKind::Passing, None, 0.0, at_ms);
    let next = registration.next(at_ms);
    assert_eq!((next.call, next.at_ms), (Some("delete"), NOW_MS + 120_000.0));
    let mut done = begun(registration, next.at_ms);
    done.deleted(next.at_ms);
    assert_eq!((done.next(next.at_ms).state, done.next(next.at_ms).expires_at_ms), ("stopped", None));
    // An earlier try has deleted it, and nobody has heard the answer.
    let mut repeated = begun(registration, next.at_ms);
    repeated.failed(FailureKind::Rejected, None, 0.0, next.at_ms);
    assert_eq!(repeated.next(next.at_ms).expires_at_ms, None);
    // It has ended by itself.
    let over_ms = at_ms + HOUR_MS;
    assert_eq!((registration.next(over_ms).call, registration.next(over_ms).state), (None, "stopped"));
}

#[test]
fn a_deletion_that_is_refused_for_good_ends() {
    for kind in [FailureKind::Rejected, FailureKind::Unusable, FailureKind::Invalid] {
        let mut registration = deleting();
        registration.failed(kind, None, 0.0, NOW_MS + 61_000.0);
        let next = registration.next(NOW_MS + 61_000.0);
        assert_eq!((next.call, next.state, next.expires_at_ms), (None, "stopped", Some(NOW_MS + HOUR_MS)));
    }
}

#[test]
fn a_deletion_asked_for_twice_is_one() {
    let mut registration = deleting();
    let before = registration;
    registration.deletion_desired(NOW_MS + 90_000.0);
    assert_eq!(registration, before);
}

#[test]
fn what_is_desired_again_after_a_deletion_that_may_come_late_is_told_twice() {
    let at_ms = NOW_MS + 61_000.0;
    let mut registration = deleting();
    registration.desired(at_ms);
    registration.failed(FailureKind::Passing, None, 0.0, at_ms);
    let first_ms = registration.next(at_ms).at_ms;
    let mut registration = begun(registration, first_ms);
    registration.registered(HOUR_MS, None, 0.5, first_ms);
    let second_ms = registration.next(first_ms).at_ms;
    assert_eq!(second_ms, first_ms + 10_000.0);
    let mut registration = begun(registration, second_ms);
    registration.registered(HOUR_MS, None, 0.5, second_ms);
    assert!(registration.next(second_ms).at_ms > second_ms + 0.7 * HOUR_MS);
    // The core has said that it is done, and what is desired comes after that.
    let mut registration = deleting();
    registration.desired(at_ms);
    registration.deleted(at_ms);
    assert_eq!(registration.next(at_ms).state, "registering");
    let mut registration = begun(registration, at_ms);
    registration.registered(HOUR_MS, None, 0.5, at_ms);
    assert!(registration.next(at_ms).at_ms > at_ms + 0.7 * HOUR_MS);
}

proptest! {
    #[test]
    fn all_numbers_make_some_registration(
        numbers in prop::collection::vec(any::<f64>(), 0..12),
        now_ms in any::<f64>(),
        random in any::<f64>(),
    ) {
        let mut registration = ScheduledRegistration::of_numbers(&numbers);
        registration.begin(f64::INFINITY, now_ms);
        registration.desired(now_ms);
        registration.failed(FailureKind::Passing, Some(random), random, now_ms);
        registration.registered(random, Some(random), random, now_ms);
        registration.deletion_desired(now_ms);
        registration.deleted(now_ms);
        registration.next(now_ms);
    }

    #[test]
    fn what_was_stored_is_what_is_read(steps in prop::collection::vec((0u8..6, 0.0..5_000_000.0), 0..30)) {
        let mut registration = ScheduledRegistration::new();
        let mut now_ms = NOW_MS;
        for (step, passed_ms) in steps {
            now_ms += f64::round(passed_ms);
            match step {
                0 => drop(registration.begin(f64::INFINITY, now_ms)),
                1 => registration.desired(now_ms),
                2 => registration.failed(FailureKind::Passing, None, 0.5, now_ms),
                3 => registration.registered(HOUR_MS, None, 0.5, now_ms),
                4 => registration.deletion_desired(now_ms),
                _ => registration.deleted(now_ms),
            }
            prop_assert_eq!(ScheduledRegistration::of_numbers(&registration.numbers()), registration);
        }
    }
}
