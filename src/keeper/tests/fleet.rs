//! Thousands.

use super::bench::Bench;
use crate::keeper::Event;
use crate::keeper::book::{Book, Entry, Stand};
use crate::keeper::granted::Granted;
use crate::keeper::pulse::Now;
use crate::keeper::wish::{What, Wish, registration};
use crate::seams::Moment;
use crate::seams::fake::FakeStore;

const MINUTE_MS: f64 = 60_000.0;

#[test]
fn at_wake_up_there_are_so_many_a_second_and_the_nearest_to_its_end_is_first() {
    let bench = Bench::default();
    let page = bench.page_with(FakeStore::default(), 20);
    for number in 0..300 {
        bench.keep(&page, registration(Some(&format!("+47{:08}", 90_000_000 + number)), "sips:pbx.example.com"));
        if number % 20 == 19 {
            bench.pass(1_000.0);
        }
    }
    bench.pass(60_000.0);
    assert_eq!(bench.asked().len(), 300);
    // The machine sleeps until all are late.
    bench.fake.advance(55.0 * MINUTE_MS);
    bench.fake.wake();
    bench.pass(60_000.0);
    let asked = bench.asked();
    assert_eq!(asked.len(), 300);
    for window in asked.windows(21) {
        assert!(window[20].at_ms - window[0].at_ms >= 1_000.0, "21 within a second");
    }
}

#[test]
fn refreshes_are_spread() {
    let bench = Bench::default();
    let page = bench.page();
    for number in 0..200 {
        bench.keep(&page, registration(Some(&format!("+47{:08}", 90_000_000 + number)), "sips:pbx.example.com"));
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
    let mut book = Book::new(5);
    for number in 0..300 {
        let wish = Wish {
            id: number.to_string(),
            what: What::Keep(registration(None, "sips:pbx.example.com")),
            delete_on_leave: false,
            at_ms: None,
        };
        let mut entry = Entry::new(&format!("{number:03}"), Some("ada".to_owned()), wish, now(0.0));
        entry.kept.begin(now(0.0));
        entry.kept.succeeded(Granted::new(moment(0.0), 100_000.0, 0.0, now(0.0)), true, now(0.0));
        book.insert(entry);
    }
    let stand = Stand { owner: Some("ada"), is_leading: true, is_online: true, hesitation: None, silent_ms: 0.0 };
    // 24 s are left to all, which is enough for 120 of them: each may be one of the others.
    let look = book.look(now(76_000.0), stand);
    assert_eq!((look.begin.len(), look.events.len()), (5, 300));
    assert!(look.events.iter().all(|(_, event)| *event == Event::AtRisk));
    assert!(look.wait_ms <= 1_000.0);
}
