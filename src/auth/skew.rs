//! How far this computer's clock is from the provider's. It counts where the provider's own times are read or written:
//! in ID tokens and DPoP proofs. A token's life does not need it: that is measured here, from when it was asked for.

use crate::seams::{Moment, header};
use std::cell::Cell;

/// What is known of the difference.
#[derive(Default)]
pub(super) struct Skew(Cell<f64>);

impl Skew {
    /// A reply's `Date`, where the browser shows it (across origins it usually does not). To the second, and from when
    /// the reply was on its way.
    pub fn learn_from_date(&self, headers: &[(String, String)], sent_at: Moment, now: Moment) {
        let date = header(headers, "date").and_then(http_date_ms);
        if let Some(date_ms) = date {
            self.learn(date_ms + 500.0, sent_at, now);
        }
    }

    /// The time at which the provider made a token for a request that was sent at `sent_at`. Only for tokens that were made
    /// for that request, which a nonce shows.
    pub fn learn_from_issue(&self, iat_seconds: f64, sent_at: Moment, now: Moment) {
        self.learn(iat_seconds * 1000.0, sent_at, now);
    }

    /// The provider's clock showed `theirs_ms` at some time between `sent_at` and `now`: if it could have been right,
    /// nothing is wrong.
    fn learn(&self, theirs_ms: f64, sent_at: Moment, now: Moment) {
        let earliest = now.wall_ms - sent_at.age_ms(now) - 1_000.0;
        self.0.set(if theirs_ms < earliest {
            theirs_ms - earliest
        } else if theirs_ms > now.wall_ms + 1_000.0 {
            theirs_ms - now.wall_ms
        } else {
            0.0
        });
    }

    /// What the provider's clock shows.
    pub fn provider_wall_ms(&self, now: Moment) -> f64 {
        now.wall_ms + self.0.get()
    }
}

/// An IMF-fixdate (RFC 9110, section 5.6.7), in milliseconds since 1970: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date_ms(text: &str) -> Option<f64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = text.split_once(',')?.1.trim_start().split(' ');
    let day: i64 = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as i64 + 1;
    let year: i64 = parts.next()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut clock = parts.next()?.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (clock.next()??, clock.next()??, clock.next()??);
    if parts.next() != Some("GMT") {
        return None;
    }
    // Days since 1970 by counting years from March, so that a leap day is a year's last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some((((days * 24 + hours) * 60 + minutes) * 60 + seconds) as f64 * 1000.0)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    const fn at(ms: f64) -> Moment {
        Moment { wall_ms: 1_800_000_000_000.0 + ms, monotonic_ms: ms, page: 1.0 }
    }

    #[test]
    fn dates_are_read() {
        assert_eq!(http_date_ms("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0.0));
        assert_eq!(http_date_ms("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000.0));
        assert_eq!(http_date_ms("Thu, 29 Feb 2024 23:59:59 GMT"), Some(1_709_251_199_000.0));
        assert_eq!(http_date_ms("Fri, 15 Jan 2027 08:00:00 GMT"), Some(1_800_000_000_000.0));
        for other in ["", "soon", "Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 6"] {
            assert_eq!(http_date_ms(other), None, "{other}");
        }
    }

    #[test]
    fn a_clock_that_may_be_right_is_right() {
        let skew = Skew::default();
        for seconds in [1_799_999_999.0, 1_800_000_000.0, 1_800_000_005.0, 1_800_000_006.0] {
            skew.learn_from_issue(seconds, at(0.0), at(5_000.0));
            assert_eq!(skew.provider_wall_ms(at(5_000.0)), at(5_000.0).wall_ms, "{seconds}");
        }
    }

    #[test]
    fn one_that_can_not_be_is_off_by_the_least_that_explains_it() {
        let skew = Skew::default();
        skew.learn_from_issue(1_800_000_305.0, at(0.0), at(5_000.0));
        assert_eq!(skew.provider_wall_ms(at(5_000.0)), at(305_000.0).wall_ms);
        skew.learn_from_date(&[("date".into(), "Fri, 15 Jan 2027 07:50:00 GMT".into())], at(0.0), at(5_000.0));
        assert_eq!(skew.provider_wall_ms(at(5_000.0)), at(5_000.0 - 600_000.0 + 500.0 + 1_000.0).wall_ms);
    }
}
