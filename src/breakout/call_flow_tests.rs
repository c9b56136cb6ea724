//! Single calls, wrong input, and what holds for all calls. The rules as a whole: `call_flow_table_tests`.

use super::{
    Behavior, CallFlow, CallFlowInput, Leg, PartyInput, PlacedBy, RegistrationInput, RouteType, Unspecified, Via,
    describe_call_flow,
};
use proptest::option;
use proptest::prelude::*;

const CALLER: &str = "+4799900001";
const CALLEE: &str = "+47112334455";

fn registration(route: &str, sip_uri: &str) -> RegistrationInput {
    RegistrationInput {
        sip_uri: Some(sip_uri.to_owned()),
        route_type: Some(route.to_owned()),
        phone_number: None,
        mobile_originating_prefix: Some("11".to_owned()),
        mobile_terminating_prefix: Some("00".to_owned()),
    }
}

fn party(number: &str, registration: Option<RegistrationInput>) -> PartyInput {
    PartyInput { phone_number: Some(number.to_owned()), registration }
}

fn input(caller: Option<RegistrationInput>, callee: Option<RegistrationInput>) -> CallFlowInput {
    CallFlowInput { caller: party(CALLER, caller), callee: party(CALLEE, callee), ..CallFlowInput::default() }
}

fn at_pbx(route: &str) -> Option<RegistrationInput> {
    Some(registration(route, "sips:pbx.example.com"))
}

fn specified(input: &CallFlowInput) -> CallFlow {
    describe_call_flow(input).expect("valid").expect("specified")
}

fn unspecified(input: &CallFlowInput) -> Unspecified {
    describe_call_flow(input).expect("valid").expect_err("unspecified")
}

fn problems(input: &CallFlowInput) -> Vec<(String, &'static str)> {
    let invalid = describe_call_flow(input).expect_err("refused");
    invalid.problems.into_iter().map(|problem| (problem.field, problem.code)).collect()
}

fn route(input: &CallFlowInput) -> Option<RouteType> {
    specified(input).via.map(|via| via.route)
}

/// Kind of prefix, prefix and whom the INVITE is for.
fn invited(input: &CallFlowInput) -> [String; 3] {
    let Some(Via { invite: Some(invite), .. }) = specified(input).via else { panic!("no PBX is called") };
    [invite.prefix_kind.to_owned(), invite.prefix.as_str().to_owned(), invite.uri]
}

#[test]
fn the_prefix_stands_between_plus_and_number() {
    let call = input(None, at_pbx("LOOP"));
    assert_eq!(invited(&call), ["mobileTerminating", "00", "sip:+0047112334455"]);
}

#[test]
fn without_a_prefix_the_invite_is_for_the_number_itself() {
    let mut bare = registration("LOOP", "sips:pbx.example.com");
    bare.mobile_originating_prefix = None;
    // The callee's does not take the place of the caller's empty one.
    let call = input(Some(bare), at_pbx("LOOP"));
    assert_eq!(invited(&call), ["mobileOriginating", "", "sip:+47112334455"]);
}

#[test]
fn numbers_lose_what_people_write_between_digits() {
    let mut call = input(None, at_pbx("FORK"));
    call.callee.phone_number = Some(" +47 (112) 33-44-55".to_owned());
    assert_eq!(invited(&call), ["mobileTerminating", "00", "sip:+0047112334455"]);
}

#[test]
fn a_pbx_is_the_same_in_any_case_and_the_callers_spelling_is_told() {
    let callee = Some(registration("LOOP", "SIPS:PBX.example.com"));
    let via = specified(&input(at_pbx("LOOP"), callee)).via.expect("a PBX");
    assert_eq!(via.sip_uri.as_str(), "sips:pbx.example.com");
}

#[test]
fn another_port_is_another_pbx() {
    let callee = Some(registration("LOOP", "sips:pbx.example.com:5061"));
    assert_eq!(unspecified(&input(at_pbx("LOOP"), callee)), Unspecified::TwoPbxes);
}

#[test]
fn what_is_unspecified_has_a_reason() {
    assert_eq!(unspecified(&input(at_pbx("LOOP"), at_pbx("FORK"))), Unspecified::TwoRoutes);
    let acting = CallFlowInput { behavior: Behavior::PbxAnswers, ..input(at_pbx("INGRESS"), None) };
    assert_eq!(unspecified(&acting), Unspecified::PbxNotCalled);
    let placed = CallFlowInput { placed_by: PlacedBy::Pbx, ..input(at_pbx("INGRESS"), at_pbx("LOOP")) };
    assert_eq!(unspecified(&placed), Unspecified::NoIngress);
    let mut alone = input(at_pbx("LOOP"), None);
    alone.callee.phone_number = Some("+47 999 00 001".to_owned());
    assert_eq!(unspecified(&alone), Unspecified::SameNumber);
}

#[test]
fn a_pbx_may_call_in_the_callees_own_name() {
    let mut call = CallFlowInput { placed_by: PlacedBy::Pbx, ..input(None, at_pbx("INGRESS")) };
    call.caller.phone_number = Some(CALLEE.to_owned());
    assert_eq!(route(&call), Some(RouteType::Ingress));
}

