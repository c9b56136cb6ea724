//! Time as it is added up from looks.

use crate::keeper::clock::SteadyClock;
use crate::moment::Moment;

fn at(wall_ms: f64, monotonic_ms: f64) -> Moment {
    Moment { wall_ms, monotonic_ms, page: 1.0 }
}

#[test]
fn rounded_clocks_that_are_looked_at_often_do_not_go_faster() {
    let mut clock = SteadyClock::default();
    let mut steady_ms = 0.0;
    for look in 0..=20_000 {
        let now_ms = f64::from(look) * 0.5;
        steady_ms = clock.at(at(now_ms.floor(), now_ms)).steady_ms;
    }
    assert!((steady_ms - 10_000.0).abs() < 1.0, "{steady_ms} of 10 s");
}

#[test]
fn a_sleep_that_only_the_wall_clock_saw_counts_and_a_step_back_does_not() {
    let mut clock = SteadyClock::default();
    clock.at(at(0.0, 0.0));
    assert_eq!(clock.at(at(600_000.0, 1_000.0)).steady_ms, 600_000.0);
    assert_eq!(clock.at(at(0.0, 2_000.0)).steady_ms, 601_000.0);
}
