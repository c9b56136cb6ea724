//! Two persons take turns in three tabs of one browser: nobody's number is ever registered, or deleted, with the other one's tokens.

use super::fake_browser::{Bench, MINUTE_MS, Owner, Page, Tab, registration};
use super::fake_core::{Answer, unavailable};
use crate::keeper::standing::State;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Each has one of that name.
const KEY: &str = "own";
const TABS: usize = 3;
const PERSONS: [&str; 2] = ["ada", "bob"];

#[derive(Clone, Debug)]
enum Step {
    SignIn(&'static str),
    SignOut,
    Expire,
    /// Nobody can tell who is signed in.
    Silence,
    Keep(u8),
    Refresh,
    Stop(bool),
    Trap,
    Reload,
    Trouble(f64),
    Slow(f64),
    Lost(f64),
    Pass(f64),
}

fn step() -> impl Strategy<Value = (usize, Step)> {
    let step = prop_oneof![
        4 => prop::sample::select(PERSONS.to_vec()).prop_map(Step::SignIn),
        1 => Just(Step::SignOut),
        1 => Just(Step::Expire),
        1 => Just(Step::Silence),
        4 => (0u8..2).prop_map(Step::Keep),
        1 => Just(Step::Refresh),
        2 => prop::bool::ANY.prop_map(Step::Stop),
        2 => Just(Step::Trap),
        1 => Just(Step::Reload),
        1 => (0.0f64..40_000.0).prop_map(Step::Trouble),
        2 => (0.0f64..35_000.0).prop_map(Step::Slow),
        1 => (0.0f64..5_000.0).prop_map(Step::Lost),
        3 => (0.0f64..300.0).prop_map(Step::Pass),
        2 => (0.0f64..20_000.0).prop_map(Step::Pass),
        1 => (0.0f64..50.0 * MINUTE_MS).prop_map(Step::Pass),
    ];
    (0..TABS, step)
}

/// What each person wants.
type Wanted = BTreeMap<&'static str, Option<String>>;

/// All tabs hear of it.
fn sign_in(bench: &mut Bench, name: &'static str) {
    // Who comes in the place of somebody ends that one's calls.
    if bench.owner != Owner::Named(name) {
        bench.end_session("sign_in_required");
    }
    bench.sign_in(Owner::Named(name));
}

fn knows(tab: &Tab, name: &str) -> bool {
    tab.is_begun && !tab.is_closed && tab.owner.as_deref() == Some(name)
}

fn take(bench: &mut Bench, tabs: &mut [Page], tab: usize, step: &Step, wanted: &mut Wanted) {
    let page = tabs[tab];
    let person = if let Owner::Named(name) = bench.owner { Some(name) } else { None };
    match (step, person) {
        (Step::SignIn(name), _) => sign_in(bench, name),
        // Somebody must be there who knows what is kept.
        (Step::SignOut, Some(name)) if bench.tabs.iter().any(|tab| knows(tab, name)) => {
            bench.sign_out();
            wanted.insert(name, None);
        }
        (Step::Expire, _) => bench.expire(),
        (Step::Silence, _) => bench.sign_in(Owner::Unknown),
        (Step::Keep(which), Some(name)) => {
            let sip_uri = format!("sips:{name}{which}.example.com");
            bench.keep(page, registration(None, &sip_uri));
            wanted.insert(name, Some(sip_uri));
        }
        (Step::Refresh, Some(_)) => {
            // Of what was stopped a moment ago, in another tab, it would be a new wish.
            bench.pass(1_000.0);
            bench.refresh(page, KEY);
        }
        (Step::Stop(is_deletion), Some(name)) => {
            bench.catch_up(page);
            let known = bench.snapshot(page, KEY).filter(|known| known.owner.as_deref() == Some(name));
            if let Some(known) = known {
                bench.stop(page, known.registration, *is_deletion, false).expect("somebody");
                bench.pass(bench.store_ms);
                wanted.insert(name, None);
            }
        }
        (Step::Trap, _) => bench.trap(page),
        (Step::Reload, _) => {
            bench.close(page);
            tabs[tab] = bench.page();
            if person.is_some() {
                bench.keys(tabs[tab]);
            } else {
                bench.begin(tabs[tab]);
            }
        }
        (Step::Trouble(ms), _) => bench.answer([unavailable().after(*ms)]),
        (Step::Slow(ms), _) => bench.answer([Answer::taken().after(*ms)]),
        (Step::Lost(ms), _) => bench.answer([Answer::lost().after(*ms)]),
        (Step::Pass(ms), _) => bench.pass(*ms),
        _ => {}
    }
}

proptest! {
    #![proptest_config(super::race_cases())]

    #[test]
    fn each_call_is_made_with_its_owner_s_token_and_each_person_s_last_wish_wins(
        steps in prop::collection::vec(step(), 1..40),
        store_ms in prop::sample::select(vec![0.0, 5.0, 80.0]),
        no_locks in prop::bool::weighted(0.2),
    ) {
        let mut bench = Bench { store_ms, no_locks, ..Bench::default() };
        let mut tabs: Vec<Page> = (0..TABS).map(|_| bench.page()).collect();
        for page in &tabs {
            bench.keys(*page);
        }
        let mut wanted = Wanted::new();
        for (tab, step) in &steps {
            take(&mut bench, &mut tabs, *tab, step, &mut wanted);
        }
        bench.core.answers.clear();
        for name in PERSONS {
            sign_in(&mut bench, name);
            for page in &tabs {
                bench.handle_back(*page);
            }
            bench.pass(10.0 * MINUTE_MS);
            let wanted = wanted.get(name).cloned().flatten();
            for page in &tabs {
                let kept = bench.snapshot(*page, KEY).filter(|kept| !kept.is_ending && !kept.is_suspended);
                let kept = kept.map(|kept| {
                    // Without locks each tab waits a little for the others.
                    let is_well = kept.state == State::AtRisk && bench.no_locks;
                    let state = if is_well { State::Registered } else { kept.state };
                    (kept.registration.target.sip_uri.as_str().to_owned(), state)
                });
                prop_assert_eq!(kept, wanted.as_ref().map(|wanted| (wanted.clone(), State::Registered)), "{}", name);
            }
            let has = bench.core.registrations.get(name).filter(|(_, until_ms)| *until_ms > bench.now_ms);
            if let Some(wanted) = &wanted {
                prop_assert_eq!(has.map(|(sip_uri, _)| sip_uri), Some(wanted));
            }
        }
        for asked in bench.asked() {
            prop_assert!(asked.sip_uri.starts_with(&format!("sips:{}", asked.token)), "{:?}", asked);
        }
    }
}
