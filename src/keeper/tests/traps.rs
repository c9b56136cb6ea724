//! What a page goes on with after its wasm stopped, while other tabs want something else.

use super::fake_browser::{Bench, MINUTE_MS, Owner, Page, registration};
use crate::breakout::Registration;
use crate::keeper::snapshot::Change;
use crate::keeper::standing::State;

const NUMBER: Option<&str> = Some("+4799900001");
const KEY: &str = "+4799900001";

fn of(sip_uri: &str) -> Registration {
    registration(NUMBER, sip_uri)
}

/// Two pages that keep the number.
fn kept(bench: &mut Bench) -> (Page, Page) {
    let (page, other) = (bench.page(), bench.page());
    bench.keep(page, of("sips:a.example.com"));
    bench.pass(1_000.0);
    assert_eq!(bench.keys(other), [KEY]);
    bench.pass(1_000.0);
    (page, other)
}

fn wanted(bench: &mut Bench, page: Page) -> Option<String> {
    Some(bench.snapshot(page, KEY)?.registration.target.sip_uri.as_str().to_owned())
}

#[test]
fn what_another_tab_wanted_since_counts() {
    for waits in [false, true] {
        let mut bench = Bench::default();
        let (page, other) = kept(&mut bench);
        bench.trap(page);
        if waits {
            bench.pass(500.0);
        }
        bench.update(other, KEY, of("sips:b.example.com"));
        bench.pass(MINUTE_MS);
        for page in [page, other] {
            assert_eq!(wanted(&mut bench, page).as_deref(), Some("sips:b.example.com"));
        }
        assert_eq!(bench.core.registrations[KEY].0, "sips:b.example.com");
    }
}

#[test]
fn what_another_tab_stopped_since_stays_so() {
    for is_deletion in [false, true] {
        let mut bench = Bench::default();
        let (page, other) = kept(&mut bench);
        bench.trap(page);
        bench.stop(other, of("sips:a.example.com"), is_deletion, false).expect("somebody");
        bench.pass(MINUTE_MS);
        assert!(bench.lasting.is_empty());
        assert_eq!((wanted(&mut bench, page), bench.tabs[page].known.len()), (None, 0));
        assert_eq!(bench.changes(page).last(), Some(&Change::Stopped));
        bench.asked();
        bench.pass(120.0 * MINUTE_MS);
        assert!(bench.asked().is_empty());
    }
}

#[test]
fn what_a_sign_out_ended_since_is_not_stored_again() {
    let mut bench = Bench::default();
    let (page, other) = kept(&mut bench);
    bench.trap(page);
    bench.sign_out();
    bench.pass(MINUTE_MS);
    assert!(bench.lasting.is_empty());
    assert_eq!(bench.changes(other).last(), Some(&Change::Stopped));
    bench.sign_in(Owner::Named("ada"));
    bench.pass(120.0 * MINUTE_MS);
    assert!(bench.lasting.is_empty() && bench.keys(page).is_empty());
    assert_eq!(bench.changes(page).last(), Some(&Change::Stopped));
}

#[test]
fn another_person_s_number_takes_the_place_of_what_was_kept() {
    let mut bench = Bench::default();
    bench.sign_in(Owner::Named("bob"));
    let (page, other) = (bench.page(), bench.page());
    bench.keep(page, of("sips:bob.example.com"));
    bench.sign_in(Owner::Named("ada"));
    bench.keep(page, of("sips:a.example.com"));
    bench.keys(other);
    bench.pass(1_000.0);
    bench.trap(page);
    bench.sign_in(Owner::Named("bob"));
    bench.pass(MINUTE_MS);
    assert_eq!(wanted(&mut bench, page).as_deref(), Some("sips:bob.example.com"));
    assert!(bench.asked().iter().all(|asked| asked.has("sips:bob.example.com") == (asked.token == "bob")));
    bench.sign_in(Owner::Named("ada"));
    bench.pass(MINUTE_MS);
    assert_eq!(wanted(&mut bench, page).as_deref(), Some("sips:a.example.com"));
}

#[test]
fn what_the_store_never_took_is_wanted_again() {
    let mut bench = Bench::default();
    bench.lasting.refuses_writes = true;
    let page = bench.page();
    bench.keep(page, of("sips:a.example.com"));
    bench.pass(1_000.0);
    bench.trap(page);
    bench.lasting.refuses_writes = false;
    bench.pass(10_000.0);
    assert_eq!((wanted(&mut bench, page).as_deref(), bench.lasting.len()), (Some("sips:a.example.com"), 2));
}

#[test]
fn what_can_not_be_read_is_gone_on_with_until_it_can() {
    for is_stopped in [false, true] {
        let mut bench = Bench::default();
        let (page, other) = kept(&mut bench);
        bench.trap(page);
        if is_stopped {
            bench.stop(other, of("sips:a.example.com"), false, false).expect("somebody");
        }
        bench.close(other);
        bench.pass(100.0);
        bench.lasting.refuses = true;
        bench.pass(2.0 * MINUTE_MS);
        assert_eq!(bench.snapshot(page, KEY).expect("kept").state, State::Registered);
        bench.lasting.refuses = false;
        bench.pass(6.0 * MINUTE_MS);
        assert_eq!(bench.keys(page).len(), if is_stopped { 0 } else { 1 });
    }
}

#[test]
fn what_ends_with_the_page_still_does() {
    let mut bench = Bench::default();
    let page = bench.page();
    bench.keep_as(page, of("sips:a.example.com"), true, None);
    bench.pass(1_000.0);
    bench.close(page);
    bench.page_clock += 1.0;
    // It is resumed, not wanted anew.
    let page = bench.page();
    bench.keys(page);
    bench.pass(20_000.0);
    bench.trap(page);
    bench.pass(20_000.0);
    bench.asked();
    bench.leave(true);
    bench.pass(1_000.0);
    let asked = bench.asked();
    assert!(asked.len() == 1 && !asked[0].is_upsert);
}

#[test]
fn what_goes_by_the_person_s_name_since_is_known_to_be_stored() {
    let mut bench = Bench::default();
    bench.sign_in(Owner::Session { session: "1", person: None });
    let (page, other) = kept(&mut bench);
    bench.sign_in(Owner::Session { session: "1", person: Some("ada") });
    bench.pass(1_000.0);
    bench.trap(page);
    bench.update(other, KEY, of("sips:b.example.com"));
    bench.pass(MINUTE_MS);
    for page in [page, other] {
        assert_eq!(wanted(&mut bench, page).as_deref(), Some("sips:b.example.com"));
    }
}
