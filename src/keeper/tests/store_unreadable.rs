//! A store that could not be read, and can be later.

use super::fake_browser::{Bench, MINUTE_MS, Owner, Page, registration};
use crate::keeper::snapshot::Change;
use crate::keeper::standing::State;

const NUMBER: Option<&str> = Some("+4799900001");
const KEY: &str = "+4799900001";

/// A page that finds a store that refuses, in which there is a registration of a page before it.
fn reloaded(bench: &mut Bench) -> Page {
    let page = bench.page();
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.close(page);
    bench.asked();
    bench.pass(50.0 * MINUTE_MS);
    bench.lasting.refuses = true;
    bench.page()
}

#[test]
fn what_is_stored_is_kept_when_the_store_can_be_read() {
    for silent_ms in [4_000.0, 40_000.0, 20.0 * MINUTE_MS] {
        let mut bench = Bench::default();
        let page = reloaded(&mut bench);
        assert!(bench.keys(page).is_empty(), "nothing can be read");
        bench.pass(silent_ms);
        bench.lasting.refuses = false;
        bench.pass(f64::max(silent_ms, 10_000.0));
        let told = bench.tabs[page].heard.iter().any(|(_, key, ..)| key == KEY);
        assert!(told, "the page is told of it after {silent_ms} ms");
        let asked = bench.asked();
        assert_eq!(asked.len(), 1, "it was due after {silent_ms} ms");
        assert_eq!(bench.snapshot(page, KEY).expect("kept").state, State::Registered);
    }
}

#[test]
fn a_page_that_begins_to_lead_reads_later_what_it_could_not_read_then() {
    let mut bench = Bench::default();
    let (leader, page) = (bench.page(), bench.page());
    bench.keep(leader, registration(NUMBER, "sips:pbx.example.com"));
    bench.keys(page);
    bench.pass(1_000.0);
    // It hears nothing of what the leader wants next.
    bench.tabs[page].channel = None;
    bench.update(leader, KEY, registration(NUMBER, "sips:new.example.com"));
    bench.keep(leader, registration(None, "sips:pbx.example.com"));
    bench.pass(5_000.0);
    bench.lasting.refuses = true;
    bench.close(leader);
    bench.pass(3_000.0);
    assert!(bench.tabs[page].leads);
    assert_eq!(bench.keys(page), [KEY]);
    bench.lasting.refuses = false;
    bench.pass(10_000.0);
    assert!(bench.tabs[page].leads, "it leads all along");
    assert_eq!(bench.keys(page), [KEY, "own"]);
    let kept = bench.snapshot(page, KEY).expect("kept").registration;
    assert_eq!(kept.target.sip_uri.as_str(), "sips:new.example.com");
}

#[test]
fn what_is_stopped_or_changed_while_it_is_read_late_is_not_undone_by_that() {
    // Just before, while and after it is read.
    for at in 0..40 {
        for is_stop in [true, false] {
            let mut bench = Bench { store_ms: 80.0, ..Bench::default() };
            let page = bench.page();
            bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
            bench.pass(1_000.0);
            bench.expire();
            bench.pass(1_000.0);
            bench.lasting.refuses = true;
            bench.sign_in(Owner::Named("ada"));
            bench.pass(1_000.0);
            assert_eq!(bench.keys(page), [KEY]);
            bench.lasting.refuses = false;
            bench.pass(3_800.0 + f64::from(at) * 20.0);
            let told = bench.tabs[page].heard.len();
            if is_stop {
                bench.stop(page, registration(NUMBER, "sips:pbx.example.com"), false, false).expect("somebody");
            } else {
                bench.update(page, KEY, registration(NUMBER, "sips:new.example.com"));
            }
            bench.pass(MINUTE_MS);
            let has_come_back = bench.tabs[page].heard[told..].iter().any(|(.., change, snapshot)| {
                *change != Change::Stopped
                    && (is_stop || snapshot.registration.target.sip_uri.as_str() != "sips:new.example.com")
            });
            assert!(!has_come_back, "{at}, {is_stop}");
            assert_eq!(bench.keys(page).len(), if is_stop { 0 } else { 1 });
        }
    }
}

