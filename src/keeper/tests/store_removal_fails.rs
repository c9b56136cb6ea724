//! What is stopped, deleted or replaced while the store refuses stays so when it does not refuse any more.

use super::fake_browser::{Bench, MINUTE_MS, Page, registration};
use crate::breakout::Registration;

const NUMBER: Option<&str> = Some("+4799900001");
const KEY: &str = "+4799900001";

fn pbx() -> Registration {
    registration(NUMBER, "sips:pbx.example.com")
}

/// A page that finds a store that refuses, in which there is a registration of a page before it.
fn reloaded(bench: &mut Bench) -> Page {
    let page = bench.page();
    bench.keep(page, pbx());
    bench.pass(1_000.0);
    bench.close(page);
    bench.pass(MINUTE_MS);
    bench.lasting.refuses = true;
    let page = bench.page();
    bench.keys(page);
    page
}

/// Nothing is kept or stored, here or by a page that comes later, and the core is told nothing any more.
fn assert_stays_ended(bench: &mut Bench, pages: &[Page]) {
    bench.lasting.refuses = false;
    bench.pass(10.0 * MINUTE_MS);
    bench.asked();
    for page in pages {
        assert!(bench.keys(*page).is_empty());
    }
    assert!(bench.lasting.is_empty());
    let page = bench.page();
    assert!(bench.keys(page).is_empty());
    bench.pass(120.0 * MINUTE_MS);
    assert!(bench.asked().is_empty());
}

#[test]
fn what_is_stopped_or_deleted_while_the_store_can_not_be_read_is_not_found_again() {
    for is_deletion in [false, true] {
        for is_known in [false, true] {
            for silent_ms in [0.0, 4_990.0, 40_000.0] {
                let mut bench = Bench { store_ms: 20.0, ..Bench::default() };
                let page = reloaded(&mut bench);
                if is_known {
                    bench.keep(page, registration(NUMBER, "sips:new.example.com"));
                    bench.pass(1_000.0);
                }
                bench.stop(page, pbx(), is_deletion, false).expect("somebody");
                bench.pass(silent_ms);
                assert_stays_ended(&mut bench, &[page]);
            }
        }
    }
}

#[test]
fn what_is_stopped_while_it_is_about_to_be_found_is_not_kept() {
    for at in 0..12 {
        let mut bench = Bench { store_ms: 80.0, ..Bench::default() };
        let page = reloaded(&mut bench);
        bench.lasting.refuses = false;
        bench.pass(4_800.0 + f64::from(at) * 20.0);
        bench.stop(page, pbx(), false, false).expect("somebody");
        bench.pass(1_000.0);
        assert!(bench.keys(page).is_empty(), "{at}");
        assert_stays_ended(&mut bench, &[page]);
    }
}

#[test]
fn what_the_store_did_not_remove_is_not_found_by_who_leads_next() {
    for (is_deletion, stops) in [(false, 0), (false, 1), (true, 0), (true, 1)] {
        let mut bench = Bench::default();
        let pages = [bench.page(), bench.page()];
        bench.keep(pages[0], pbx());
        bench.keys(pages[1]);
        bench.pass(2_000.0);
        bench.lasting.refuses = true;
        bench.stop(pages[stops], pbx(), is_deletion, false).expect("somebody");
        bench.pass(20_000.0);
        bench.lasting.refuses = false;
        if stops == 1 {
            // Before the store is read again.
            bench.close(pages[0]);
            assert_stays_ended(&mut bench, &pages[1..]);
        } else {
            assert_stays_ended(&mut bench, &pages);
        }
    }
}

#[test]
fn what_is_wanted_again_meanwhile_stays() {
    for by in 0..2 {
        for is_silent in [false, true] {
            let mut bench = Bench::default();
            let pages = [bench.page(), bench.page()];
            bench.keep(pages[0], pbx());
            bench.keys(pages[1]);
            bench.pass(2_000.0);
            bench.lasting.refuses = true;
            bench.stop(pages[0], pbx(), false, false).expect("somebody");
            bench.pass(2_000.0);
            bench.lasting.refuses = is_silent;
            bench.keep(pages[by], registration(NUMBER, "sips:new.example.com"));
            bench.pass(2_000.0);
            bench.lasting.refuses = false;
            bench.pass(120.0 * MINUTE_MS);
            for page in pages {
                assert_eq!(bench.keys(page), [KEY], "by {by}, {is_silent}");
            }
            assert_eq!(bench.core.registrations[KEY].0, "sips:new.example.com");
            assert_eq!(bench.lasting.len(), 2);
        }
    }
}

#[test]
fn a_store_that_only_lets_itself_be_read_is_asked_rarely() {
    let mut bench = Bench::default();
    let page = reloaded(&mut bench);
    (bench.lasting.refuses, bench.lasting.refuses_writes) = (false, true);
    bench.pass(10_000.0);
    bench.stop(page, pbx(), false, false).expect("somebody");
    bench.loads = 0;
    bench.pass(60.0 * MINUTE_MS);
    assert!((10..=20).contains(&bench.loads), "{} times in an hour", bench.loads);
    bench.lasting.refuses_writes = false;
    assert_stays_ended(&mut bench, &[page]);
    assert!(bench.tasks.is_empty());
}

#[test]
fn what_is_told_again_because_the_store_refused_takes_the_place_of_nothing_newer() {
    let mut bench = Bench { store_ms: 80.0, ..Bench::default() };
    let pages = [bench.page(), bench.page()];
    bench.keep(pages[0], pbx());
    bench.keys(pages[1]);
    bench.pass(2_000.0);
    bench.lasting.refuses_writes = true;
    // The core grants it, and the store refuses that, about when the other tab wants something else.
    bench.keep(pages[0], registration(NUMBER, "sips:new.example.com"));
    bench.pass(240.0);
    bench.keep(pages[1], registration(NUMBER, "sips:newer.example.com"));
    bench.pass(MINUTE_MS);
    for page in pages {
        let kept = bench.snapshot(page, KEY).expect("kept").registration;
        assert_eq!(kept.target.sip_uri.as_str(), "sips:newer.example.com");
    }
}
