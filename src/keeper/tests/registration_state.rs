//! The state machine alone.

use crate::keeper::clock::{Now, SteadyClock};
use crate::keeper::granted_ttl::Grant;
use crate::keeper::registration_state::RegistrationState;
use crate::keeper::snapshot::Change;
use crate::keeper::standing::State;
use crate::moment::Moment;
use proptest::prelude::*;

const HOUR_MS: f64 = 3_600_000.0;

fn at(ms: f64) -> Moment {
    Moment { wall_ms: 1e12 + ms, monotonic_ms: ms, page: 1.0 }
}

fn now(ms: f64) -> Now {
    Now { moment: at(ms), steady_ms: ms }
}

fn granted(state: &mut RegistrationState, ms: f64) {
    state.begin(now(ms));
    state.succeeded(Grant::new(at(ms), HOUR_MS, 0.5, now(ms)), true, now(ms));
}

#[test]
fn a_step_back_after_a_sleep_that_one_clock_saw_hides_neither() {
    let mut clock = SteadyClock::default();
    let moment = |wall_ms: f64, monotonic_ms: f64| Moment { wall_ms, monotonic_ms, page: 1.0 };
    clock.at(moment(0.0, 0.0));
    // Ten minutes of sleep, which the monotonic clock does not see.
    clock.at(moment(600_000.0, 0.0));
    // A step back of nine.
    let now = clock.at(moment(61_000.0, 1_000.0));
    assert_eq!(now.steady_ms, 601_000.0);
}

#[test]
fn its_states_follow_from_time_and_failures() {
    let mut state = RegistrationState::new();
    assert_eq!(state.state(now(0.0)), State::Registering);
    granted(&mut state, 0.0);
    assert_eq!(state.state(now(0.0)), State::Registered);
    // A failure is a risk only when it was time for a refresh.
    state.desired();
    state.begin(now(1_000_000.0));
    state.failed(None, 0.5, now(1_000_000.0));
    assert_eq!(state.state(now(1_000_000.0)), State::Registered);
    assert_eq!(state.state(now(0.76 * HOUR_MS)), State::AtRisk);
    assert_eq!(state.look(now(0.95 * HOUR_MS)), Some(Change::AtRisk));
    assert_eq!(state.look(now(0.96 * HOUR_MS)), None);
    assert_eq!(state.look(now(HOUR_MS)), Some(Change::Lapsed));
    assert_eq!(state.state(now(HOUR_MS)), State::Lapsed);
}

#[test]
fn deadlines_leave_time_for_others() {
    let mut state = RegistrationState::new();
    assert_eq!(state.begin(now(0.0)).timeout_ms, 30_000.0);
    state.succeeded(Grant::new(at(0.0), 60_000.0, 0.5, now(0.0)), true, now(0.0));
    assert_eq!(state.begin(now(48_000.0)).timeout_ms, 4_000.0);
    state.failed(None, 0.5, now(52_000.0));
    assert_eq!(state.begin(now(59_000.0)).timeout_ms, 1_000.0);
    state.failed(None, 0.5, now(60_000.0));
    assert_eq!(state.begin(now(61_000.0)).timeout_ms, 30_000.0);
}

#[test]
fn offline_it_is_tried_less_often_but_tried() {
    let mut state = RegistrationState::new();
    state.begin(now(0.0));
    state.failed(None, 0.0, now(100.0));
    assert_eq!((state.due_ms(now(100.0), true), state.due_ms(now(100.0), false)), (59_900.0, 299_900.0));
}

proptest! {
    #[test]
    fn whatever_happens_there_is_one_call_at_a_time_and_no_two_within_a_second(
        steps in prop::collection::vec((0u8..7, 0.0f64..5_000_000.0, 0.0f64..1.0), 1..60)
    ) {
        let (mut state, mut time, mut begun, mut last) = (RegistrationState::new(), 0.0, false, f64::NEG_INFINITY);
        for (what, ms, random) in steps {
            time += ms * random * random;
            let here = now(time);
            match what {
                0 | 1 if state.due_ms(here, true) <= 0.0 => {
                    prop_assert!(!begun, "two at once");
                    prop_assert!(time - last >= 999.999, "{} ms after the last", time - last);
                    let attempt = state.begin(here);
                    prop_assert!((1_000.0..=30_000.0).contains(&attempt.timeout_ms));
                    (begun, last) = (true, time);
                }
                2 if begun => {
                    state.succeeded(Grant::new(at(time), HOUR_MS, random, here), true, here);
                    begun = false;
                }
                3 if begun => {
                    let wait_ms = state.failed(Some(ms), random, here);
                    prop_assert!(wait_ms >= 60_000.0);
                    begun = false;
                }
                4 => state.desired(),
                5 => { state.look(here); }
                6 if begun => { state.rejected(); begun = false; }
                _ => {}
            }
            let due_ms = state.due_ms(here, true);
            prop_assert!(!due_ms.is_nan() && !state.changes_in_ms(here).is_nan());
            prop_assert!(state.state(here) != State::Lapsed || state.left_ms(here) <= 0.0);
            if !begun && state.state(here) != State::Rejected {
                prop_assert!(due_ms < HOUR_MS, "never again");
            }
        }
    }
}
