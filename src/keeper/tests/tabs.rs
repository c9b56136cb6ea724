//! Several pages of one browser.

use super::bench::{Bench, Page};
use super::core::unavailable;
use crate::keeper::Owner;
use crate::keeper::wish::registration;
use crate::keeper::{Event, State, Trouble};
use crate::seams::Leaving;
use crate::seams::Locks;

const MINUTE_MS: f64 = 60_000.0;
const NUMBER: Option<&str> = Some("+4799900001");

/// Pages that all keep the same.
fn pages(bench: &Bench, many: usize) -> Vec<Page> {
    let pages: Vec<Page> = (0..many).map(|_| bench.page()).collect();
    for page in &pages {
        bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
        bench.pass(1_000.0);
    }
    pages
}

fn leaders(pages: &[Page]) -> Vec<usize> {
    (0..pages.len()).filter(|at| pages[*at].leads.get()).collect()
}

/// No gap between two upserts was longer than a registration lives, and none were made twice.
fn check(bench: &Bench) {
    let asked = bench.asked();
    for pair in asked.windows(2) {
        let minutes = (pair[1].at_ms - pair[0].at_ms) / MINUTE_MS;
        assert!((1.0..60.0).contains(&minutes), "{minutes} minutes between two of {}", asked.len());
    }
}

#[test]
fn one_of_three_makes_the_calls_and_all_know() {
    let bench = Bench::default();
    let pages = pages(&bench, 3);
    bench.pass(500.0 * MINUTE_MS);
    assert_eq!(leaders(&pages).len(), 1);
    assert!((10..=13).contains(&bench.core.asked.borrow().len()), "{} upserts", bench.core.asked.borrow().len());
    check(&bench);
    for page in &pages {
        let snapshot = page.keeping.snapshot("+4799900001").unwrap();
        assert_eq!(snapshot.state, State::Registered);
        assert!(page.events().iter().filter(|event| **event == Event::Refreshed).count() >= 9);
    }
}

#[test]
fn another_takes_over_when_the_leader_goes() {
    let bench = Bench::default();
    let mut pages = pages(&bench, 3);
    for left in [2, 1] {
        let leader = leaders(&pages)[0];
        pages.remove(leader).keeping.close();
        bench.pass(100.0 * MINUTE_MS);
        assert_eq!((leaders(&pages).len(), pages.len()), (1, left));
    }
    check(&bench);
}

#[test]
fn a_frozen_leader_gives_the_lead_up_and_waits_its_turn() {
    let bench = Bench::default();
    let pages = pages(&bench, 1);
    bench.fake.leave(Leaving::ForAWhile);
    bench.pass(1_000.0);
    assert!(!pages[0].leads.get());
    bench.pass(50.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 1, "a page that is away makes no calls");
    bench.fake.wake();
    bench.pass(1_000.0);
    assert!(pages[0].leads.get());
    assert_eq!(bench.asked().len(), 1, "and catches up when it is back");
}

#[test]
fn a_frozen_page_that_leads_without_a_lock_leads_when_it_is_back() {
    for without_locks in [false, true] {
        let bench = Bench::default();
        if without_locks {
            bench.fake.refuse_locks();
        } else {
            bench.session.sign_in(Owner::Nameless);
        }
        let pages = pages(&bench, 1);
        bench.fake.leave(Leaving::ForAWhile);
        bench.pass(50.0 * MINUTE_MS);
        assert_eq!(bench.asked().len(), 1);
        bench.fake.wake();
        bench.pass(60.0 * MINUTE_MS);
        assert!(!bench.asked().is_empty() && pages[0].leads.get());
    }
}

#[test]
fn a_leader_that_hangs_is_overtaken_before_it_lapses() {
    let bench = Bench::default();
    // Somebody holds the lock, and does nothing.
    let name = {
        let page = bench.page();
        bench.keep(&page, registration(NUMBER, "sips:pbx.example.com"));
        bench.pass(1_000.0);
        let owner = page.keeping.names_of("ada");
        page.keeping.close();
        owner.lock
    };
    bench.pass(1_000.0);
    let hung = bench.fake.run(bench.fake.lock(&name, false)).unwrap();
    let page = bench.page();
    bench.fake.run(page.keeping.keys()).unwrap();
    bench.pass(58.0 * MINUTE_MS);
    assert_eq!(bench.fake.stolen(), 1);
    let asked = bench.asked();
    let minutes = (asked[1].at_ms - asked[0].at_ms) / MINUTE_MS;
    assert!((50.0..=53.0).contains(&minutes), "overtaken after {minutes} minutes");
    assert!(!page.events().contains(&Event::Lapsed));
    drop(hung);
}

