//! Several pages of one browser.

use super::fake_browser::{Bench, MINUTE_MS, Owner, Page, registration};
use super::fake_core::{Answer, unavailable};
use crate::keeper::event::Event;
use crate::keeper::snapshot::{Change, Trouble};
use crate::keeper::standing::State;
use std::rc::Rc;

const NUMBER: Option<&str> = Some("+4799900001");

/// Pages that all keep the same.
fn pages(bench: &mut Bench, many: usize) -> Vec<Page> {
    let pages: Vec<Page> = (0..many).map(|_| bench.page()).collect();
    for &page in &pages {
        bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
        bench.pass(1_000.0);
    }
    pages
}

fn leaders(bench: &Bench, pages: &[Page]) -> Vec<usize> {
    (0..pages.len()).filter(|at| bench.tabs[pages[*at]].leads).collect()
}

/// No gap between two upserts was longer than a registration lives, and none were made twice.
fn check(bench: &mut Bench) {
    let asked = bench.asked();
    for pair in asked.windows(2) {
        let minutes = (pair[1].at_ms - pair[0].at_ms) / MINUTE_MS;
        assert!((1.0..60.0).contains(&minutes), "{minutes} minutes between two of {}", asked.len());
    }
}

#[test]
fn one_of_three_makes_the_calls_and_all_know() {
    let mut bench = Bench::default();
    let pages = pages(&mut bench, 3);
    bench.pass(500.0 * MINUTE_MS);
    assert_eq!(leaders(&bench, &pages).len(), 1);
    assert!((10..=13).contains(&bench.core.asked.len()), "{} upserts", bench.core.asked.len());
    check(&mut bench);
    for &page in &pages {
        let snapshot = bench.snapshot(page, "+4799900001").unwrap();
        assert_eq!(snapshot.state, State::Registered);
        assert!(bench.changes(page).iter().filter(|event| **event == Change::Refreshed).count() >= 9);
    }
}

#[test]
fn another_takes_over_when_the_leader_goes() {
    let mut bench = Bench::default();
    let mut pages = pages(&mut bench, 3);
    for left in [2, 1] {
        let leader = leaders(&bench, &pages)[0];
        bench.close(pages.remove(leader));
        bench.pass(100.0 * MINUTE_MS);
        assert_eq!((leaders(&bench, &pages).len(), pages.len()), (1, left));
    }
    check(&mut bench);
}

#[test]
fn a_frozen_leader_gives_the_lead_up_and_waits_its_turn() {
    let mut bench = Bench::default();
    let pages = pages(&mut bench, 1);
    bench.leave(false);
    bench.pass(1_000.0);
    assert!(!bench.tabs[pages[0]].leads);
    bench.pass(50.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 1, "a page that is away makes no calls");
    bench.wake();
    bench.pass(1_000.0);
    assert!(bench.tabs[pages[0]].leads);
    assert_eq!(bench.asked().len(), 1, "and catches up when it is back");
}

#[test]
fn a_frozen_page_that_leads_without_a_lock_leads_when_it_is_back() {
    for without_locks in [false, true] {
        let mut bench = Bench::default();
        if without_locks {
            bench.no_locks = true;
        } else {
            bench.sign_in(Owner::Nameless);
        }
        let pages = pages(&mut bench, 1);
        bench.leave(false);
        bench.pass(50.0 * MINUTE_MS);
        assert_eq!(bench.asked().len(), 1);
        bench.wake();
        bench.pass(60.0 * MINUTE_MS);
        assert!(!bench.asked().is_empty() && bench.tabs[pages[0]].leads);
    }
}

#[test]
fn a_leader_that_hangs_is_overtaken_before_it_lapses() {
    let mut bench = Bench::default();
    // Somebody holds the lock, and does nothing.
    let page = bench.page();
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.close(page);
    bench.pass(1_000.0);
    bench.hang("ada", false);
    let page = bench.page();
    bench.keys(page);
    bench.pass(58.0 * MINUTE_MS);
    assert_eq!(bench.stolen, 1);
    let asked = bench.asked();
    let minutes = (asked[1].at_ms - asked[0].at_ms) / MINUTE_MS;
    assert!((50.0..=53.0).contains(&minutes), "overtaken after {minutes} minutes");
    assert!(!bench.changes(page).contains(&Change::Lapsed));
}