#[test]
fn a_registration_may_name_its_own_number_only() {
    let mut own = registration("LOOP", "sips:pbx.example.com");
    own.phone_number = Some("+47 999 00 001".to_owned());
    assert_eq!(route(&input(Some(own.clone()), None)), Some(RouteType::Loop));
    let refused = problems(&input(None, Some(own)));
    assert_eq!(refused, [("callee.registration.phoneNumber".to_owned(), "other_number")]);
}

#[test]
fn all_problems_are_told_with_their_paths() {
    let caller = RegistrationInput { phone_number: Some("1".to_owned()), ..RegistrationInput::default() };
    let callee = registration("loop", "sip:pbx.example.com");
    let wrong = CallFlowInput {
        caller: PartyInput { phone_number: Some(String::new()), registration: Some(caller) },
        callee: party("112", Some(callee)),
        ..CallFlowInput::default()
    };
    let expected = [
        ("caller.phoneNumber", "missing"),
        ("caller.registration.sipUri", "missing"),
        ("caller.registration.routeType", "missing"),
        ("caller.registration.phoneNumber", "bad_number"),
        ("callee.phoneNumber", "bad_number"),
        ("callee.registration.sipUri", "bad_scheme"),
        ("callee.registration.routeType", "unknown_route_type"),
    ];
    assert_eq!(problems(&wrong), expected.map(|(field, code)| (field.to_owned(), code)));
    let nothing = problems(&CallFlowInput::default());
    assert_eq!(nothing, ["caller", "callee"].map(|party| ([party, ".phoneNumber"].concat(), "missing")));
}

fn text(plausible: &'static str) -> impl Strategy<Value = Option<String>> {
    prop_oneof![4 => plausible.prop_map(Some), 1 => "\\PC{0,20}".prop_map(Some), 1 => Just(None)]
}

fn any_party() -> impl Strategy<Value = PartyInput> {
    let registration = (
        text("sips:(pbx|PBX|other)\\.example"),
        text("LOOP|FORK|FALLBACK|LOOP_MO|LOOP_MT|INGRESS"),
        text("(\\+4799900001)?"),
        text("[0-9]{0,16}"),
        text("[0-9]{0,16}"),
    );
    let registration =
        registration.prop_map(|(sip_uri, route_type, phone_number, originating, terminating)| RegistrationInput {
            sip_uri,
            route_type,
            phone_number,
            mobile_originating_prefix: originating,
            mobile_terminating_prefix: terminating,
        });
    (text("\\+4799900001|\\+[1-9][0-9]{2,32}"), option::of(registration))
        .prop_map(|(phone_number, registration)| PartyInput { phone_number, registration })
}

fn any_call() -> impl Strategy<Value = CallFlowInput> {
    let behavior = proptest::sample::select(Behavior::NAMES.map(|(_, behavior)| behavior).to_vec());
    let placed_by = proptest::sample::select(PlacedBy::NAMES.map(|(_, placed_by)| placed_by).to_vec());
    (any_party(), any_party(), behavior, placed_by).prop_map(|(caller, callee, behavior, placed_by)| CallFlowInput {
        caller,
        callee,
        behavior,
        placed_by,
    })
}

fn begins_where_one_ended(leg: &Leg, before: &[Leg]) -> bool {
    before.iter().any(|earlier| earlier.to == leg.from && earlier.step < leg.step)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_call_is_described_or_refused(call in any_call()) {
        match describe_call_flow(&call) {
            Err(invalid) => {
                let mut fields: Vec<_> = invalid.problems.iter().map(|problem| problem.field.as_str()).collect();
                prop_assert!(!fields.is_empty());
                prop_assert!(fields.iter().all(|field| field.starts_with("caller.") || field.starts_with("callee.")));
                let all = fields.len();
                fields.sort_unstable();
                fields.dedup();
                prop_assert_eq!(fields.len(), all, "a field has two problems");
            }
            Ok(Err(unspecified)) => prop_assert!(!unspecified.message().is_empty()),
            Ok(Ok(flow)) => {
                for (index, leg) in flow.legs.iter().enumerate() {
                    prop_assert_eq!(usize::from(leg.leg), index + 1);
                    prop_assert!(index == 0 || begins_where_one_ended(leg, &flow.legs[..index]));
                }
                prop_assert_eq!(flow.via.is_some(), flow.legs.iter().any(|leg| leg.is_at_pbx()));
                let invites = flow.via.is_some_and(|via| via.invite.is_some());
                prop_assert_eq!(invites, flow.legs.iter().any(|leg| leg.is_to_pbx()));
            }
        }
    }

    #[test]
    fn registrations_for_the_other_direction_change_nothing(
        call in any_call(),
        outgoing in proptest::sample::select(vec!["LOOP_MO", "INGRESS"]),
        incoming in proptest::sample::select(vec!["LOOP_MT", "INGRESS", "FALLBACK"]),
    ) {
        let call = CallFlowInput { placed_by: PlacedBy::Caller, ..call };
        for is_caller in [true, false] {
            let [mut with, mut without] = [call.clone(), call.clone()];
            if is_caller {
                with.caller.registration = at_pbx(incoming);
                without.caller.registration = None;
            } else {
                with.callee.registration = at_pbx(outgoing);
                without.callee.registration = None;
            }
            prop_assert_eq!(describe_call_flow(&with), describe_call_flow(&without));
        }
    }
}
