use super::*;

fn input(sip_uri: &str, route: &str) -> RegistrationInput {
    RegistrationInput {
        sip_uri: Some(sip_uri.to_owned()),
        route_type: Some(route.to_owned()),
        ..RegistrationInput::default()
    }
}

fn fields(result: Result<Registration, InvalidRequest>) -> Vec<(String, &'static str)> {
    result.expect_err("refused").problems.into_iter().map(|problem| (problem.field, problem.code)).collect()
}

#[test]
fn every_route_type_on_v1_and_three_on_v0() {
    for route in RouteType::ALL {
        let input = input("sips:pbx.example.com", route.as_str());
        assert_eq!(validate(&input, ApiVersion::V1).expect("v1").route_type, route);
        let on_v0 = validate(&input, ApiVersion::V0);
        let checked = validate(&input, ApiVersion::V1).expect("v1").check_version(ApiVersion::V0);
        assert_eq!(checked.err(), on_v0.clone().err());
        if route.wire() as i32 <= 3 {
            assert_eq!(on_v0.expect("v0").route_type, route);
        } else {
            assert_eq!(fields(on_v0), [("routeType".to_owned(), "not_in_version")]);
        }
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let input = RegistrationInput {
        sip_uri: Some("sip:pbx.example.com".to_owned()),
        route_type: Some("loop".to_owned()),
        phone_number: Some("999".to_owned()),
        mobile_originating_prefix: Some("x".to_owned()),
        mobile_terminating_prefix: Some("1234567890123456".to_owned()),
    };
    let expected = [
        ("sipUri", "bad_scheme"),
        ("routeType", "unknown_route_type"),
        ("phoneNumber", "bad_number"),
        ("mobileOriginatingPrefix", "bad_prefix"),
        ("mobileTerminatingPrefix", "bad_prefix"),
    ];
    let found = fields(validate(&input, ApiVersion::V1));
    assert!(found.iter().map(|(field, code)| (field.as_str(), *code)).eq(expected));
}

#[test]
fn nothing_at_all_names_what_is_missing() {
    let found = fields(validate(&RegistrationInput::default(), ApiVersion::V1));
    assert_eq!(found, [("sipUri".to_owned(), "missing"), ("routeType".to_owned(), "missing")]);
}

#[test]
fn an_empty_number_is_no_number() {
    let mut input = input("sips:pbx.example.com", "LOOP");
    input.phone_number = Some(" \u{200b} ".to_owned());
    assert_eq!(validate(&input, ApiVersion::V1).expect("valid").target.phone_number, None);
}

#[test]
fn a_delete_needs_no_route_type() {
    let mut input = input("sips:pbx.example.com", "");
    input.phone_number = Some("+47 999 00 001".to_owned());
    let target = validate_target(&input).expect("valid");
    assert_eq!(target.phone_number.expect("number").as_str(), "+4799900001");
    input.sip_uri = None;
    assert_eq!(validate_target(&input).expect_err("refused").problems[0].code, "missing");
}
