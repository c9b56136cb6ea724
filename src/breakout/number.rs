//! Phone numbers and prefixes.

/// A subscriber's phone number in the form the core wants: plus, country code, digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Msisdn(String);

/// Fewest and most digits. The core's numbers may be longer than E.164's 15; the bounds are this product's.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=32;

impl Msisdn {
    /// Drops the blanks, dashes and brackets that people write, then wants a plus, a first digit from 1 to 9 and 4 to
    /// 32 digits in all. Otherwise the code and the words for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, (&'static str, &'static str)> {
        let number: String = text.chars().filter(|&letter| !is_decoration(letter)).collect();
        let Some(digits) = number.strip_prefix('+') else {
            return Err(("bad_number", "Begin with a plus and the country code, for example +4799900001."));
        };
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(("bad_number", "After the plus come digits only, for example +4799900001."));
        }
        if digits.starts_with('0') {
            return Err(("bad_number", "A country code does not begin with 0: write for example +4799900001."));
        }
        if !DIGITS.contains(&digits.len()) {
            return Err(("bad_number", "A number has 4 to 32 digits after the plus, for example +4799900001."));
        }
        Ok(Self(number))
    }

    /// As it goes to the core.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_decoration(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '(' | ')' | '[' | ']')
}

/// Digits that the core puts before the number, so that the PBX knows on whose behalf a call reached it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// The most digits (a bound of this product's).
    pub const MAX_DIGITS: usize = 15;

    /// 0 to 15 digits.
    pub fn parse(text: &str) -> Result<Self, (&'static str, &'static str)> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= Self::MAX_DIGITS {
            return Ok(Self(text.to_owned()));
        }
        Err(("bad_prefix", "A prefix is 0 to 15 digits, for example 00."))
    }

    /// As it goes to the core.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_write_becomes_plain() {
        for text in ["+4799900001", " +47 999 00 001 ", "+47-999-00001", "+47 (999) 00001", "+47\u{a0}999\u{2011}00001"]
        {
            assert_eq!(Msisdn::parse(text).expect(text).as_str(), "+4799900001");
        }
        assert!(Msisdn::parse("+1234").is_ok());
        assert!(Msisdn::parse(&format!("+{}", "1".repeat(32))).is_ok());
    }

    #[test]
    fn wrong_numbers_are_refused() {
        let long = format!("+{}", "1".repeat(33));
        for text in [
            "",
            "+",
            "4799900001",
            "004799900001",
            "+0799900001",
            "+123",
            "+47999x0001",
            "++4799900001",
            "+４７９９９０",
            &long,
        ] {
            assert_eq!(Msisdn::parse(text).expect_err(text).0, "bad_number");
        }
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
}
