//! Within which limits the core is called, and what an error means that the calls come back with.

use super::bench::{Bench, Page};
use super::core::{Answer, crashed, forbidden, refused, unavailable};
use crate::error::Kind;
use crate::keeper::news::Told;
use crate::keeper::wish::registration;
use crate::keeper::{CallError, CallLimits, Event, Owner, State, Trouble};
use crate::seams::{Cause, Leaving};

const MINUTE_MS: f64 = 60_000.0;
const NUMBER: Option<&str> = Some("+4799900001");
const KEY: &str = "+4799900001";

fn kept(bench: &Bench) -> Page {
    let page = bench.page();
    bench.keep(&page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_500.0);
    page
}

/// The error that this page's own call came back with.
fn own(page: &Page) -> Option<CallError> {
    match page.keeping.snapshot(KEY)?.trouble? {
        Trouble::Own(error) => Some(error),
        Trouble::Told { .. } => None,
    }
}

#[test]
fn only_the_first_call_of_a_wish_is_retried_and_deadlines_leave_time_for_others() {
    let bench = Bench::default();
    let page = kept(&bench);
    bench.answer([forbidden()]);
    bench.pass(55.0 * MINUTE_MS);
    let [first, refresh, again] = bench.asked().try_into().expect("a wish, a refresh that fails, another one");
    let limits = |timeout_ms, is_retried| CallLimits { timeout_ms, is_retried, outlives_page: false };
    assert_eq!(first.limits, limits(Some(30_000.0), true));
    assert_eq!((refresh.limits, again.limits), (limits(Some(30_000.0), false), limits(Some(30_000.0), false)));
    bench.fake.run(page.keeping.delete(KEY)).expect("deleted");
    // The client's own deadline.
    assert_eq!(bench.asked()[0].limits, limits(None, true));
}

#[test]
fn near_its_end_a_call_has_a_third_of_the_time_that_is_left() {
    let bench = Bench::default();
    let page = kept(&bench);
    bench.asked();
    bench.answer((0..20).map(|_| forbidden()));
    bench.pass(60.5 * MINUTE_MS);
    let expires_ms = page.keeping.snapshot(KEY).unwrap().expires_at_wall_ms.unwrap() - 1_800_000_000_000.0;
    for asked in bench.asked() {
        let left_ms = expires_ms - asked.at_ms;
        let expected = if left_ms > 0.0 { (left_ms / 3.0).clamp(1_000.0, 30_000.0) } else { 30_000.0 };
        assert!((asked.limits.timeout_ms.unwrap() - expected).abs() < 1.0, "{:?} of {left_ms}", asked.limits);
    }
}

#[test]
fn what_a_page_deletes_when_it_goes_outlives_it_and_is_not_cancelled() {
    let bench = Bench::default();
    let page = bench.page();
    bench.fake.run(page.keeping.keep(registration(NUMBER, "sips:pbx.example.com"), true, None)).unwrap();
    bench.pass(1_000.0);
    bench.asked();
    bench.answer([unavailable().after(500.0)]);
    bench.fake.leave(Leaving::ForGood);
    bench.pass(10.0);
    page.keeping.close();
    bench.pass(5_000.0);
    let asked = bench.asked();
    let limits = CallLimits { timeout_ms: None, is_retried: true, outlives_page: true };
    assert_eq!(asked.iter().map(|asked| asked.limits).collect::<Vec<_>>(), [limits, limits], "and it is retried");
    assert_eq!(bench.core.cancelled(), 0);
}

#[test]
fn another_owner_cancels_the_call_that_is_under_way() {
    let bench = Bench::default();
    let page = kept(&bench);
    bench.answer([unavailable().after(10_000.0)]);
    bench.fake.run(page.keeping.refresh(KEY)).unwrap();
    bench.pass(1_000.0);
    bench.session.sign_in(Owner::Named("bob".to_owned()));
    bench.pass(1_000.0);
    assert_eq!(bench.core.cancelled(), 1);
    assert!(page.keeping.snapshot(KEY).unwrap().trouble.is_none(), "that is no failure");
}

