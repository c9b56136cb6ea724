//! One page: refresh, retry, reload, and a store that fails.

use super::fake_browser::{Bench, MINUTE_MS, Owner, registration};
use super::fake_core::{TTL_MS, forbidden, refused, unavailable};
use super::store::Store;
use crate::keeper::snapshot::{Change, Trouble};
use crate::keeper::standing::State;

const NUMBER: Option<&str> = Some("+4799900001");

#[test]
fn it_is_registered_and_refreshed_at_four_fifths_of_its_time() {
    let mut bench = Bench::default();
    let page = bench.page();
    let key = bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    let snapshot = bench.snapshot(page, &key).expect("kept");
    assert_eq!((snapshot.state, bench.asked().len()), (State::Registered, 1));
    let expected = 1_800_000_000_000.0 + TTL_MS;
    assert!((snapshot.expires_at_wall_ms.unwrap() - expected).abs() < 1_000.0);
    for _ in 0..20 {
        bench.pass(50.0 * MINUTE_MS);
    }
    let asked = bench.asked();
    assert!((19..=23).contains(&asked.len()), "{} in 1000 minutes", asked.len());
    for pair in asked.windows(2) {
        let minutes = (pair[1].at_ms - pair[0].at_ms) / MINUTE_MS;
        assert!((45.0..=51.2).contains(&minutes), "{minutes} minutes between two");
    }
    assert_eq!(bench.changes(page)[..2], [Change::Registered, Change::Refreshed]);
}

#[test]
fn a_failure_is_tried_again_each_minute_until_it_is_lapsed_and_on() {
    let mut bench = Bench::default();
    let page = bench.page();
    let key = bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.asked();
    bench.answer((0..30).map(|at| if at % 2 == 0 { unavailable() } else { forbidden() }));
    bench.pass(90.0 * MINUTE_MS);
    let asked = bench.asked();
    for pair in asked[..31].windows(2) {
        let seconds = (pair[1].at_ms - pair[0].at_ms) / 1000.0;
        assert!((60.0..=67.0).contains(&seconds), "{seconds} seconds between two");
    }
    assert_eq!(bench.changes(page), [Change::Registered, Change::AtRisk, Change::Lapsed, Change::Registered]);
    assert!(bench.snapshot(page, &key).unwrap().trouble.is_none());
}

#[test]
fn a_server_that_asks_for_patience_gets_it_but_not_at_the_registration_s_cost() {
    let mut bench = Bench::default();
    let page = bench.page();
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.asked();
    bench.answer([120_000.0, 86_400_000.0].map(|ms| unavailable().asking_for(ms)));
    bench.pass(58.0 * MINUTE_MS);
    let asked = bench.asked();
    assert!((asked[1].at_ms - asked[0].at_ms) >= 120_000.0);
    // Half of what was left: at most six and a half minutes.
    let waited = (asked[2].at_ms - asked[1].at_ms) / MINUTE_MS;
    assert!((2.0..7.0).contains(&waited), "{waited} minutes");
    assert!(!bench.changes(page).contains(&Change::Lapsed));
}

#[test]
fn a_time_to_live_that_nobody_can_keep_costs_a_call_a_minute() {
    for ttl_ms in [0.000_001, 1.0, 1_000.0, 1_999.0] {
        let mut bench = Bench { ttl_ms, ..Bench::default() };
        let (page, other) = (bench.page(), bench.page());
        let key = bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
        bench.keys(other);
        bench.pass(10.0 * MINUTE_MS);
        let asked = bench.asked().len();
        assert!((10..=15).contains(&asked), "{asked} calls in ten minutes with {ttl_ms} ms");
        assert_eq!(bench.stolen, 0, "with {ttl_ms} ms");
        assert_eq!(bench.snapshot(page, &key).unwrap().state, State::Lapsed);
    }
    // What can be kept is.
    let mut bench = Bench { ttl_ms: 2_000.0, ..Bench::default() };
    let page = bench.page();
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(MINUTE_MS);
    assert!(!bench.changes(page).contains(&Change::Lapsed));
}

#[test]
fn a_refusal_stops_it_until_there_is_another_wish() {
    let mut bench = Bench::default();
    let page = bench.page();
    bench.answer([refused()]);
    let key = bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(300.0 * MINUTE_MS);
    assert_eq!((bench.changes(page), bench.asked().len()), (vec![Change::Rejected], 1));
    assert!(matches!(bench.snapshot(page, &key).unwrap().trouble, Some(Trouble::Failed(_))));
    assert!(bench.lasting.is_empty(), "nor is it tried after a reload");
    bench.update(page, &key, registration(NUMBER, "sips:other.example.com"));
    bench.pass(1_000.0);
    assert_eq!(bench.changes(page), [Change::Rejected, Change::Registered]);
}

