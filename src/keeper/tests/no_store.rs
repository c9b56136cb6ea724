//! Where there are locks and a channel, and no store at all.

use super::fake_browser::{Bench, MINUTE_MS, Page, registration};
use crate::keeper::standing::State;

const NUMBER: Option<&str> = Some("+4799900001");
const KEY: &str = "+4799900001";

fn without_store() -> Bench {
    let mut bench = Bench::default();
    (bench.lasting.is_absent, bench.lasting.refuses) = (true, true);
    bench
}

/// Two pages, the first of which keeps the number.
fn kept(bench: &mut Bench) -> [Page; 2] {
    let pages = [bench.page(), bench.page()];
    bench.keys(pages[0]);
    bench.keys(pages[1]);
    bench.keep(pages[0], registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(2_000.0);
    pages
}

#[test]
fn who_leads_next_goes_on_with_what_it_has_heard_of() {
    let mut bench = without_store();
    let pages = kept(&mut bench);
    bench.close(pages[0]);
    bench.asked();
    bench.pass(120.0 * MINUTE_MS);
    assert_eq!(bench.snapshot(pages[1], KEY).expect("kept").state, State::Registered);
    assert!(bench.asked().len() >= 2);
}

#[test]
fn who_has_heard_of_it_goes_on_after_a_trap() {
    let mut bench = without_store();
    let pages = kept(&mut bench);
    bench.trap(pages[1]);
    bench.pass(2_000.0);
    bench.close(pages[0]);
    bench.pass(120.0 * MINUTE_MS);
    assert_eq!(bench.snapshot(pages[1], KEY).expect("kept").state, State::Registered);
}

#[test]
fn nothing_is_read_again() {
    for is_deletion in [false, true] {
        let mut bench = without_store();
        let pages = kept(&mut bench);
        bench.stop(pages[0], registration(NUMBER, "sips:pbx.example.com"), is_deletion, false).expect("somebody");
        bench.pass(10_000.0);
        bench.loads = 0;
        bench.pass(MINUTE_MS);
        assert!(bench.loads == 0 && bench.tasks.is_empty());
        bench.close(pages[0]);
        bench.asked();
        bench.pass(120.0 * MINUTE_MS);
        assert!(bench.keys(pages[1]).is_empty() && bench.asked().is_empty());
    }
}
