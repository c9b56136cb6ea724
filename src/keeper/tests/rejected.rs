//! What the core did not want gives way to what another tab has wanted since.

use super::fake_browser::{Bench, MINUTE_MS, Page, registration};
use super::fake_core::refused;
use crate::breakout::Registration;
use crate::keeper::standing::State;

const NUMBER: Option<&str> = Some("+4799900001");
const KEY: &str = "+4799900001";

fn good() -> Registration {
    registration(NUMBER, "sips:good.example.com")
}

/// Two pages, the first of which wants something that the core does not.
fn rejected(bench: &mut Bench) -> [Page; 2] {
    let pages = [bench.page(), bench.page()];
    bench.keys(pages[0]);
    bench.keys(pages[1]);
    bench.answer([refused()]);
    bench.keep(pages[0], registration(NUMBER, "sips:bad.example.com"));
    bench.pass(2_000.0);
    pages
}

fn stand(bench: &mut Bench, page: Page) -> (State, String) {
    let kept = bench.snapshot(page, KEY).expect("kept");
    (kept.state, kept.registration.target.sip_uri.as_str().to_owned())
}

#[test]
fn a_correction_that_a_tab_did_not_hear_of_is_found_when_it_begins_to_lead() {
    for is_heard in [false, true] {
        let mut bench = Bench::default();
        let pages = rejected(&mut bench);
        let channel = bench.tabs[pages[1]].channel.take();
        bench.update(pages[0], KEY, good());
        bench.pass(2_000.0);
        if is_heard {
            bench.tabs[pages[1]].channel = channel;
        }
        bench.close(pages[0]);
        bench.asked();
        bench.pass(120.0 * MINUTE_MS);
        assert_eq!(stand(&mut bench, pages[1]), (State::Registered, "sips:good.example.com".to_owned()));
        assert!(bench.asked().len() >= 2);
    }
}

#[test]
fn after_a_trap_it_is_not_wanted_anew() {
    for is_corrected in [false, true] {
        let mut bench = Bench::default();
        let pages = rejected(&mut bench);
        bench.asked();
        bench.trap(pages[0]);
        if is_corrected {
            bench.update(pages[1], KEY, good());
        }
        bench.pass(500.0);
        bench.answer([refused()]);
        bench.pass(MINUTE_MS);
        if !is_corrected {
            assert_eq!(stand(&mut bench, pages[0]).0, State::Rejected);
            assert!(bench.asked().is_empty() && bench.lasting.is_empty());
            bench.core.answers.clear();
            bench.update(pages[0], KEY, good());
            bench.pass(MINUTE_MS);
        }
        for page in pages {
            assert_eq!(stand(&mut bench, page), (State::Registered, "sips:good.example.com".to_owned()));
        }
        assert!(bench.asked().iter().all(|asked| asked.has("sips:good.example.com")));
    }
}
