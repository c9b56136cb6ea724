//! A session whose person is not known, or becomes known later.

use super::bench::Bench;
use crate::keeper::Event;
use crate::keeper::Owner;
use crate::keeper::wish::registration;

const MINUTE_MS: f64 = 60_000.0;

fn session(id: &str, person: Option<&str>) -> Owner {
    Owner::Session { session: format!("p/c/session:{id}"), is_lasting: true, person: person.map(str::to_owned) }
}

#[test]
fn without_a_person_s_name_it_is_kept_for_the_session_over_reloads_and_in_all_tabs() {
    let bench = Bench::default();
    bench.session.sign_in(session("1", None));
    let (page, other) = (bench.page(), bench.page());
    bench.keep(&page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    assert_eq!(bench.fake.run(other.keeping.keys()).unwrap(), ["own"]);
    page.keeping.close();
    other.keeping.close();
    let page = bench.page();
    assert_eq!(bench.fake.run(page.keeping.keys()).unwrap(), ["own"]);
    bench.pass(60.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 2, "and refreshed when it was due");
    assert!(!page.events().contains(&Event::Lapsed));
    // Whoever signs in next may be somebody else.
    bench.session.sign_in(session("2", None));
    bench.pass(120.0 * MINUTE_MS);
    assert!(bench.asked().is_empty());
    assert!(page.events().contains(&Event::Suspended));
}

#[test]
fn when_the_person_becomes_known_nothing_is_told_anew_suspended_or_forgotten() {
    let bench = Bench::default();
    bench.session.sign_in(session("1", None));
    let (page, other) = (bench.page(), bench.page());
    bench.keep(&page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.fake.run(other.keeping.keys()).unwrap();
    bench.session.sign_in(session("1", Some("ada")));
    bench.pass(30.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 1);
    for page in [&page, &other] {
        let events = page.events();
        assert!(!events.contains(&Event::Suspended) && !events.contains(&Event::Stopped), "{events:?}");
    }
    // Another session of the same person goes on with it.
    page.keeping.close();
    other.keeping.close();
    bench.session.sign_in(session("2", Some("ada")));
    let page = bench.page();
    assert_eq!(bench.fake.run(page.keeping.keys()).unwrap(), ["own"]);
    bench.pass(30.0 * MINUTE_MS);
    assert_eq!(bench.asked().len(), 1, "refreshed once");
    assert!(!page.events().contains(&Event::Lapsed));
}

#[test]
fn what_is_stopped_after_the_person_became_known_does_not_come_back() {
    let bench = Bench::default();
    bench.session.sign_in(session("1", None));
    let page = bench.page();
    bench.keep(&page, registration(None, "sips:pbx.example.com"));
    bench.pass(1_000.0);
    bench.session.sign_in(session("1", Some("ada")));
    bench.pass(1_000.0);
    bench.fake.run(page.keeping.stop(registration(None, "sips:pbx.example.com"), false, false)).unwrap();
    page.keeping.close();
    let page = bench.page();
    assert!(bench.fake.run(page.keeping.keys()).unwrap().is_empty());
}