#[test]
fn a_call_that_has_no_answer_by_its_deadline_is_a_failure_like_others() {
    let bench = Bench::default();
    let page = kept(&bench);
    bench.answer([unavailable().after(50_000.0)]);
    bench.pass(55.0 * MINUTE_MS);
    assert_eq!(page.events(), [Event::Registered, Event::AtRisk, Event::Refreshed]);
    let failed = page.heard.borrow().iter().find(|(_, _, event, _)| *event == Event::AtRisk).cloned();
    let trouble = failed.and_then(|(_, _, _, snapshot)| snapshot.trouble);
    assert!(matches!(trouble, Some(Trouble::Own(error)) if error.kind == Kind::Timeout));
}

#[test]
fn a_wasm_that_stopped_passes_as_a_network_does() {
    let bench = Bench::default();
    let page = kept(&bench);
    let other = bench.page();
    bench.fake.run(other.keeping.keys()).unwrap();
    bench.asked();
    bench.answer([crashed()]);
    bench.fake.run(page.keeping.refresh(KEY)).unwrap();
    bench.pass(10_000.0);
    assert_eq!(own(&page).map(|error| (error.family, error.kind)), Some(("load", Kind::Crashed)));
    // Another tab's own wasm is there.
    let told = other.keeping.snapshot(KEY).unwrap().trouble;
    let is_network = |trouble: &Trouble| matches!(trouble, Trouble::Told { family: "rpc", code, kind: Kind::Network, .. } if code == "unavailable");
    assert!(told.as_ref().is_some_and(is_network), "{told:?}");
    bench.pass(2.0 * MINUTE_MS);
    assert_eq!((bench.asked().len(), own(&page).is_none()), (2, true), "tried again, and forgotten");
    assert_eq!(page.keeping.snapshot(KEY).unwrap().state, State::Registered);

    other.keeping.close();
    bench.pass(5_000.0);
    bench.answer([crashed()]);
    let trouble = bench.fake.run(page.keeping.delete(KEY)).expect_err("told");
    assert!(matches!(trouble, Trouble::Own(error) if error.kind == Kind::Crashed));
    bench.pass(3.0 * MINUTE_MS);
    assert_eq!(bench.asked().iter().filter(|asked| !asked.is_upsert).count(), 2, "the deletion is tried again");
    assert!(bench.lasting.entries().is_empty());
}

#[test]
fn a_deletion_that_the_core_or_the_set_up_refuses_is_not_tried_again() {
    let error = |family, code: &str, kind| CallError { family, code: code.to_owned(), kind, ..CallError::cancelled() };
    for (answer, is_final) in [
        (refused(), true),
        (forbidden(), true),
        (Answer::failing(error("rpc", "internal", Kind::Config)), true),
        (Answer::failing(error("invalid", "invalid_input", Kind::Invalid)), true),
        (Answer::failing(error("rpc", "superseded", Kind::Aborted)), true),
        (Answer::failing(error("rpc", "internal", Kind::Protocol)), false),
        (Answer::failing(error("auth", "network", Kind::Network)), false),
        (Answer::failing(error("load", "not_found", Kind::Config)), false),
    ] {
        let bench = Bench::default();
        let page = kept(&bench);
        bench.asked();
        bench.answer([answer.clone()]);
        bench.fake.run(page.keeping.delete(KEY)).expect_err("told");
        bench.pass(5.0 * MINUTE_MS);
        assert_eq!(bench.asked().len(), if is_final { 1 } else { 2 }, "{answer:?}");
    }
}

#[test]
fn the_error_of_the_face_comes_back_as_it_was_and_other_tabs_hear_its_words() {
    let bench = Bench::default();
    let page = kept(&bench);
    let raw = Some(Cause::new("the very object"));
    let error = CallError {
        code: "internal".to_owned(),
        kind: Kind::Protocol,
        message: "what happened".to_owned(),
        raw,
        ..CallError::cancelled()
    };
    assert_eq!(Told::of(&error).message, "what happened");
    bench.answer([Answer::failing(error.clone())]);
    bench.fake.run(page.keeping.refresh(KEY)).unwrap();
    bench.pass(1_000.0);
    let raw = own(&page).and_then(|error| error.raw).expect("kept");
    assert_eq!(raw.get::<&str>(), Some(&"the very object"));
    // What is wrong with a request quotes the application.
    assert_eq!(Told::of(&CallError { family: "invalid", ..error }).message, "");
}
