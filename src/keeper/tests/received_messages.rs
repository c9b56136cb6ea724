//! Messages from other tabs that are invalid or late are ignored.

use super::actions::Message;
use super::fake_browser::{Bench, MINUTE_MS, Page, registration};
use super::fake_core::unavailable;
use crate::breakout::Registration;
use crate::keeper::desired::DesiredRegistration;
use crate::keeper::message::{TabMessage, Told};
use std::rc::Rc;

const KEY: &str = "+4799900001";
const OTHER: &str = "+4799900002";

fn of(number: &str, sip_uri: &str) -> Registration {
    registration(Some(number), sip_uri)
}

fn kept(bench: &mut Bench) -> Page {
    let page = bench.page();
    bench.keep(page, of(KEY, "sips:a.example.com"));
    bench.pass(2_000.0);
    bench.asked();
    page
}

fn granted(bench: &mut Bench, page: Page, registration: Registration) -> Message<super::fake_core::Error> {
    let id = Some(bench.snapshot(page, KEY).expect("kept").id);
    let (key, registration) = (KEY.to_owned(), Some(Rc::new(registration)));
    let times_ms = [0.0, 3_600_000.0, 2_800_000.0];
    Message::Told(TabMessage { told: Told::Granted, key, id, registration, times_ms, trouble: None })
}

#[test]
fn a_grant_of_another_number_than_it_says_is_not_taken() {
    let mut bench = Bench::default();
    let page = kept(&mut bench);
    let expires = |bench: &mut Bench| bench.snapshot(page, KEY).expect("kept").expires_at_wall_ms;
    let before = expires(&mut bench);
    bench.pass(60_000.0);
    let message = granted(&mut bench, page, of(OTHER, "sips:b.example.com"));
    bench.hear(page, message);
    assert_eq!(expires(&mut bench), before);
    bench.delete(page, KEY).expect("deleted");
    let asked = bench.asked();
    assert_eq!(asked.iter().map(|asked| asked.number.as_deref()).collect::<Vec<_>>(), [Some(KEY)]);
    assert!(bench.core.registrations.is_empty());
}

#[test]
fn what_is_wanted_of_another_number_than_it_says_is_not_taken() {
    let mut bench = Bench::default();
    let page = kept(&mut bench);
    let registration = Rc::new(of(OTHER, "sips:b.example.com"));
    let desired = DesiredRegistration {
        id: "posted".to_owned(),
        registration,
        is_deletion: false,
        delete_on_leave: false,
        at_ms: None,
    };
    bench.hear(
        page,
        Message::Desired { key: KEY.to_owned(), desired: desired.clone(), is_stored: true, is_again: false },
    );
    bench.pass(MINUTE_MS);
    // Nor if it is stored so.
    bench.lasting.desired.insert(("ada".to_owned(), KEY.to_owned()), Some(desired));
    bench.close(page);
    let page = bench.page();
    bench.keys(page);
    bench.pass(60.0 * MINUTE_MS);
    assert!(bench.asked().iter().all(|asked| asked.has(KEY)));
}

#[test]
fn a_late_grant_does_not_change_what_a_deletion_has_asked_for() {
    for (asked_for, later, deletions) in [("sips:b", "sips:a", 2), ("sips:a", "sips:b", 1)] {
        let mut bench = Bench::default();
        let page = bench.page();
        let uri = |name: &str| format!("{name}.example.com");
        bench.keep(page, of(KEY, &uri(asked_for)));
        bench.pass(2_000.0);
        if asked_for != "sips:a" {
            // The core has not taken what is desired last.
            bench.answer([unavailable().after(30_000.0)]);
            bench.update(page, KEY, of(KEY, &uri("sips:a")));
            bench.pass(100.0);
            bench.lasting.grants.clear();
        }
        bench.asked();
        bench.answer([super::fake_core::refused().after(3_000.0), super::fake_core::refused()]);
        bench.stop(page, of(KEY, &uri("sips:a")), true, false).expect("somebody").expect("a deletion");
        bench.until(|bench| bench.core.asked.iter().any(|asked| !asked.is_upsert));
        let message = granted(&mut bench, page, of(KEY, &uri(later)));
        bench.hear(page, message);
        bench.pass(20_000.0);
        let asked = bench.asked();
        let uris: Vec<_> = asked.iter().filter(|asked| !asked.is_upsert).map(|asked| asked.sip_uri.as_str()).collect();
        assert_eq!(uris.len(), deletions, "{uris:?}");
        assert_eq!((uris[0], uris[uris.len() - 1]), (uri(asked_for).as_str(), "sips:a.example.com"));
    }
}
