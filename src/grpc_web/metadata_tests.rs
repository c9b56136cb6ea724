use super::{Metadata, MetadataProblem, RESERVED, Value};
use proptest::prelude::*;

fn written(metadata: &Metadata) -> Result<Vec<(String, String)>, MetadataProblem> {
    let mut headers = Vec::new();
    metadata.write(&mut headers).map(|()| headers)
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn keeps_order_and_repeats_and_ignores_case() {
    let mut metadata = Metadata::new();
    assert!(metadata.is_empty());
    metadata.append("X-One", "1");
    metadata.append("x-two", "2");
    metadata.append("x-one", "3".to_owned());
    assert_eq!(metadata.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["x-one", "x-two", "x-one"]);
    assert_eq!(written(&metadata), Ok(vec![pair("x-one", "1"), pair("x-two", "2"), pair("x-one", "3")]));
}

#[test]
fn ignores_reserved_names_and_keeps_the_authorization() {
    let mut metadata = Metadata::new();
    let families =
        ["grpc-timeout", "grpc-encoding", "grpc-status", "grpc-x-bin", "proxy-x", "sec-x", "access-control-request-x"];
    for name in RESERVED.into_iter().chain(families) {
        assert_eq!(metadata.append_checked(&name.to_ascii_uppercase(), "what\never"), Ok(()), "{name}");
    }
    metadata.append("authorization", "Bearer t");
    metadata.append("x-accept", "kept");
    assert_eq!(written(&metadata), Ok(vec![pair("authorization", "Bearer t"), pair("x-accept", "kept")]));
}

#[test]
fn binary_values_are_unpadded_base64_on_the_wire() {
    let mut metadata = Metadata::new();
    metadata.append("a-bin", b"a".as_slice());
    metadata.append("b-bin", "YQ==");
    metadata.append("c-bin", Vec::new());
    assert_eq!(written(&metadata), Ok(vec![pair("a-bin", "YQ"), pair("b-bin", "YQ"), pair("c-bin", "")]));
}

#[test]
fn says_what_is_wrong_without_the_value() {
    for (name, value, expected) in [
        ("", Value::from("secret"), MetadataProblem::Name(String::new())),
        ("a b", Value::from("secret"), MetadataProblem::Name("a b".to_owned())),
        (":path", Value::from("secret"), MetadataProblem::Name(":path".to_owned())),
        ("n\u{e9}", Value::from("secret"), MetadataProblem::Name("n\u{e9}".to_owned())),
        ("x", Value::from("secret\u{e9}"), MetadataProblem::Text("x".to_owned())),
        ("x", Value::from("secret\r\nx-evil: 1"), MetadataProblem::Text("x".to_owned())),
        ("x", Value::from("secret\t"), MetadataProblem::Text("x".to_owned())),
        ("x", Value::from(b"secret".as_slice()), MetadataProblem::BinaryUnderTextName("x".to_owned())),
        ("x-bin", Value::from("secret!"), MetadataProblem::NotBase64("x-bin".to_owned())),
    ] {
        let mut metadata = Metadata::new();
        assert_eq!(metadata.append_checked(name, value.clone()), Err(expected.clone()));
        assert!(metadata.is_empty());
        metadata.append(name, value.clone());
        assert_eq!(written(&metadata), Err(expected.clone()));
        let shown = format!("{expected} {expected:?} {value:?} {metadata:?}");
        assert!(!shown.contains("secret"), "{shown}");
    }
    let problem = MetadataProblem::Name("a\n".to_owned());
    assert_eq!(problem.to_string(), "metadata \"a?\": a name has only letters, digits, '-', '_' and '.'");
}

#[test]
fn takes_every_printable_character_and_trims() {
    let text: String = (b' '..=b'~').map(char::from).collect();
    let mut metadata = Metadata::new();
    assert_eq!(metadata.append_checked("X_y.z-1", text.as_str()), Ok(()));
    assert_eq!(written(&metadata), Ok(vec![pair("x_y.z-1", text.trim())]));
}

proptest! {
    #[test]
    fn what_is_written_is_always_a_legal_header(name in ".{0,12}", value in ".{0,20}") {
        let mut metadata = Metadata::new();
        if metadata.append_checked(&name, value.as_str()).is_ok() {
            for (name, value) in written(&metadata).unwrap() {
                prop_assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':' && !byte.is_ascii_uppercase()));
                prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
        }
    }
}
