use super::{Metadata, MetadataProblem, RESERVED};
use proptest::prelude::*;

fn of(pairs: &[(&str, &str)]) -> Metadata {
    let mut metadata = Metadata::new();
    for (name, value) in pairs {
        metadata.append(name, value).unwrap();
    }
    metadata
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn keeps_order_and_repeats_and_ignores_case() {
    assert_eq!(Metadata::new().as_pairs(), []);
    let metadata = of(&[("X-One", "1"), ("x-two", "2"), ("x-one", "3")]);
    assert_eq!(metadata.as_pairs(), [pair("x-one", "1"), pair("x-two", "2"), pair("x-one", "3")]);
}

#[test]
fn ignores_reserved_names_and_keeps_the_authorization() {
    let mut metadata = Metadata::new();
    let families =
        ["grpc-timeout", "grpc-encoding", "grpc-status", "grpc-x-bin", "proxy-x", "sec-x", "access-control-request-x"];
    for name in RESERVED.split(' ').chain(families) {
        assert_eq!(metadata.append(&name.to_ascii_uppercase(), "what\never"), Ok(()), "{name}");
    }
    assert_eq!(metadata.append("authorization", "Bearer t"), Ok(()));
    assert_eq!(metadata.append("x-accept", "kept"), Ok(()));
    assert_eq!(metadata.as_pairs(), [pair("authorization", "Bearer t"), pair("x-accept", "kept")]);
}

#[test]
fn binary_values_are_unpadded_base64_on_the_wire() {
    let metadata = of(&[("a-bin", "YQ"), ("b-bin", " YQ== "), ("c-bin", "")]);
    assert_eq!(metadata.as_pairs(), [pair("a-bin", "YQ"), pair("b-bin", "YQ"), pair("c-bin", "")]);
}

#[test]
fn says_what_is_wrong_without_the_value() {
    for (name, value, expected) in [
        ("", "secret", MetadataProblem::Name(String::new())),
        ("a b", "secret", MetadataProblem::Name("a b".to_owned())),
        (":path", "secret", MetadataProblem::Name(":path".to_owned())),
        ("n\u{e9}", "secret", MetadataProblem::Name("n\u{e9}".to_owned())),
        ("x", "secret\u{e9}", MetadataProblem::Text("x".to_owned())),
        ("x", "secret\r\nx-evil: 1", MetadataProblem::Text("x".to_owned())),
        ("x", "secret\t", MetadataProblem::Text("x".to_owned())),
        ("x-bin", "secret!", MetadataProblem::NotBase64("x-bin".to_owned())),
    ] {
        let mut metadata = Metadata::new();
        assert_eq!(metadata.append(name, value), Err(expected.clone()));
        assert_eq!(metadata.as_pairs(), []);
        let shown = format!("{expected} {expected:?} {:?}", of(&[("x", "secret")]));
        assert!(!shown.contains("secret"), "{shown}");
    }
    let problem = MetadataProblem::Name("a\n".to_owned());
    assert_eq!(problem.to_string(), "metadata \"a?\": a name has only letters, digits, '-', '_' and '.'");
}

#[test]
fn takes_every_printable_character_and_trims() {
    let text: String = (b' '..=b'~').map(char::from).collect();
    assert_eq!(of(&[("X_y.z-1", text.as_str())]).as_pairs(), [pair("x_y.z-1", text.trim())]);
}

proptest! {
    #[test]
    fn what_is_written_is_always_a_legal_header(name in ".{0,12}", value in ".{0,20}") {
        let mut metadata = Metadata::new();
        if metadata.append(&name, &value).is_ok() {
            for (name, value) in metadata.as_pairs() {
                prop_assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':' && !byte.is_ascii_uppercase()));
                prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
        }
    }
}
