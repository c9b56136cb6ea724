//! One moment by both clocks.

/// The wall clock sees sleep but may be set; the monotonic one can't be set but may stand still while the machine sleeps.
/// So ages are taken as the larger of both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Milliseconds since 1970 (`Date.now()`).
    pub wall_ms: f64,
    /// Milliseconds since the page began (`performance.now()`).
    pub monotonic_ms: f64,
    /// Which page's monotonic clock (`performance.timeOrigin`); two of different pages can't be compared.
    pub page: f64,
}

impl Moment {
    /// Milliseconds from `self` to `later`: the larger of what the two clocks say, never negative.
    pub fn age_ms(&self, later: Moment) -> f64 {
        let wall = later.wall_ms - self.wall_ms;
        let monotonic = if self.page == later.page { later.monotonic_ms - self.monotonic_ms } else { 0.0 };
        wall.max(monotonic).max(0.0)
    }

    /// Whether `self` came after `other`. In one page its own clock says so, which nobody sets; between pages only the wall
    /// clock can.
    pub fn is_after(&self, other: Moment) -> bool {
        if self.page == other.page { self.monotonic_ms > other.monotonic_ms } else { self.wall_ms > other.wall_ms }
    }
}
