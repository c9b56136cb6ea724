//! The header `grpc-timeout`.

use crate::text::decimal;

/// The header has at most eight digits.
const MAX_NUMBER: f64 = 99_999_999.0;

/// The units, finest first, with how many milliseconds each is.
const UNITS: [(&str, f64); 4] = [("m", 1.0), ("S", 1_000.0), ("M", 60_000.0), ("H", 3_600_000.0)];

/// The longest time that the header can say, in milliseconds: eleven thousand years.
pub(super) const MAX_TIMEOUT_MS: f64 = MAX_NUMBER * 3_600_000.0;

/// `timeout_ms` (over zero, at most [`MAX_TIMEOUT_MS`]) in the finest unit that can say it, rounded up: the server
/// must not give up before the caller does.
pub(super) fn header_value(timeout_ms: f64) -> String {
    let mut number = MAX_NUMBER;
    let mut unit = "H";
    for (name, length) in UNITS {
        let rounded = (timeout_ms / length).ceil();
        if rounded <= MAX_NUMBER {
            number = rounded;
            unit = name;
            break;
        }
    }
    let mut text = decimal(number as u64);
    text.push_str(unit);
    text
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::{MAX_TIMEOUT_MS, UNITS, header_value};
    use proptest::prelude::*;

    #[test]
    fn prefers_the_finest_unit_and_rounds_up() {
        for (timeout_ms, expected) in [
            (0.001, "1m"),
            (1.0, "1m"),
            (1.5, "2m"),
            (30_000.0, "30000m"),
            (99_999_999.0, "99999999m"),
            (99_999_999.5, "100000S"),
            (100_000_001.0, "100001S"),
            (2_147_483_648.0, "2147484S"),
            (99_999_999_001.0, "1666667M"),
            (6_000_000_000_000.0, "1666667H"),
            (MAX_TIMEOUT_MS, "99999999H"),
            (f64::INFINITY, "99999999H"),
        ] {
            assert_eq!(header_value(timeout_ms), expected, "{timeout_ms}");
        }
    }

    proptest! {
        #[test]
        fn is_never_shorter_than_asked_nor_over_eight_digits(timeout_ms in 0.001..MAX_TIMEOUT_MS) {
            let text = header_value(timeout_ms);
            let (digits, unit) = text.split_at(text.len() - 1);
            prop_assert!((1..=8).contains(&digits.len()));
            let length = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, length)| *length).unwrap();
            let said = digits.parse::<f64>().unwrap() * length;
            prop_assert!(said >= timeout_ms && said - timeout_ms <= length);
        }
    }
}
