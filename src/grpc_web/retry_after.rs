//! The header `Retry-After`: seconds, or a date.

use crate::text::number;

const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
const DAY_MS: f64 = 86_400_000.0;

/// The most seconds that count: it is forever anyway.
const MOST_SECONDS: f64 = u64::MAX as f64;

/// How many milliseconds from `now_ms` (since 1970) the server asks to wait; a past date is zero. `None` when the
/// value is neither.
pub(super) fn parse(value: &str, now_ms: f64) -> Option<f64> {
    let value = value.as_bytes().trim_ascii();
    match number(value) {
        Some(seconds) => Some(seconds.min(MOST_SECONDS) * 1_000.0),
        None => Some((http_date(value)? - now_ms).max(0.0)),
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the only form that a server may write, in milliseconds since 1970.
fn http_date(text: &[u8]) -> Option<f64> {
    let [_, _, _, b',', b' ', date @ ..] = text else { return None };
    let [d1, d2, b' ', m1, m2, m3, b' ', y1, y2, y3, y4, b' ', time @ ..] = date else { return None };
    let [h1, h2, b':', n1, n2, b':', s1, s2, b' ', b'G', b'M', b'T'] = time else { return None };
    let mut month = 1;
    let mut months = MONTHS.as_bytes();
    loop {
        let [n1, n2, n3, others @ ..] = months else { return None };
        if (n1, n2, n3) == (m1, m2, m3) {
            break;
        }
        months = others;
        month += 1;
    }
    let day = days_since_1970(within(&[*y1, *y2, *y3, *y4], 1970, 9999)?, month, within(&[*d1, *d2], 1, 31)?);
    let minute = within(&[*h1, *h2], 0, 23)? * 60 + within(&[*n1, *n2], 0, 59)?;
    Some(day as f64 * DAY_MS + (minute * 60 + within(&[*s1, *s2], 0, 60)?) as f64 * 1_000.0)
}

fn within(digits: &[u8], least: i64, most: i64) -> Option<i64> {
    let number = number(digits)? as i64;
    (least <= number && number <= most).then_some(number)
}

/// Counted in years that begin in March, so that the leap day is a year's last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before_year = year * 365 + year / 4 - year / 100 + year / 400;
    let before_month = (month * 153 + 2) / 5;
    before_year + before_month + day - 1 - 719_468
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::{days_since_1970, parse};
    use proptest::prelude::*;

    const NOW_MS: f64 = 784_111_777_000.0;

    #[test]
    fn takes_seconds_and_dates() {
        for (value, expected) in [
            ("0", 0.0),
            ("120", 120_000.0),
            ("99999999999999999999999", u64::MAX as f64 * 1_000.0),
            (" 5 ", 5_000.0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
            ("Sun, 06 Nov 1994 08:50:07 GMT", 30_000.0),
            ("Sun, 06 Nov 1994 00:00:00 GMT", 0.0),
            ("Tue, 29 Feb 2028 00:00:00 GMT", 1_835_395_200_000.0 - NOW_MS),
        ] {
            assert_eq!(parse(value, NOW_MS), Some(expected), "{value}");
        }
    }

    #[test]
    fn leaves_alone_what_it_does_not_know() {
        for value in [
            "",
            "-1",
            "1.5",
            "soon",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37:00 GMT",
        ] {
            assert_eq!(parse(value, NOW_MS), None, "{value}");
        }
    }

    #[test]
    fn each_day_is_one_after_the_day_before() {
        let mut expected = 0;
        for year in 1970..2410 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for (month, days) in
                [31, 28 + i64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate()
            {
                for day in 1..=days {
                    assert_eq!(days_since_1970(year, month as i64 + 1, day), expected);
                    expected += 1;
                }
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics_nor_goes_back(value in ".{0,40}") {
            prop_assert!(parse(&value, NOW_MS).is_none_or(|ms| ms >= 0.0));
        }
    }
}