#[test]
fn a_wish_that_the_leader_leaves_undone_is_a_reason_too() {
    let mut bench = Bench::default();
    let pages = pages(&mut bench, 1);
    bench.close(pages[0]);
    bench.pass(1_000.0);
    bench.hang("ada", false);
    let page = bench.page();
    bench.keep(page, registration(NUMBER, "sips:other.example.com"));
    bench.asked();
    bench.pass(3.0 * MINUTE_MS);
    assert!(bench.asked().iter().any(|asked| asked.has("sips:other.example.com")));
}

#[test]
fn who_is_overtaken_ends_its_call() {
    let mut bench = Bench::default();
    let pages = pages(&mut bench, 1);
    bench.answer([unavailable().after(20_000.0)]);
    bench.refresh(pages[0], "+4799900001");
    bench.pass(2_000.0);
    let cancelled = bench.core.cancelled;
    bench.hang("ada", true);
    bench.pass(100.0);
    assert!(!bench.tabs[pages[0]].leads);
    assert_eq!(bench.core.cancelled, cancelled + 1);
    bench.pass(60_000.0);
    assert!(bench.snapshot(pages[0], "+4799900001").unwrap().trouble.is_none(), "it is no failure");
}

#[test]
fn a_follower_s_wish_is_the_leader_s_work() {
    let mut bench = Bench::default();
    let pages = pages(&mut bench, 2);
    let leader = leaders(&bench, &pages)[0];
    let follower = pages[1 - leader];
    bench.asked();
    bench.update(follower, "+4799900001", registration(NUMBER, "sips:other.example.com"));
    bench.pass(2_000.0);
    assert!(bench.asked()[0].has("sips:other.example.com"));
    assert_eq!(leaders(&bench, &pages), [leader]);
    for &page in &pages {
        let snapshot = bench.snapshot(page, "+4799900001").unwrap();
        assert_eq!(snapshot.registration.target.sip_uri.as_str(), "sips:other.example.com");
    }
    bench.delete(follower, "+4799900001").unwrap();
    let asked = bench.asked();
    assert!(asked.len() == 1 && !asked[0].is_upsert);
    bench.pass(1_000.0);
    assert!(pages.iter().all(|page| bench.changes(*page).last() == Some(&Change::Stopped)));
}

#[test]
fn a_failure_is_told_to_all_and_another_may_try() {
    let mut bench = Bench::default();
    let pages = pages(&mut bench, 2);
    let first = leaders(&bench, &pages)[0];
    bench.answer([unavailable()]);
    bench.pass(51.5 * MINUTE_MS);
    for &page in &pages {
        assert!(bench.changes(page).contains(&Change::AtRisk));
    }
    let told = bench.tabs[pages[1 - first]].heard.iter().any(|(_, _, event, snapshot)| {
        *event == Change::AtRisk
            && matches!(&snapshot.trouble, Some(Trouble::Failed(error)) if error.code == "unavailable")
    });
    assert!(told);
    assert_eq!(leaders(&bench, &pages), [1 - first], "the lead went to the other");
    bench.pass(3.0 * MINUTE_MS);
    check(&mut bench);
}

#[test]
fn a_sign_out_in_one_stops_all() {
    let mut bench = Bench::default();
    let pages = pages(&mut bench, 3);
    bench.sign_out();
    bench.pass(120.0 * MINUTE_MS);
    assert!(pages.iter().all(|page| bench.changes(*page).last() == Some(&Change::Stopped)));
    assert_eq!((bench.asked().len(), bench.lasting.len()), (1, 0));
}

#[test]
fn without_locks_each_leads_and_news_keep_them_from_doing_it_twice() {
    let mut bench = Bench { no_locks: true, ..Bench::default() };
    let pages = pages(&mut bench, 3);
    bench.pass(500.0 * MINUTE_MS);
    assert_eq!(leaders(&bench, &pages).len(), 3);
    let asked = bench.asked();
    assert!((10..=15).contains(&asked.len()), "{} upserts", asked.len());
}