#[test]
fn what_another_tab_stopped_while_it_could_not_be_read_ends_when_it_can() {
    let mut bench = Bench::default();
    let (page, other) = (bench.page(), bench.page());
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.keys(other);
    bench.pass(1_000.0);
    bench.expire();
    bench.pass(1_000.0);
    bench.lasting.desired.clear();
    bench.lasting.grants.clear();
    bench.lasting.refuses = true;
    bench.sign_in(Owner::Named("ada"));
    bench.pass(1_000.0);
    assert_eq!(bench.keys(page), [KEY]);
    bench.lasting.refuses = false;
    bench.pass(10_000.0);
    assert!(bench.keys(page).is_empty());
    assert_eq!(bench.changes(page).last(), Some(&Change::Stopped));
}

#[test]
fn a_store_that_refuses_for_good_is_tried_rarely() {
    let mut bench = Bench::default();
    let page = reloaded(&mut bench);
    bench.keys(page);
    bench.loads = 0;
    bench.pass(60.0 * MINUTE_MS);
    assert!((10..=20).contains(&bench.loads), "{} times in an hour", bench.loads);
}

#[test]
fn where_nothing_is_kept_and_all_could_be_read_nobody_looks_again() {
    let mut bench = Bench::default();
    let page = reloaded(&mut bench);
    bench.lasting = Default::default();
    bench.keys(page);
    bench.pass(MINUTE_MS);
    assert!(bench.tasks.is_empty());
}

#[test]
fn a_session_that_can_not_be_read_ends_no_first_load() {
    let mut bench = Bench::default();
    let page = reloaded(&mut bench);
    bench.lasting.refuses = false;
    bench.store_ms = 5_000.0;
    bench.begin(page);
    bench.pass(1_000.0);
    bench.sign_in(Owner::Unknown);
    bench.pass(20_000.0);
    assert_eq!(bench.tabs[page].owner.as_deref(), Some("ada"));
    assert!(!bench.snapshot(page, KEY).expect("kept").is_suspended);
}

#[test]
fn what_was_registered_meanwhile_is_stored_with_its_grant_when_the_store_can_be_read() {
    for refuses in [true, false] {
        let mut bench = Bench::default();
        (bench.lasting.refuses, bench.lasting.refuses_writes) = (refuses, true);
        let page = bench.page();
        bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
        bench.pass(3_000.0);
        assert_eq!(bench.snapshot(page, KEY).expect("kept").state, State::Registered);
        (bench.lasting.refuses, bench.lasting.refuses_writes) = (false, false);
        bench.pass(10_000.0);
        assert_eq!((bench.lasting.desired.len(), bench.lasting.grants.len()), (1, 1));
        bench.close(page);
        bench.asked();
        let page = bench.page();
        assert_eq!(bench.keys(page), [KEY]);
        bench.pass(MINUTE_MS);
        assert_eq!(bench.snapshot(page, KEY).expect("kept").state, State::Registered);
        assert!(bench.asked().is_empty(), "the core is not told again before it is due");
    }
}

#[test]
fn what_replaced_something_while_the_store_refused_is_not_undone_by_who_leads_next() {
    let mut bench = Bench::default();
    let pages = [bench.page(), bench.page(), bench.page()];
    bench.keep(pages[0], registration(NUMBER, "sips:pbx.example.com"));
    bench.keys(pages[1]);
    bench.keys(pages[2]);
    bench.pass(2_000.0);
    bench.lasting.refuses = true;
    bench.update(pages[1], KEY, registration(NUMBER, "sips:new.example.com"));
    bench.pass(1_000.0);
    bench.lasting.refuses = false;
    bench.close(pages[0]);
    bench.pass(10.0 * MINUTE_MS);
    for page in &pages[1..] {
        let kept = bench.snapshot(*page, KEY).expect("kept").registration;
        assert_eq!(kept.target.sip_uri.as_str(), "sips:new.example.com");
    }
    let stored = bench.lasting.desired.values().next().cloned().flatten().expect("stored");
    assert_eq!(stored.registration.target.sip_uri.as_str(), "sips:new.example.com");
}