#[test]
fn a_wish_that_the_leader_leaves_undone_is_a_reason_too() {
    let bench = Bench::default();
    let pages = pages(&bench, 1);
    let lock = pages[0].keeping.names_of("ada").lock;
    pages[0].keeping.close();
    bench.pass(1_000.0);
    let hung = bench.fake.run(bench.fake.lock(&lock, false)).unwrap();
    let page = bench.page();
    bench.keep(&page, registration(NUMBER, "sips:other.example.com"));
    bench.asked();
    bench.pass(3.0 * MINUTE_MS);
    assert!(bench.asked().iter().any(|asked| asked.has("sips:other.example.com")));
    drop(hung);
}

#[test]
fn who_is_overtaken_ends_its_call() {
    let bench = Bench::default();
    let pages = pages(&bench, 1);
    let lock = pages[0].keeping.names_of("ada").lock;
    bench.answer([unavailable().after(20_000.0)]);
    bench.fake.run(pages[0].keeping.refresh("+4799900001")).unwrap();
    bench.pass(2_000.0);
    let cancelled = bench.core.cancelled();
    let _thief = bench.fake.run(bench.fake.lock(&lock, true)).unwrap();
    bench.pass(100.0);
    assert!(!pages[0].leads.get());
    assert_eq!(bench.core.cancelled(), cancelled + 1);
    bench.pass(60_000.0);
    assert!(pages[0].keeping.snapshot("+4799900001").unwrap().trouble.is_none(), "it is no failure");
}

#[test]
fn a_follower_s_wish_is_the_leader_s_work() {
    let bench = Bench::default();
    let pages = pages(&bench, 2);
    let leader = leaders(&pages)[0];
    let follower = &pages[1 - leader];
    bench.asked();
    bench.fake.run(follower.keeping.update("+4799900001", registration(NUMBER, "sips:other.example.com"))).unwrap();
    bench.pass(2_000.0);
    assert!(bench.asked()[0].has("sips:other.example.com"));
    assert_eq!(leaders(&pages), [leader]);
    for page in &pages {
        let snapshot = page.keeping.snapshot("+4799900001").unwrap();
        assert_eq!(snapshot.registration.target.sip_uri.as_str(), "sips:other.example.com");
    }
    bench.fake.run(follower.keeping.delete("+4799900001")).unwrap();
    let asked = bench.asked();
    assert!(asked.len() == 1 && !asked[0].is_upsert);
    bench.pass(1_000.0);
    assert!(pages.iter().all(|page| page.events().last() == Some(&Event::Stopped)));
}

#[test]
fn a_failure_is_told_to_all_and_another_may_try() {
    let bench = Bench::default();
    let pages = pages(&bench, 2);
    let first = leaders(&pages)[0];
    bench.answer([unavailable()]);
    bench.pass(51.5 * MINUTE_MS);
    for page in &pages {
        assert!(page.events().contains(&Event::AtRisk));
    }
    let told = pages[1 - first].heard.borrow().iter().any(|(_, _, event, snapshot)| {
        *event == Event::AtRisk
            && matches!(&snapshot.trouble, Some(Trouble::Told { code, .. }) if code == "unavailable")
    });
    assert!(told);
    assert_eq!(leaders(&pages), [1 - first], "the lead went to the other");
    bench.pass(3.0 * MINUTE_MS);
    check(&bench);
}

#[test]
fn a_sign_out_in_one_stops_all() {
    let bench = Bench::default();
    let pages = pages(&bench, 3);
    bench.session.sign_out();
    bench.pass(120.0 * MINUTE_MS);
    assert!(pages.iter().all(|page| page.events().last() == Some(&Event::Stopped)));
    assert_eq!((bench.asked().len(), bench.lasting.entries().len()), (1, 0));
}

#[test]
fn without_locks_each_leads_and_news_keep_them_from_doing_it_twice() {
    let bench = Bench::default();
    bench.fake.refuse_locks();
    let pages = pages(&bench, 3);
    bench.pass(500.0 * MINUTE_MS);
    assert_eq!(leaders(&pages).len(), 3);
    let asked = bench.asked();
    assert!((10..=15).contains(&asked.len()), "{} upserts", asked.len());
}

#[test]
fn the_last_page_deletes_what_was_to_end_with_it() {
    let bench = Bench::default();
    let page = bench.page();
    bench.fake.run(page.keeping.keep(registration(NUMBER, "sips:pbx.example.com"), true, None)).unwrap();
    bench.pass(1_000.0);
    let other = bench.page();
    bench.fake.run(other.keeping.keys()).unwrap();
    bench.pass(1_000.0);
    bench.asked();
    // Both pages of this fake hear of it; the one that leads knows of the other.
    bench.fake.leave(Leaving::ForGood);
    bench.pass(1_000.0);
    assert!(bench.asked().is_empty());
    other.keeping.close();
    bench.pass(1_000.0);
    bench.fake.leave(Leaving::ForGood);
    bench.pass(1_000.0);
    let asked = bench.asked();
    assert!(asked.len() == 1 && !asked[0].is_upsert);
}
