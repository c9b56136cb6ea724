//! Hundreds of registrations in one page: rate limiting, and spreading refreshes.

use super::fake_browser::{Bench, MINUTE_MS, registration};
use super::store::Store;
use crate::keeper::clock::Now;
use crate::keeper::desired::DesiredRegistration;
use crate::keeper::granted_ttl::Grant;
use crate::keeper::kept_registration::KeptRegistration;
use crate::keeper::schedule::{Schedule, Stand};
use crate::keeper::snapshot::Change;
use crate::moment::Moment;
use std::rc::Rc;

#[test]
fn at_wake_up_there_are_so_many_a_second_and_the_nearest_to_its_end_is_first() {
    let mut bench = Bench::default();
    let page = bench.page_with(Store::default(), 20);
    for number in 0..300 {
        bench.keep(page, registration(Some(&format!("+47{:08}", 90_000_000 + number)), "sips:pbx.example.com"));
        if number % 20 == 19 {
            bench.pass(1_000.0);
        }
    }
    bench.pass(60_000.0);
    assert_eq!(bench.asked().len(), 300);
    // The machine sleeps until all are late.
    bench.advance(55.0 * MINUTE_MS);
    bench.wake();
    bench.pass(60_000.0);
    let asked = bench.asked();
    assert_eq!(asked.len(), 300);
    for window in asked.windows(21) {
        assert!(window[20].at_ms - window[0].at_ms >= 1_000.0, "21 within a second");
    }
}

#[test]
fn refreshes_are_spread() {
    let mut bench = Bench::default();
    let page = bench.page();
    for number in 0..200 {
        bench.keep(page, registration(Some(&format!("+47{:08}", 90_000_000 + number)), "sips:pbx.example.com"));
    }
    bench.pass(60_000.0);
    bench.asked();
    bench.pass(55.0 * MINUTE_MS);
    let asked = bench.asked();
    assert_eq!(asked.len(), 200);
    let spread = asked.last().unwrap().at_ms - asked[0].at_ms;
    assert!(spread > 4.0 * MINUTE_MS, "within {spread} ms");
}

#[test]
fn those_that_come_too_late_at_this_rate_are_at_risk_at_once() {
    let moment = |ms: f64| Moment { wall_ms: ms, monotonic_ms: ms, page: 1.0 };
    let now = |ms: f64| Now { moment: moment(ms), steady_ms: ms };
    let mut schedule = Schedule::<()>::new(5);
    for number in 0..300 {
        let desired = DesiredRegistration {
            id: number.to_string(),
            registration: Rc::new(registration(None, "sips:pbx.example.com")),
            is_deletion: false,
            delete_on_leave: false,
            at_ms: None,
        };
        let mut kept = KeptRegistration::new(&format!("{number:03}"), Some("ada".to_owned()), desired, now(0.0));
        kept.state.begin(now(0.0));
        kept.state.succeeded(Grant::new(moment(0.0), 100_000.0, 0.0, now(0.0)), true, now(0.0));
        schedule.insert(kept);
    }
    let stand =
        Stand { owner: Some("ada"), is_leading: true, is_online: true, hesitation: None, silent_ms: 0.0, under_way: 0 };
    // 24 s are left to all, which is enough for 120 of them: each may be one of the others.
    let look = schedule.look(now(76_000.0), stand);
    assert_eq!((look.begin.len(), look.changes.len()), (5, 300));
    assert!(look.changes.iter().all(|(_, change)| *change == Change::AtRisk));
    assert!(look.wait_ms <= 1_000.0);
}