#[test]
fn the_last_wish_wins_and_no_two_calls_overlap() {
    let mut bench = Bench::default();
    let page = bench.page();
    let key = bench.keep(page, registration(NUMBER, "sips:one.example.com"));
    bench.pass(10.0);
    // While the first call is under way.
    for name in ["sips:two.example.com", "sips:three.example.com"] {
        bench.update(page, &key, registration(NUMBER, name));
    }
    bench.pass(10_000.0);
    let asked = bench.asked();
    assert!(asked[0].has("sips:one.example.com") && asked.last().unwrap().has("sips:three.example.com"));
    for pair in asked.windows(2) {
        assert!(pair[1].at_ms - pair[0].at_ms >= 1_000.0, "refreshes are at least a second apart");
    }
    assert!(bench.snapshot(page, &key).unwrap().trouble.is_none());
}

#[test]
fn the_same_wish_again_is_no_news() {
    let mut bench = Bench::default();
    let page = bench.page();
    for _ in 0..3 {
        bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
        bench.pass(5_000.0);
    }
    assert_eq!(bench.asked().len(), 1);
}

#[test]
fn stopping_leaves_it_to_end_by_itself_or_deletes_it() {
    let mut bench = Bench::default();
    let page = bench.page();
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.stop(page, registration(NUMBER, "sips:pbx.example.com"), false, false).expect("somebody");
    bench.pass(120.0 * MINUTE_MS);
    assert_eq!((bench.asked().len(), bench.changes(page).last()), (1, Some(&Change::Stopped)));
    assert!(bench.lasting.is_empty());
    let key = bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.delete(page, &key).unwrap();
    let asked = bench.asked();
    assert!(asked[0].is_upsert && !asked[1].is_upsert && asked.len() == 2);
    // One that fails says why, and is kept no more all the same.
    let key = bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.answer([forbidden()]);
    let trouble = bench.delete(page, &key).unwrap_err();
    assert!(matches!(trouble, Trouble::Failed(error) if error.kind == "auth"));
    assert!(bench.snapshot(page, &key).is_none());
}

#[test]
fn it_survives_a_reload_and_needs_no_call_for_that() {
    let mut bench = Bench::default();
    let page = bench.page();
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(10.0 * MINUTE_MS);
    bench.close(page);
    let page = bench.page();
    assert_eq!(bench.keys(page), ["+4799900001"]);
    bench.pass(1_000.0);
    assert_eq!(bench.asked().len(), 1);
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(45.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 1, "refreshed when it was due");
    assert!(!bench.changes(page).contains(&Change::Lapsed));
}

#[test]
fn a_store_that_refuses_costs_nothing_but_the_reload() {
    let mut bench = Bench::default();
    bench.lasting.refuses = true;
    let page = bench.page();
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(100.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 3);
    let fleeting = Store { refuses: true, ..Store::default() };
    bench.sign_in(Owner::Nameless);
    let page = bench.page_with(fleeting, 50);
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    assert_eq!(bench.asked().len(), 1);
}

#[test]
fn a_store_that_does_not_answer_changes_nothing() {
    let mut bench = Bench::default();
    let page = bench.page();
    let key = bench.keep(page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.sign_in(Owner::Unknown);
    bench.pass(1_000.0);
    assert!(!bench.snapshot(page, &key).unwrap().is_suspended);
    bench.sign_in(Owner::Named("ada"));
    bench.pass(50.0 * MINUTE_MS);
    assert_eq!(bench.changes(page), [Change::Registered, Change::Refreshed]);
}

#[test]
fn a_wish_that_could_not_be_stored_is_not_undone_by_an_older_one() {
    let mut bench = Bench::default();
    let page = bench.page();
    let key = bench.keep(page, registration(None, "sips:old.example.com"));
    bench.pass(1_000.0);
    bench.asked();
    bench.lasting.refuses_writes = true;
    bench.update(page, &key, registration(None, "sips:new.example.com"));
    bench.pass(120.0 * MINUTE_MS);
    assert!(bench.asked().iter().all(|asked| asked.has("sips:new.example.com")));
}

#[test]
fn what_could_not_be_stored_is_stored_when_the_store_is_back() {
    let mut bench = Bench::default();
    bench.lasting.refuses = true;
    let page = bench.page();
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(10.0 * MINUTE_MS);
    bench.lasting.refuses = false;
    assert!(bench.lasting.is_empty());
    bench.pass(50.0 * MINUTE_MS);
    assert_eq!(bench.lasting.len(), 2);
    bench.close(page);
    let page = bench.page();
    assert_eq!(bench.keys(page), ["+4799900001"]);
}

#[test]
fn after_a_reload_what_was_to_end_with_the_page_is_told_twice() {
    let mut bench = Bench::default();
    let page = bench.page();
    let wanted = || registration(None, "sips:pbx.example.com");
    bench.keep_as(page, wanted(), true, None);
    bench.pass(1_000.0);
    bench.close(page);
    bench.asked();
    bench.page_clock += 1.0;
    let page = bench.page();
    bench.keep_as(page, wanted(), true, None);
    bench.pass(30_000.0);
    assert_eq!(bench.asked().len(), 2, "at once, and when a late deletion has come");
    bench.pass(30.0 * MINUTE_MS);
    assert!(bench.asked().is_empty());
}
