//! How long a token is good for.

use crate::seams::{Fields, Moment};

/// When a token's life began, and how long it is. It counts from when the request for it was sent: the provider's own
/// count can only have begun later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Life {
    pub since: Moment,
    pub ms: f64,
}

impl Life {
    /// The longest time before the end at which a token is no longer used for a new call.
    const MARGIN_MS: f64 = 60_000.0;

    /// Milliseconds until it is over; negative afterwards.
    pub fn left_ms(&self, now: Moment) -> f64 {
        self.ms - self.since.age_ms(now)
    }

    /// Over: the provider no longer takes the token.
    pub fn is_over(&self, now: Moment) -> bool {
        self.left_ms(now) <= 0.0
    }

    /// With less left it is not used for a new call: a minute, or a tenth of a short life.
    pub fn margin_ms(&self) -> f64 {
        Self::MARGIN_MS.min(self.ms * 0.1)
    }

    /// Long enough for a call.
    pub fn is_fresh(&self, now: Moment) -> bool {
        !self.is_over(now) && self.left_ms(now) >= self.margin_ms()
    }

    /// When it ends, by the wall clock.
    pub fn end_wall_ms(&self) -> f64 {
        self.since.wall_ms + self.ms
    }

    /// As fields of a stored session.
    pub fn put(&self, fields: &mut Fields) {
        fields.put("since_wall_ms", self.since.wall_ms);
        fields.put("since_monotonic_ms", self.since.monotonic_ms);
        fields.put("since_page", self.since.page);
        fields.put("life_ms", self.ms);
    }

    /// From the fields of a stored session.
    pub fn take(fields: &mut Fields) -> Option<Self> {
        let since = Moment {
            wall_ms: fields.need_number("since_wall_ms")?,
            monotonic_ms: fields.need_number("since_monotonic_ms")?,
            page: fields.need_number("since_page")?,
        };
        Some(Self { since, ms: fields.need_number("life_ms")? })
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::seams::Json;

    const BORN: Moment = Moment { wall_ms: 1_000.0, monotonic_ms: 5.0, page: 1.5 };

    fn later(wall_ms: f64, monotonic_ms: f64) -> Moment {
        Moment { wall_ms: BORN.wall_ms + wall_ms, monotonic_ms: BORN.monotonic_ms + monotonic_ms, page: BORN.page }
    }

    #[test]
    fn the_larger_of_both_clocks_counts() {
        let life = Life { since: BORN, ms: 600_000.0 };
        assert!(life.is_fresh(later(540_000.0, 0.0)) && !life.is_fresh(later(540_001.0, 0.0)), "the machine slept");
        assert!(!life.is_fresh(later(-9e9, 540_001.0)), "the wall clock was set back");
        assert!(!life.is_over(later(599_999.0, 0.0)) && life.is_over(later(0.0, 600_000.0)));
    }

    #[test]
    fn a_life_of_nothing_is_over_at_once() {
        let life = Life { since: BORN, ms: 0.0 };
        assert!(life.is_over(BORN) && !life.is_fresh(BORN));
    }

    #[test]
    fn it_comes_back_from_the_store_to_the_bit() {
        let since = Moment { page: 1_760_000_000_000.123_5, ..BORN };
        let life = Life { since, ms: 1.0 };
        let mut fields = Fields::default();
        life.put(&mut fields);
        let text = Json::Object(fields).write();
        assert_eq!(Life::take(&mut Fields::parse(&text).unwrap()), Some(life));
    }
}
