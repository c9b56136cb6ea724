//! Time as registrations are kept by. A wall clock sees sleep, and may be set back; a monotonic clock can't be set, and on
//! some systems stands still in sleep. The larger of both since the registration is not enough: a sleep that only the one
//! saw, and a step back that hides it, leave both behind. So time is added up from look to look, each time by the clock
//! that went further.

use crate::moment::Moment;

/// A moment by all clocks.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// As the platform says.
    pub moment: Moment,
    /// Milliseconds that have passed since the page began to count: never fewer than did, if there was a look between a
    /// sleep and a step.
    pub steady_ms: f64,
}

impl Now {
    /// Where there is only a wall clock, which all who keep a registration share. Nobody may set it by more than they can bear
    /// to be wrong (see `saved_state.rs`).
    pub const fn by_wall_clock(wall_ms: f64) -> Self {
        Self { moment: Moment { wall_ms, monotonic_ms: wall_ms, page: 0.0 }, steady_ms: wall_ms }
    }
}

/// How far apart the clocks may be over one look by rounding alone. Taking the one that went further each time would add
/// that up: clocks that are rounded to milliseconds, and looked at as often, would go half as fast again.
const ROUNDING_MS: f64 = 250.0;

/// Adds time up.
#[derive(Default)]
pub struct SteadyClock {
    last: Option<Moment>,
    steady_ms: f64,
}

impl SteadyClock {
    /// `moment` is now.
    pub fn at(&mut self, moment: Moment) -> Now {
        if let Some(last) = self.last.replace(moment) {
            let by_monotonic_ms = (moment.monotonic_ms - last.monotonic_ms).max(0.0);
            let most_ms = last.age_ms(moment);
            self.steady_ms += if most_ms - by_monotonic_ms < ROUNDING_MS { by_monotonic_ms } else { most_ms };
        }
        Now { moment, steady_ms: self.steady_ms }
    }
}
