//! Who is signed in: their registrations are kept, and nobody else's.

use super::fake_browser::{Bench, MINUTE_MS, Owner, registration};
use super::store::Store;
use crate::keeper::snapshot::Change;

#[test]
fn a_session_that_expires_suspends_it_and_the_same_person_resumes_it() {
    let mut bench = Bench::default();
    let page = bench.page();
    let key = bench.keep(page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.expire();
    bench.pass(120.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 1, "nothing without a session");
    assert_eq!(bench.changes(page), [Change::Registered, Change::Suspended, Change::AtRisk, Change::Lapsed]);
    assert!(bench.snapshot(page, &key).unwrap().is_suspended);
    bench.sign_in(Owner::Named("bob"));
    bench.pass(120.0 * MINUTE_MS);
    assert!(bench.asked().is_empty(), "nobody else's number is registered at this PBX");
    bench.sign_in(Owner::Named("ada"));
    bench.pass(1_000.0);
    assert!(bench.asked().iter().all(|asked| asked.token == "ada" && asked.is_upsert));
    assert_eq!(bench.changes(page)[4..], [Change::Resumed, Change::Registered]);
}

#[test]
fn without_a_name_nobody_resumes_it() {
    let mut bench = Bench::default();
    bench.sign_in(Owner::Nameless);
    let page = bench.page();
    let key = bench.keep(page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.expire();
    bench.pass(1_000.0);
    bench.sign_in(Owner::Nameless);
    bench.pass(120.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 1);
    assert!(bench.snapshot(page, &key).unwrap().is_suspended, "it may be another person");
    assert!(bench.lasting.is_empty());
}

#[test]
fn what_is_wanted_before_the_sign_in_waits_for_it() {
    let mut bench = Bench::default();
    bench.expire();
    let page = bench.page();
    let key = bench.keep(page, registration(None, "sips:pbx.example.com"));
    bench.pass(60_000.0);
    assert!(bench.asked().is_empty() && bench.snapshot(page, &key).unwrap().is_suspended);
    bench.sign_in(Owner::Named("ada"));
    bench.pass(1_000.0);
    assert_eq!((bench.asked().len(), bench.changes(page)), (1, vec![Change::Resumed, Change::Registered]));
    assert_eq!(bench.lasting.len(), 2, "a wish and a grant");
}

#[test]
fn signing_out_stops_it_for_good() {
    let mut bench = Bench::default();
    let page = bench.page();
    bench.keep(page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.sign_out();
    bench.pass(120.0 * MINUTE_MS);
    assert_eq!((bench.asked().len(), bench.changes(page).last()), (1, Some(&Change::Stopped)));
    assert!(bench.lasting.is_empty());
    bench.sign_in(Owner::Named("ada"));
    assert!(bench.keys(page).is_empty());
    // The same person may want it again.
    bench.keep(page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    assert_eq!(bench.asked().len(), 1);
}

#[test]
fn who_stops_it_while_nobody_is_signed_in_has_stopped_it_in_all_tabs() {
    let mut bench = Bench::default();
    let (page, other) = (bench.page(), bench.page());
    bench.keep(page, registration(None, "sips:pbx.example.com"));
    assert_eq!(bench.keys(other).len(), 1);
    bench.pass(1_000.0);
    bench.expire();
    bench.pass(1_000.0);
    bench.stop(page, registration(None, "sips:pbx.example.com"), false, false).expect("somebody");
    bench.sign_in(Owner::Named("ada"));
    bench.pass(120.0 * MINUTE_MS);
    assert_eq!((bench.asked().len(), bench.changes(other).last()), (1, Some(&Change::Stopped)));
    assert!(bench.lasting.is_empty());
}

#[test]
fn a_refresh_while_nobody_is_signed_in_brings_nothing_back_that_another_tab_has_stopped() {
    for is_stopped in [true, false] {
        let mut bench = Bench::default();
        let (page, other) = (bench.page(), bench.page());
        let key = bench.keep(page, registration(None, "sips:pbx.example.com"));
        assert_eq!(bench.keys(other).len(), 1);
        bench.pass(1_000.0);
        bench.expire();
        bench.asked();
        bench.pass(1_000.0);
        if is_stopped {
            bench.stop(page, registration(None, "sips:pbx.example.com"), false, false).expect("somebody");
        }
        bench.refresh(other, &key);
        bench.close(page);
        bench.sign_in(Owner::Named("ada"));
        bench.pass(1_500.0);
        assert_eq!((bench.asked().len(), bench.lasting.len()), if is_stopped { (0, 0) } else { (1, 2) });
    }
}

#[test]
fn an_update_or_refresh_of_a_suspended_one_is_not_made_for_somebody_else() {
    let mut bench = Bench::default();
    let page = bench.page();
    let key = bench.keep(page, registration(None, "sips:ada.example.com"));
    bench.pass(1_000.0);
    bench.asked();
    bench.expire();
    bench.pass(1_000.0);
    bench.refresh(page, &key);
    bench.sign_in(Owner::Named("bob"));
    bench.pass(1_000.0);
    bench.refresh(page, &key);
    bench.update(page, &key, registration(None, "sips:ada2.example.com"));
    // Nor is it what was wanted when nobody was there, after Ada had been.
    bench.pass(120.0 * MINUTE_MS);
    assert!(bench.asked().is_empty());
    bench.sign_in(Owner::Named("ada"));
    bench.pass(2_000.0);
    let asked = bench.asked();
    assert!(asked.iter().all(|asked| asked.token == "ada" && asked.has("sips:ada2.example.com")) && !asked.is_empty());
}

#[test]
fn what_is_wanted_after_a_session_has_expired_is_wanted_for_the_same_person() {
    let mut bench = Bench::default();
    let page = bench.page();
    bench.keep(page, registration(Some("+4799900007"), "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.asked();
    bench.expire();
    bench.pass(1_000.0);
    bench.keep(page, registration(None, "sips:ada.example.com"));
    bench.sign_in(Owner::Named("bob"));
    bench.pass(120.0 * MINUTE_MS);
    assert!(bench.asked().is_empty());
    // Bob may want the very same, for himself.
    bench.keep(page, registration(None, "sips:ada.example.com"));
    bench.pass(1_000.0);
    let asked = bench.asked();
    assert!(asked.len() == 1 && asked[0].token == "bob");
    bench.sign_in(Owner::Named("ada"));
    bench.pass(2_000.0);
    assert!(bench.asked().iter().any(|asked| asked.token == "ada" && asked.has("sips:ada.example.com")));
}

#[test]
fn another_person_s_sign_in_leaves_the_first_one_s_registrations_alone() {
    for is_expired in [false, true] {
        let mut bench = Bench::default();
        let page = bench.page();
        bench.keep(page, registration(Some("+4799900001"), "sips:ada.example.com"));
        bench.pass(1_000.0);
        if is_expired {
            bench.expire();
        }
        bench.sign_in(Owner::Named("bob"));
        bench.keep(page, registration(Some("+4799900002"), "sips:bob.example.com"));
        bench.pass(1_000.0);
        assert_eq!(bench.lasting.len(), 4, "two wishes and two grants");
        assert_eq!(bench.keys(page), ["+4799900002"]);
        bench.sign_out();
        bench.pass(1_000.0);
        assert!(bench.lasting.desired.keys().all(|(owner, _)| owner == "ada") && bench.lasting.len() == 2);
        bench.sign_in(Owner::Named("ada"));
        bench.pass(50.0 * MINUTE_MS);
        assert!(bench.asked().last().unwrap().has("+4799900001"));
    }
}

#[test]
fn clients_without_an_owner_have_nothing_in_common() {
    let mut bench = Bench::default();
    bench.sign_in(Owner::Nameless);
    let memory = Store::default();
    let page = bench.page_with(memory.clone(), 50);
    bench.keep(page, registration(None, "sips:one.example.com"));
    bench.pass(1_000.0);
    bench.close(page);
    let page = bench.page_with(memory, 50);
    assert!(bench.keys(page).is_empty());
    bench.keep(page, registration(None, "sips:two.example.com"));
    bench.pass(120.0 * MINUTE_MS);
    assert!(bench.asked()[1..].iter().all(|asked| asked.has("sips:two.example.com")));
}
