//! Time as registrations are kept by. A wall clock sees sleep, and may be set back; a monotonic clock can't be set, and on
//! some systems stands still in sleep. The larger of both since the registration is not enough: a sleep that only the one
//! saw, and a step back that hides it, leave both behind. So time is added up from look to look, each time by the clock
//! that went further.

use crate::seams::Moment;

/// A moment by all clocks.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// As the platform says.
    pub moment: Moment,
    /// Milliseconds that have passed since the page began to count: never fewer than did, if there was a look between a
    /// sleep and a step.
    pub steady_ms: f64,
}

/// Adds time up.
#[derive(Default)]
pub struct Pulse {
    last: Option<Moment>,
    steady_ms: f64,
}

impl Pulse {
    /// `moment` is now.
    pub fn at(&mut self, moment: Moment) -> Now {
        if let Some(last) = self.last.replace(moment) {
            self.steady_ms += last.age_ms(moment);
        }
        Now { moment, steady_ms: self.steady_ms }
    }
}
