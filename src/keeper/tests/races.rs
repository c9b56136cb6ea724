//! Three tabs of one browser, to which anything happens in any order, traps among it.

use super::fake_browser::{Bench, MINUTE_MS, Page, registration};
use super::fake_core::{Answer, unavailable};
use crate::keeper::standing::State;
use proptest::prelude::*;

const NUMBER: &str = "+4799900001";
const TABS: usize = 3;

/// What happens to a tab, or in it.
#[derive(Clone, Debug)]
enum Step {
    Keep(&'static str),
    Refresh,
    Delete,
    Stop,
    Trap,
    Away,
    Back,
    Reload,
    /// The core does not answer in time, or not at all.
    Trouble(f64),
    /// The core does what it is asked, and takes its time to say so.
    Slow(f64),
    /// The core does what it is asked, and the answer is lost.
    Lost(f64),
    /// The store refuses to be read or written; or only to be written; or nothing any more.
    Store(bool, bool),
    Pass(f64),
}

fn step() -> impl Strategy<Value = (usize, Step)> {
    let step = prop_oneof![
        4 => prop::sample::select(vec!["sips:a.example.com", "sips:b.example.com"]).prop_map(Step::Keep),
        2 => Just(Step::Refresh),
        2 => Just(Step::Delete),
        1 => Just(Step::Stop),
        3 => Just(Step::Trap),
        1 => Just(Step::Away),
        2 => Just(Step::Back),
        1 => Just(Step::Reload),
        2 => (0.0f64..40_000.0).prop_map(Step::Trouble),
        2 => (0.0f64..35_000.0).prop_map(Step::Slow),
        2 => (0.0f64..5_000.0).prop_map(Step::Lost),
        3 => (0.0f64..300.0).prop_map(Step::Pass),
        2 => (0.0f64..20_000.0).prop_map(Step::Pass),
        2 => (0.0f64..50.0 * MINUTE_MS).prop_map(Step::Pass),
    ];
    (0..TABS, step)
}

/// As `step`, with a store that refuses now and then.
fn step_with_store() -> impl Strategy<Value = (usize, Step)> {
    let store = prop::sample::select(vec![(true, true), (false, true), (false, false)]);
    prop_oneof![
        6 => step(),
        1 => store.prop_map(|(refuses, refuses_writes)| (0, Step::Store(refuses, refuses_writes))),
    ]
}

/// What may happen before a stop while the store refuses.
fn step_while_silent() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => prop::sample::select(vec!["sips:a.example.com", "sips:b.example.com"]).prop_map(Step::Keep),
        1 => Just(Step::Refresh),
        1 => (0.0f64..40_000.0).prop_map(Step::Trouble),
        2 => (0.0f64..20_000.0).prop_map(Step::Pass),
        1 => (0.0f64..50.0 * MINUTE_MS).prop_map(Step::Pass),
    ]
}

/// Does it, and returns what is wanted from then on, if that is another thing.
fn take(bench: &mut Bench, tabs: &mut [Page], tab: usize, step: &Step) -> Option<Option<&'static str>> {
    let page = tabs[tab];
    match step {
        Step::Keep(sip_uri) => {
            bench.keep(page, registration(Some(NUMBER), sip_uri));
            return Some(Some(*sip_uri));
        }
        Step::Refresh => bench.refresh(page, NUMBER),
        Step::Delete | Step::Stop => {
            // What the tab does not know it does not stop.
            let known = bench.snapshot(page, NUMBER)?;
            bench.stop(page, known.registration, matches!(step, Step::Delete), false).expect("somebody");
            // Until it is noted.
            bench.pass(bench.store_ms);
            return Some(None);
        }
        Step::Trap => bench.trap(page),
        Step::Away => bench.handle_leaving(page),
        Step::Back => bench.handle_back(page),
        Step::Reload => {
            bench.close(page);
            tabs[tab] = bench.page();
            bench.keys(tabs[tab]);
        }
        Step::Trouble(ms) => bench.answer([unavailable().after(*ms)]),
        Step::Slow(ms) => bench.answer([Answer::taken().after(*ms)]),
        Step::Lost(ms) => bench.answer([Answer::lost().after(*ms)]),
        Step::Store(refuses, refuses_writes) => {
            bench.lasting.refuses = *refuses;
            bench.lasting.refuses_writes = *refuses_writes;
        }
        Step::Pass(ms) => bench.pass(*ms),
    }
    None
}

fn tabs(bench: &mut Bench) -> Vec<Page> {
    let tabs: Vec<Page> = (0..TABS).map(|_| bench.page()).collect();
    for page in &tabs {
        bench.keys(*page);
    }
    tabs
}

/// Nothing is in the way any more.
fn clear_up(bench: &mut Bench, tabs: &[Page]) {
    bench.core.answers.clear();
    (bench.lasting.refuses, bench.lasting.refuses_writes) = (false, false);
    for page in tabs {
        bench.handle_back(*page);
    }
}

