//! A session whose person is not known, or becomes known later.

use super::fake_browser::{Bench, MINUTE_MS, Owner, registration};
use crate::keeper::snapshot::Change;

fn session(session: &'static str, person: Option<&'static str>) -> Owner {
    Owner::Session { session, person }
}

#[test]
fn without_a_person_s_name_it_is_kept_for_the_session_over_reloads_and_in_all_tabs() {
    let mut bench = Bench::default();
    bench.sign_in(session("1", None));
    let (page, other) = (bench.page(), bench.page());
    bench.keep(page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    assert_eq!(bench.keys(other), ["own"]);
    bench.close(page);
    bench.close(other);
    let page = bench.page();
    assert_eq!(bench.keys(page), ["own"]);
    bench.pass(60.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 2, "and refreshed when it was due");
    assert!(!bench.changes(page).contains(&Change::Lapsed));
    // Whoever signs in next may be somebody else.
    bench.sign_in(session("2", None));
    bench.pass(120.0 * MINUTE_MS);
    assert!(bench.asked().is_empty());
    assert!(bench.changes(page).contains(&Change::Suspended));
}

#[test]
fn when_the_person_becomes_known_nothing_is_told_anew_suspended_or_forgotten() {
    let mut bench = Bench::default();
    bench.sign_in(session("1", None));
    let (page, other) = (bench.page(), bench.page());
    bench.keep(page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.keys(other);
    bench.sign_in(session("1", Some("ada")));
    bench.pass(30.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 1);
    for page in [page, other] {
        let events = bench.changes(page);
        assert!(!events.contains(&Change::Suspended) && !events.contains(&Change::Stopped), "{events:?}");
    }
    // Another session of the same person goes on with it.
    bench.close(page);
    bench.close(other);
    bench.sign_in(session("2", Some("ada")));
    let page = bench.page();
    assert_eq!(bench.keys(page), ["own"]);
    bench.pass(30.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 1, "refreshed once");
    assert!(!bench.changes(page).contains(&Change::Lapsed));
}

#[test]
fn what_is_stopped_after_the_person_became_known_does_not_come_back() {
    let mut bench = Bench::default();
    bench.sign_in(session("1", None));
    let page = bench.page();
    bench.keep(page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.sign_in(session("1", Some("ada")));
    bench.pass(1_000.0);
    bench.stop(page, registration(None, "sips:pbx.example.com"), false, false).expect("somebody");
    bench.close(page);
    let page = bench.page();
    assert!(bench.keys(page).is_empty());
}