#[test]
fn what_a_page_wants_while_it_reads_an_older_wish_of_another_tab_is_the_last_one() {
    let mut bench = Bench::default();
    let pages = pages(&mut bench, 2);
    bench.pass(5_000.0);
    let leader = leaders(&bench, &pages)[0];
    bench.store_ms = 5.0;
    for (page, name) in [(pages[leader], "sips:older.example.com"), (pages[1 - leader], "sips:old.example.com")] {
        let (id, registration) = (bench.id(), Rc::new(registration(NUMBER, name)));
        bench.handle(page, Event::Updated { key: "+4799900001".to_owned(), id, registration });
    }
    bench.settle_turn();
    bench.keep(pages[leader], registration(NUMBER, "sips:last.example.com"));
    bench.pass(MINUTE_MS);
    for page in pages {
        let kept = bench.snapshot(page, "+4799900001").expect("kept");
        assert_eq!(kept.registration.target.sip_uri.as_str(), "sips:last.example.com");
    }
    assert_eq!(bench.core.registrations["+4799900001"].0, "sips:last.example.com");
}

#[test]
fn of_what_two_tabs_want_at_once_all_have_what_was_stored_last() {
    for is_leader_last in [false, true] {
        let mut bench = Bench::default();
        let pages = pages(&mut bench, 3);
        bench.pass(5_000.0);
        let leader = pages[leaders(&bench, &pages)[0]];
        let follower = pages[(leader + 1) % 3];
        let names = ["sips:first.example.com", "sips:last.example.com"];
        let order = if is_leader_last { [follower, leader] } else { [leader, follower] };
        bench.store_ms = 5.0;
        for (page, name) in order.into_iter().zip(names) {
            let (id, registration) = (bench.id(), Rc::new(registration(NUMBER, name)));
            bench.handle(page, Event::Updated { key: "+4799900001".to_owned(), id, registration });
            bench.pass(1.0);
        }
        bench.pass(MINUTE_MS);
        assert_eq!(bench.core.registrations["+4799900001"].0, names[1]);
        for page in pages {
            let kept = bench.snapshot(page, "+4799900001").expect("kept");
            assert_eq!(kept.registration.target.sip_uri.as_str(), names[1], "page {page}, leader {leader}");
        }
    }
}

#[test]
fn without_locks_a_page_refreshes_what_only_pages_before_it_have_told_the_core() {
    let mut bench = Bench { no_locks: true, ..Bench::default() };
    let page = pages(&mut bench, 1)[0];
    bench.close(page);
    let page = bench.page();
    bench.keys(page);
    bench.asked();
    bench.pass(100.0 * MINUTE_MS);
    assert!(!bench.changes(page).contains(&Change::Lapsed));
    assert_eq!(bench.asked().len(), 2);
}

#[test]
fn without_locks_a_call_for_an_older_wish_that_ends_late_makes_the_core_be_told_again() {
    // It is sent again after the core was told of the newer one: with an answer, and without.
    for late in [Answer::taken(), Answer::taken().after(40_000.0)] {
        let mut bench = Bench { no_locks: true, ..Bench::default() };
        let (page, other) = (bench.page(), bench.page());
        bench.keys(other);
        bench.answer([unavailable().after(10_000.0), Answer::taken(), late.clone()]);
        bench.keep(page, registration(NUMBER, "sips:old.example.com"));
        bench.pass(1_000.0);
        bench.update(other, "+4799900001", registration(NUMBER, "sips:new.example.com"));
        bench.pass(6_000.0);
        bench.close(other);
        bench.pass(2.0 * MINUTE_MS);
        assert_eq!(bench.asked()[2].sip_uri, "sips:old.example.com");
        assert_eq!(bench.core.registrations["+4799900001"].0, "sips:new.example.com", "{late:?}");
    }
}

#[test]
fn the_last_page_deletes_what_was_to_end_with_it() {
    let mut bench = Bench::default();
    let page = bench.page();
    bench.keep_as(page, registration(NUMBER, "sips:pbx.example.com"), true, None);
    bench.pass(1_000.0);
    let other = bench.page();
    bench.keys(other);
    bench.pass(1_000.0);
    bench.asked();
    // Both pages of this fake hear of it; the one that leads knows of the other.
    bench.leave(true);
    bench.pass(1_000.0);
    assert!(bench.asked().is_empty());
    bench.close(other);
    bench.pass(1_000.0);
    bench.leave(true);
    bench.pass(1_000.0);
    let asked = bench.asked();
    assert!(asked.len() == 1 && !asked[0].is_upsert);
}
