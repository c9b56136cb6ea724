//! Deadlines and retries of calls, and how their errors are classified.

use super::fake_browser::{Bench, MINUTE_MS, Owner, Page, registration};
use super::fake_core::{Answer, Error, Limits, crashed, forbidden, refused, unavailable};
use crate::keeper::event::FailureKind;
use crate::keeper::snapshot::{Change, Trouble};
use crate::keeper::standing::State;

const NUMBER: Option<&str> = Some("+4799900001");
const KEY: &str = "+4799900001";

fn kept(bench: &mut Bench) -> Page {
    let page = bench.page();
    bench.keep(page, registration(NUMBER, "sips:pbx.example.com"));
    bench.pass(1_500.0);
    page
}

fn trouble(bench: &mut Bench, page: Page) -> Option<Trouble<Error>> {
    bench.snapshot(page, KEY)?.trouble
}

#[test]
fn only_the_first_call_of_a_wish_is_retried_and_deadlines_leave_time_for_others() {
    let mut bench = Bench::default();
    let page = kept(&mut bench);
    bench.answer([forbidden()]);
    bench.pass(55.0 * MINUTE_MS);
    let [first, refresh, again] = bench.asked().try_into().expect("a wish, a refresh that fails, another one");
    let limits = |timeout_ms, is_retried| Limits { timeout_ms, is_retried, outlives_page: false };
    assert_eq!(first.limits, limits(Some(30_000.0), true));
    assert_eq!((refresh.limits, again.limits), (limits(Some(30_000.0), false), limits(Some(30_000.0), false)));
    bench.delete(page, KEY).expect("deleted");
    // The client's own deadline.
    assert_eq!(bench.asked()[0].limits, limits(None, true));
}

#[test]
fn near_its_end_a_call_has_a_third_of_the_time_that_is_left() {
    let mut bench = Bench::default();
    let page = kept(&mut bench);
    bench.asked();
    bench.answer((0..20).map(|_| forbidden()));
    bench.pass(60.5 * MINUTE_MS);
    let expires_ms = bench.snapshot(page, KEY).unwrap().expires_at_wall_ms.unwrap() - 1_800_000_000_000.0;
    for asked in bench.asked() {
        let left_ms = expires_ms - asked.at_ms;
        let expected = if left_ms > 0.0 { (left_ms / 3.0).clamp(1_000.0, 30_000.0) } else { 30_000.0 };
        assert!((asked.limits.timeout_ms.unwrap() - expected).abs() < 1.0, "{:?} of {left_ms}", asked.limits);
    }
}

#[test]
fn what_a_page_deletes_when_it_goes_outlives_it_and_is_not_cancelled() {
    let mut bench = Bench::default();
    let page = bench.page();
    bench.keep_as(page, registration(NUMBER, "sips:pbx.example.com"), true, None);
    bench.pass(1_000.0);
    bench.asked();
    bench.answer([unavailable().after(500.0)]);
    bench.leave(true);
    bench.pass(10.0);
    bench.close(page);
    bench.pass(5_000.0);
    let asked = bench.asked();
    let limits = Limits { timeout_ms: None, is_retried: true, outlives_page: true };
    assert_eq!(asked.iter().map(|asked| asked.limits).collect::<Vec<_>>(), [limits, limits], "and it is retried");
    assert_eq!(bench.core.cancelled, 0);
}

#[test]
fn another_owner_cancels_the_call_that_is_under_way() {
    let mut bench = Bench::default();
    let page = kept(&mut bench);
    bench.answer([unavailable().after(10_000.0)]);
    bench.refresh(page, KEY);
    bench.pass(1_000.0);
    bench.sign_in(Owner::Named("bob"));
    bench.pass(1_000.0);
    assert_eq!(bench.core.cancelled, 1);
    assert!(trouble(&mut bench, page).is_none(), "that is no failure");
}

#[test]
fn a_call_that_has_no_answer_by_its_deadline_is_a_failure_like_others() {
    let mut bench = Bench::default();
    let page = kept(&mut bench);
    bench.answer([unavailable().after(50_000.0)]);
    bench.pass(55.0 * MINUTE_MS);
    assert_eq!(bench.changes(page), [Change::Registered, Change::AtRisk, Change::Refreshed]);
    let failed = bench.tabs[page].heard.iter().find(|(_, _, change, _)| *change == Change::AtRisk).cloned();
    let trouble = failed.and_then(|(_, _, _, snapshot)| snapshot.trouble);
    assert!(matches!(trouble, Some(Trouble::Failed(error)) if error.kind == "timeout"));
}

#[test]
fn a_wasm_that_stopped_passes_as_a_network_does() {
    let mut bench = Bench::default();
    let page = kept(&mut bench);
    bench.asked();
    bench.answer([crashed()]);
    bench.refresh(page, KEY);
    bench.pass(10_000.0);
    assert!(matches!(trouble(&mut bench, page), Some(Trouble::Failed(error)) if error.kind == "crashed"));
    bench.pass(2.0 * MINUTE_MS);
    assert_eq!((bench.asked().len(), trouble(&mut bench, page)), (2, None), "tried again, and forgotten");
    assert_eq!(bench.snapshot(page, KEY).unwrap().state, State::Registered);

    bench.answer([crashed()]);
    let trouble = bench.delete(page, KEY).expect_err("told");
    assert!(matches!(trouble, Trouble::Failed(error) if error.kind == "crashed"));
    bench.pass(3.0 * MINUTE_MS);
    assert_eq!(bench.asked().iter().filter(|asked| !asked.is_upsert).count(), 2, "the deletion is tried again");
    assert!(bench.lasting.is_empty());
}

#[test]
fn a_deletion_that_the_core_or_the_set_up_refuses_is_not_tried_again() {
    for (answer, is_final) in [
        (refused(), true),
        (forbidden(), true),
        (Answer::failing("rpc", "internal", "config"), true),
        (Answer::failing("invalid", "invalid_input", "invalid"), true),
        (Answer::failing("rpc", "superseded", "aborted"), true),
        (Answer::failing("rpc", "internal", "protocol"), false),
        (Answer::failing("auth", "network", "network"), false),
        (Answer::failing("load", "not_found", "config"), false),
    ] {
        let mut bench = Bench::default();
        let page = kept(&mut bench);
        bench.asked();
        bench.answer([answer.clone()]);
        bench.delete(page, KEY).expect_err("told");
        bench.pass(5.0 * MINUTE_MS);
        assert_eq!(bench.asked().len(), if is_final { 1 } else { 2 }, "{answer:?}");
    }
}

#[test]
fn errors_are_told_apart_by_family_code_and_kind() {
    for (family, code, kind, expected) in [
        ("rejected", "not_acceptable", "rejected", FailureKind::Rejected),
        ("invalid", "invalid_input", "invalid", FailureKind::Invalid),
        ("rpc", "superseded", "aborted", FailureKind::Superseded),
        ("rpc", "cancelled", "aborted", FailureKind::Aborted),
        ("auth", "aborted", "aborted", FailureKind::Aborted),
        ("auth", "sign_in_required", "auth", FailureKind::NoToken),
        ("rpc", "permission_denied", "auth", FailureKind::Unusable),
        ("rpc", "unimplemented", "config", FailureKind::Unusable),
        ("load", "not_found", "config", FailureKind::Passing),
        ("rpc", "unavailable", "network", FailureKind::Passing),
    ] {
        assert_eq!(FailureKind::of(family, code, kind), expected, "{family} {code} {kind}");
    }
}