/// For two hours all tabs and the core have what is wanted, and nothing else.
fn check(bench: &mut Bench, tabs: &[Page], wanted: Option<&str>) -> Result<(), TestCaseError> {
    for _ in 0..12 {
        for page in tabs {
            let kept = bench.snapshot(*page, NUMBER).filter(|kept| !kept.is_ending);
            let kept = kept.map(|kept| {
                // Without locks each tab waits a little for the others.
                let is_well = kept.state == State::AtRisk && bench.no_locks;
                let state = if is_well { State::Registered } else { kept.state };
                (kept.registration.target.sip_uri.as_str().to_owned(), state)
            });
            prop_assert_eq!(kept, wanted.map(|wanted| (wanted.to_owned(), State::Registered)));
        }
        if let Some(wanted) = wanted {
            let has = bench.core.registrations.get(NUMBER);
            let is_there = has.is_some_and(|(sip_uri, until_ms)| sip_uri == wanted && *until_ms > bench.now_ms);
            prop_assert!(is_there, "{:?}", has);
        }
        bench.pass(10.0 * MINUTE_MS);
    }
    let leaders = tabs.iter().filter(|page| bench.tabs[**page].leads).count();
    prop_assert_eq!(leaders, if bench.no_locks { TABS } else { 1 });
    // Nobody tells the core of what is not wanted.
    if wanted.is_none() {
        bench.asked();
        bench.pass(120.0 * MINUTE_MS);
        prop_assert!(bench.asked().is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(super::race_cases())]

    #[test]
    fn one_call_at_a_time_the_last_wish_wins_and_nothing_lapses(
        steps in prop::collection::vec(step(), 1..40),
        store_ms in prop::sample::select(vec![0.0, 5.0, 80.0]),
        no_locks in prop::bool::weighted(0.2),
    ) {
        let mut bench = Bench { store_ms, no_locks, ..Bench::default() };
        let mut tabs = tabs(&mut bench);
        let mut wanted = None;
        for (tab, step) in &steps {
            if let Some(now) = take(&mut bench, &mut tabs, *tab, step) {
                wanted = now;
            }
        }
        clear_up(&mut bench, &tabs);
        // Ten good minutes.
        bench.pass(10.0 * MINUTE_MS);
        check(&mut bench, &tabs, wanted)?;
    }

    #[test]
    fn whatever_the_store_has_refused_a_wish_that_it_takes_wins_in_all_tabs(
        steps in prop::collection::vec(step_with_store(), 1..40),
        store_ms in prop::sample::select(vec![0.0, 5.0, 80.0]),
        no_locks in prop::bool::weighted(0.2),
    ) {
        let mut bench = Bench { store_ms, no_locks, ..Bench::default() };
        let mut tabs = tabs(&mut bench);
        for (tab, step) in &steps {
            take(&mut bench, &mut tabs, *tab, step);
        }
        clear_up(&mut bench, &tabs);
        // By then each tab has read what there is.
        bench.pass(11.0 * MINUTE_MS);
        bench.keep(tabs[0], registration(Some(NUMBER), "sips:last.example.com"));
        bench.pass(10.0 * MINUTE_MS);
        check(&mut bench, &tabs, Some("sips:last.example.com"))?;
        for page in tabs {
            bench.close(page);
        }
        let page = bench.page();
        prop_assert_eq!(bench.keys(page), [NUMBER]);
    }

    #[test]
    fn what_is_stopped_or_deleted_while_the_store_refuses_does_not_come_back(
        steps in prop::collection::vec(step_with_store(), 1..30),
        silence in prop::collection::vec((0..TABS, step_while_silent()), 0..6),
        refuses in prop::bool::ANY,
        is_deletion in prop::bool::ANY,
        store_ms in prop::sample::select(vec![0.0, 5.0, 80.0]),
        no_locks in prop::bool::weighted(0.2),
    ) {
        let mut bench = Bench { store_ms, no_locks, ..Bench::default() };
        let mut tabs = tabs(&mut bench);
        for (tab, step) in &steps {
            take(&mut bench, &mut tabs, *tab, step);
        }
        clear_up(&mut bench, &tabs);
        bench.pass(11.0 * MINUTE_MS);
        (bench.lasting.refuses, bench.lasting.refuses_writes) = (refuses, true);
        for (tab, step) in &silence {
            take(&mut bench, &mut tabs, *tab, step);
        }
        let knows: Vec<_> = tabs.iter().map(|page| bench.snapshot(*page, NUMBER).is_some()).collect();
        // A tab that does not know what the others keep, which the store never took, can't say what it stops.
        prop_assume!(knows[0] || !knows.contains(&true));
        bench.stop(tabs[0], registration(Some(NUMBER), "sips:a.example.com"), is_deletion, false).expect("somebody");
        bench.pass(2.0 * MINUTE_MS);
        clear_up(&mut bench, &tabs);
        // By then the store has been asked again.
        bench.pass(11.0 * MINUTE_MS);
        check(&mut bench, &tabs, None)?;
        for page in tabs {
            bench.close(page);
        }
        let page = bench.page();
        prop_assert!(bench.keys(page).is_empty() && bench.lasting.is_empty());
    }
}
