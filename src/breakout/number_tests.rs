use super::*;
use proptest::prelude::*;

#[test]
fn what_people_write_becomes_plain() {
    for text in [
        "+4799900001",
        " +47 999 00 001 ",
        "+47-999-00001",
        "+47 (999) 00001",
        "+47 99 [900] (001)",
        "+47\u{a0}999\u{2011}00001",
        "+47.999.00.001",
        "+47/999/00001",
        "tel:+47-999-00001",
        " TEL : +4799900001",
        "\u{feff}\u{202a}+47\u{200b}99900001\u{202c}",
        "\u{2066}Tel:\u{200e}+4799900001\u{2069}",
        "＋４７（９９９）０００－０１",
        "+٤٧٩٩٩٠٠٠٠١",
        "+۴۷۹۹۹۰۰۰۰۱",
        "+4799 (900) (001)",
    ] {
        assert_eq!(Msisdn::parse(text).expect(text).as_str(), "+4799900001");
    }
    assert!(Msisdn::parse("+1234").is_ok());
    assert!(Msisdn::parse(&format!("+{}", "1".repeat(32))).is_ok());
}

#[test]
fn wrong_numbers_are_refused() {
    let long = format!("+{}", "1".repeat(33));
    for text in [
        "+",
        "()",
        "4799900001",
        "004799900001",
        "+0799900001",
        "+123",
        "+47999x0001",
        "++4799900001",
        "47+99900001",
        "+4799900001 x5",
        "+4799900001, +4799900002",
        "+४७९९९००००१",
        &long,
    ] {
        assert_eq!(Msisdn::parse(text).expect_err(text).0, "bad_number");
    }
}

#[test]
fn a_zero_in_brackets_is_refused_by_name() {
    for text in [
        "+44 (0)7700 900123",
        "+44(0)7700900123",
        "+44 ( 0 ) 7700 900123",
        "+44 [0] 7700 900123",
        "+44 {0}7700 900123",
        "+44 （０）7700 900123",
        "+44 (\u{200e}0\u{200e}) 7700 900123",
        "+44 (٠) 7700 900123",
        "+44 (07700) 900123",
        "+39 (06) 1234 5678",
        "+44 (0 7700 900123",
        "+44 7700 (0) 900123",
        "tel:+44(0)7700900123",
    ] {
        assert_eq!(Msisdn::parse(text).expect_err(text).0, "zero_in_brackets", "{text}");
    }
}

#[test]
fn what_looks_empty_is_missing_and_parameters_are_named() {
    for text in ["", " ", "\u{200b}\u{feff}"] {
        assert_eq!(Msisdn::parse(text).expect_err(text).0, "missing");
    }
    for text in ["tel:+4799900001;ext=5", "tel:1234;phone-context=+47", "+4799900001?call"] {
        assert_eq!(Msisdn::parse(text).expect_err(text).0, "has_parameters");
    }
}

#[test]
fn the_message_says_what_was_found() {
    for (text, part) in [
        ("+47999x0001", "`x`"),
        ("+47999é0001", "`é` (U+00E9)"),
        ("++4799900001", "more than one plus"),
        ("004799900001", "instead of 00"),
        ("47+99900001", "comes first"),
    ] {
        let (_, message) = Msisdn::parse(text).expect_err(text);
        assert!(message.contains(part), "{text}: {message}");
    }
    let (_, message) = Prefix::parse("0\u{200e}0").expect_err("a mark");
    assert!(message.contains("U+200E, an invisible left-to-right mark"), "{message}");
}

#[test]
fn prefixes() {
    for text in ["", "0", "00", "123456789012345"] {
        assert_eq!(Prefix::parse(text).expect(text).as_str(), text);
    }
    for text in ["1234567890123456", "+47", "0 0", "#1", "００"] {
        assert_eq!(Prefix::parse(text).expect_err(text).0, "bad_prefix");
    }
}

proptest! {
    #[test]
    fn parsing_twice_changes_nothing(text in "\\PC*|[+0-9 ()-]{0,40}") {
        if let Ok(number) = Msisdn::parse(&text) {
            prop_assert_eq!(Msisdn::parse(number.as_str()), Ok(number));
        }
        let _ = Prefix::parse(&text);
    }
}
