//! Wishes to delete that outlive a page, come late, or meet tabs with an older version of the package.

use super::bench::{Bench, Page};
use super::core::{refused, unavailable};
use crate::keeper::wish::registration;
use crate::keeper::{Event, State};
use crate::seams::{Channels, Leaving};

const MINUTE_MS: f64 = 60_000.0;
const NUMBER: Option<&str> = Some("+4799900001");
const KEY: &str = "+4799900001";

/// A page that keeps the number, a second after it was registered.
fn kept(bench: &Bench, sip_uri: &str) -> Page {
    let page = bench.page();
    bench.keep(&page, registration(NUMBER, sip_uri));
    bench.pass(1_500.0);
    bench.asked();
    page
}

/// Wishes it deleted, and returns the name of the wish.
fn stop(bench: &Bench, page: &Page) -> String {
    let stopping = page.keeping.stop(registration(NUMBER, "sips:pbx.example.com"), true, false);
    bench.fake.run(stopping).expect("noted").expect("a wish")
}

/// Posts what an old tab does.
fn post(bench: &Bench, page: &Page, text: &str) {
    let channel = bench.fake.open(&page.keeping.names_of("ada").channel, Box::new(drop)).expect("a channel");
    channel.post(text);
    bench.pass(10.0);
}

fn state(page: &Page) -> Option<State> {
    page.keeping.snapshot(KEY).map(|snapshot| snapshot.state)
}

#[test]
fn a_page_that_is_away_goes_on_with_it_when_it_is_back() {
    let bench = Bench::default();
    let page = kept(&bench, "sips:pbx.example.com");
    bench.answer([unavailable().after(20_000.0), refused()]);
    let id = stop(&bench, &page);
    bench.pass(1_000.0);
    assert_eq!(bench.asked().len(), 1);
    bench.fake.leave(Leaving::ForAWhile);
    bench.pass(5.0 * MINUTE_MS);
    assert!(bench.asked().is_empty() && !page.events().contains(&Event::Stopped));
    bench.fake.wake();
    // The core has nothing any more: it heard the first.
    bench.fake.run(page.keeping.gone(&id)).expect("deleted");
    assert_eq!((bench.asked().len(), page.events().last()), (1, Some(&Event::Stopped)));
    assert!(bench.lasting.entries().is_empty());
}

#[test]
fn the_next_page_goes_on_with_it_unless_its_time_is_over() {
    for (minutes, deletions) in [(10.0, 1), (59.0, 1), (61.0, 0), (10_000.0, 0)] {
        let bench = Bench::default();
        let page = kept(&bench, "sips:pbx.example.com");
        bench.answer([unavailable().after(20_000.0)]);
        stop(&bench, &page);
        bench.pass(1_000.0);
        page.keeping.close();
        drop(page);
        bench.pass(minutes * MINUTE_MS);
        bench.asked();
        let page = bench.page();
        assert!(bench.fake.run(page.keeping.keys()).unwrap().is_empty(), "it is not kept");
        bench.pass(5_000.0);
        let asked = bench.asked();
        assert_eq!(asked.len(), deletions, "after {minutes} minutes");
        assert!(asked.iter().all(|asked| !asked.is_upsert));
        assert!(bench.lasting.entries().is_empty(), "after {minutes} minutes");
    }
}

#[test]
fn what_another_tab_has_wished_since_is_neither_removed_nor_stopped() {
    let bench = Bench::default();
    let page = kept(&bench, "sips:pbx.example.com");
    let other = bench.page();
    assert_eq!(bench.fake.run(other.keeping.keys()).unwrap(), [KEY]);
    bench.pass(2_000.0);
    bench.answer([unavailable().after(5_000.0)]);
    let id = stop(&bench, &page);
    bench.pass(2_000.0);
    bench.keep(&other, registration(NUMBER, "sips:new.example.com"));
    bench.pass(60_000.0);
    assert!(bench.asked().last().is_some_and(|asked| asked.is_upsert && asked.has("sips:new.example.com")));
    assert!(bench.fake.run(page.keeping.gone(&id)).is_ok(), "the core has deleted it before it was told again");
    assert_eq!((state(&page), state(&other)), (Some(State::Registered), Some(State::Registered)));
    bench.pass(50.0 * MINUTE_MS);
    assert!(bench.asked().iter().all(|asked| asked.is_upsert && asked.has("sips:new.example.com")));
}

#[test]
fn an_old_tab_that_does_not_say_what_is_gone_stops_what_it_knew_and_nothing_newer() {
    // It stopped what everybody knew: the record is gone.
    let bench = Bench::default();
    let page = kept(&bench, "sips:pbx.example.com");
    post(&bench, &page, &format!(r#"{{"v":1,"news":"gone","key":"{KEY}"}}"#));
    assert_eq!(page.events().last(), Some(&Event::Stopped));

    // Its deletion was under way when the number was wanted again here.
    let page = kept(&bench, "sips:pbx.example.com");
    bench.answer([unavailable().after(5_000.0)]);
    stop(&bench, &page);
    post(&bench, &page, &format!(r#"{{"v":1,"news":"tries","key":"{KEY}"}}"#));
    bench.keep(&page, registration(NUMBER, "sips:new.example.com"));
    bench.pass(20_000.0);
    let stopped = page.events().iter().filter(|event| **event == Event::Stopped).count();
    post(&bench, &page, &format!(r#"{{"v":1,"news":"gone","key":"{KEY}"}}"#));
    bench.asked();
    bench.pass(20_000.0);
    assert_eq!(state(&page), Some(State::Registered));
    assert!(bench.asked().iter().any(|asked| asked.is_upsert), "the core is told again");
    assert_eq!(page.events().iter().filter(|event| **event == Event::Stopped).count(), stopped);
    assert!(bench.lasting.entries().keys().any(|key| key.contains("/kept/")), "and it survives a reload");
}

#[test]
fn an_answer_to_an_older_wish_makes_the_core_be_told_again() {
    let bench = Bench::default();
    let page = kept(&bench, "sips:pbx.example.com");
    for text in [
        format!(r#"{{"v":1,"news":"gone","key":"{KEY}","wish":"an-older-one"}}"#),
        format!(r#"{{"v":1,"news":"late","key":"{KEY}","wish":"an-older-one"}}"#),
    ] {
        post(&bench, &page, &text);
        bench.pass(2_000.0);
        assert_eq!(state(&page), Some(State::Registered));
        let asked = bench.asked();
        assert!(asked.len() == 1 && asked[0].is_upsert, "{text}: {}", asked.len());
        // Once more, when whatever was under way is over.
        bench.pass(MINUTE_MS);
        assert_eq!(bench.asked().len(), 1);
    }
    assert!(!page.events().contains(&Event::Stopped));
}
