use super::{Metadata, MetadataProblem, RESERVED, Value, decode_list};
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
    assert_eq!(metadata.get("x-ONE"), Some("1"));
    assert_eq!(metadata.get("x-none"), None);
    assert_eq!(metadata.get_all("x-one").collect::<Vec<_>>(), [&Value::from("1"), &Value::from("3")]);
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
    assert_eq!(metadata.get("a-bin"), None);
    assert_eq!(Value::from(b"a".as_slice()).to_text(), "YQ");
    assert_eq!(Value::from("a").to_text(), "a");
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

#[test]
fn received_lists_are_split_and_the_status_is_left_out() {
    let received = [
        pair("x-text", "a, b"),
        pair("grpc-status", "5"),
        pair("grpc-message", "no"),
        pair("grpc-status-details-bin", "AA"),
        pair("x-bin", "YQ==, Yg,!!,Yx"),
        pair("x-bin", "Yw"),
        pair("grpc-retry-pushback-ms", "7"),
    ];
    let metadata = Metadata::from_received(&received);
    let found: Vec<_> = metadata.iter().map(|(name, value)| (name, value.clone())).collect();
    assert_eq!(
        found,
        [
            ("x-text", Value::from("a, b")),
            ("x-bin", Value::from(b"a".as_slice())),
            ("x-bin", Value::from(b"b".as_slice())),
            ("x-bin", Value::from(b"c".as_slice())),
            ("x-bin", Value::from(b"c".as_slice())),
            ("grpc-retry-pushback-ms", Value::from("7")),
        ]
    );
}

proptest! {
    #[test]
    fn bytes_survive_the_wire_even_joined(values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..5)) {
        let mut metadata = Metadata::new();
        for value in &values {
            metadata.append_checked("x-bin", value.as_slice()).unwrap();
        }
        let headers = written(&metadata).unwrap();
        prop_assert_eq!(Metadata::from_received(&headers), metadata);
        let joined: Vec<_> = headers.into_iter().map(|(_, value)| value).collect();
        prop_assert_eq!(decode_list(&joined.join(", ")).collect::<Vec<_>>(), values);
    }

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

    #[test]
    fn anything_can_be_received(name in ".{0,12}", value in ".{0,40}") {
        let received = [(name, value.clone()), ("x-bin".to_owned(), value)];
        prop_assert!(Metadata::from_received(&received).iter().all(|(name, _)| !name.is_empty() || received[0].0.is_empty()));
    }
}
