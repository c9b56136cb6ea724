//! Wishes to delete that outlive a page, come late, or meet tabs with an older version of the package.

use super::actions::Message;
use super::fake_browser::{Bench, MINUTE_MS, Page, registration};
use super::fake_core::{Error, refused, unavailable};
use crate::keeper::message::{NO_TIMES, TabMessage, Told};
use crate::keeper::snapshot::Change;
use crate::keeper::standing::State;

const NUMBER: Option<&str> = Some("+4799900001");
const KEY: &str = "+4799900001";

/// A page that keeps the number, a second after it was registered.
fn kept(bench: &mut Bench, sip_uri: &str) -> Page {
    let page = bench.page();
    bench.keep(page, registration(NUMBER, sip_uri));
    bench.pass(1_500.0);
    bench.asked();
    page
}

/// Wants it deleted, and returns the name of the deletion.
fn stop(bench: &mut Bench, page: Page) -> String {
    bench.stop(page, registration(NUMBER, "sips:pbx.example.com"), true, false).expect("noted").expect("a deletion")
}

/// What a tab of version 0.1.0 says.
fn said(told: Told, id: Option<&str>) -> Message<Error> {
    let (key, id) = (KEY.to_owned(), id.map(str::to_owned));
    Message::Told(TabMessage { told, key, id, registration: None, times_ms: NO_TIMES, trouble: None })
}

fn state(bench: &mut Bench, page: Page) -> Option<State> {
    bench.snapshot(page, KEY).map(|snapshot| snapshot.state)
}

#[test]
fn a_page_that_is_away_goes_on_with_it_when_it_is_back() {
    let mut bench = Bench::default();
    let page = kept(&mut bench, "sips:pbx.example.com");
    bench.answer([unavailable().after(20_000.0), refused()]);
    let id = stop(&mut bench, page);
    bench.pass(1_000.0);
    assert_eq!(bench.asked().len(), 1);
    bench.leave(false);
    bench.pass(5.0 * MINUTE_MS);
    assert!(bench.asked().is_empty() && !bench.changes(page).contains(&Change::Stopped));
    bench.wake();
    // The core has nothing any more: it heard the first.
    bench.gone(page, &id).expect("deleted");
    assert_eq!((bench.asked().len(), bench.changes(page).last()), (1, Some(&Change::Stopped)));
    assert!(bench.lasting.is_empty());
}

#[test]
fn the_next_page_goes_on_with_it_unless_its_time_is_over() {
    for (minutes, deletions) in [(10.0, 1), (59.0, 1), (61.0, 0), (10_000.0, 0)] {
        let mut bench = Bench::default();
        let page = kept(&mut bench, "sips:pbx.example.com");
        bench.answer([unavailable().after(20_000.0)]);
        stop(&mut bench, page);
        bench.pass(1_000.0);
        bench.close(page);
        bench.pass(minutes * MINUTE_MS);
        bench.asked();
        let page = bench.page();
        assert!(bench.keys(page).is_empty(), "it is not kept");
        bench.pass(5_000.0);
        let asked = bench.asked();
        assert_eq!(asked.len(), deletions, "after {minutes} minutes");
        assert!(asked.iter().all(|asked| !asked.is_upsert));
        assert!(bench.lasting.is_empty(), "after {minutes} minutes");
    }
}

#[test]
fn what_another_tab_has_wished_since_is_neither_removed_nor_stopped() {
    let mut bench = Bench::default();
    let page = kept(&mut bench, "sips:pbx.example.com");
    let other = bench.page();
    assert_eq!(bench.keys(other), [KEY]);
    bench.pass(2_000.0);
    bench.answer([unavailable().after(5_000.0)]);
    let id = stop(&mut bench, page);
    bench.pass(2_000.0);
    bench.keep(other, registration(NUMBER, "sips:new.example.com"));
    bench.pass(60_000.0);
    assert!(bench.asked().last().is_some_and(|asked| asked.is_upsert && asked.has("sips:new.example.com")));
    assert!(bench.gone(page, &id).is_ok(), "the core has deleted it before it was told again");
    assert_eq!((state(&mut bench, page), state(&mut bench, other)), (Some(State::Registered), Some(State::Registered)));
    bench.pass(50.0 * MINUTE_MS);
    assert!(bench.asked().iter().all(|asked| asked.is_upsert && asked.has("sips:new.example.com")));
}

#[test]
fn an_old_tab_that_does_not_say_what_is_gone_stops_what_it_knew_and_nothing_newer() {
    // It stopped what everybody knew: the record is gone.
    let mut bench = Bench::default();
    let page = kept(&mut bench, "sips:pbx.example.com");
    bench.hear(page, said(Told::Gone, None));
    assert_eq!(bench.changes(page).last(), Some(&Change::Stopped));

    // Its deletion was under way when the number was wanted again here.
    let page = kept(&mut bench, "sips:pbx.example.com");
    bench.answer([unavailable().after(5_000.0)]);
    stop(&mut bench, page);
    bench.hear(page, said(Told::Tries, None));
    bench.keep(page, registration(NUMBER, "sips:new.example.com"));
    bench.pass(20_000.0);
    let stopped = bench.changes(page).iter().filter(|event| **event == Change::Stopped).count();
    bench.hear(page, said(Told::Gone, None));
    bench.asked();
    bench.pass(20_000.0);
    assert_eq!(state(&mut bench, page), Some(State::Registered));
    assert!(bench.asked().iter().any(|asked| asked.is_upsert), "the core is told again");
    assert_eq!(bench.changes(page).iter().filter(|event| **event == Change::Stopped).count(), stopped);
    assert!(!bench.lasting.desired.is_empty(), "and it survives a reload");
}

#[test]
fn an_old_tab_stops_what_it_had_time_to_hear_of_also_while_the_core_can_t_be_reached() {
    for (seconds, is_kept) in [(1.0, true), (10.0, false)] {
        let mut bench = Bench::default();
        let page = kept(&mut bench, "sips:pbx.example.com");
        bench.answer((0..20).map(|_| unavailable()));
        bench.update(page, KEY, registration(NUMBER, "sips:new.example.com"));
        bench.pass(seconds * 1_000.0);
        bench.hear(page, said(Told::Gone, None));
        bench.pass(10.0 * MINUTE_MS);
        assert_eq!(state(&mut bench, page).is_some(), is_kept, "after {seconds} s");
    }
}

#[test]
fn an_answer_to_an_older_wish_makes_the_core_be_told_again() {
    let mut bench = Bench::default();
    let page = kept(&mut bench, "sips:pbx.example.com");
    for told in [Told::Gone, Told::Late] {
        let message = said(told, Some("an older one"));
        bench.hear(page, message.clone());
        bench.pass(2_000.0);
        assert_eq!(state(&mut bench, page), Some(State::Registered));
        let asked = bench.asked();
        assert!(asked.len() == 1 && asked[0].is_upsert, "{message:?}: {}", asked.len());
        // Once more, when whatever was under way is over.
        bench.pass(MINUTE_MS);
        assert_eq!(bench.asked().len(), 1);
    }
    assert!(!bench.changes(page).contains(&Change::Stopped));
}
