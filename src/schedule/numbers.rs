//! A registration as numbers, as it crosses to TypeScript (`js/schedule/numbers.ts` has them by name). NaN is none. All numbers make
//! some registration; whether they make sense is for TypeScript to say.

use super::scheduled_registration::{Call, Desired, ScheduledRegistration};
use crate::keeper::saved_state::{SavedGrant, SavedState, SavedTry};

/// How many numbers there are.
pub const LENGTH: usize = 9;

/// The last number: the sum of those that are so.
const IS_NEW: u32 = 1;
const IS_FIRST: u32 = 2;
const HAS_FAILED: u32 = 4;
const IS_REJECTED: u32 = 8;
const IS_UNSURE: u32 = 16;
const CALL_IS_DELETION: u32 = 32;
const CALL_IS_REPEATED: u32 = 64;
const CALL_IS_OUTDATED: u32 = 128;

impl ScheduledRegistration {
    /// As numbers.
    pub fn numbers(&self) -> [f64; LENGTH] {
        let (desired, since_ms) = match self.desired {
            Desired::Registration => (0.0, f64::NAN),
            Desired::Deletion { since_ms } => (1.0, since_ms),
            Desired::Nothing => (2.0, f64::NAN),
        };
        let granted = self.state.granted.map(|granted| [granted.sent_ms, granted.ttl_ms, granted.refresh_after_ms]);
        let [sent_ms, ttl_ms, refresh_after_ms] = granted.unwrap_or([f64::NAN; 3]);
        let [tried_ms, wait_ms] = self.state.tried.map_or([f64::NAN; 2], |tried| [tried.at_ms, tried.wait_ms]);
        let until_ms = self.call.map_or(f64::NAN, |call| call.until_ms);
        let flags = f64::from(self.flags());
        [desired, since_ms, sent_ms, ttl_ms, refresh_after_ms, tried_ms, wait_ms, until_ms, flags]
    }

    fn flags(&self) -> u32 {
        let SavedState { is_new, is_first, has_failed, is_rejected, .. } = self.state;
        [
            (IS_NEW, is_new),
            (IS_FIRST, is_first),
            (HAS_FAILED, has_failed),
            (IS_REJECTED, is_rejected),
            (IS_UNSURE, self.is_unsure),
            (CALL_IS_DELETION, self.call.is_some_and(|call| call.is_deletion)),
            (CALL_IS_REPEATED, self.call.is_some_and(|call| call.is_repeated)),
            (CALL_IS_OUTDATED, self.call.is_some_and(|call| call.is_outdated)),
        ]
        .iter()
        .filter(|(_, is_set)| *is_set)
        .map(|(flag, _)| flag)
        .sum()
    }

    /// From numbers.
    pub fn of_numbers(numbers: &[f64]) -> Self {
        let any = |at: usize| numbers.get(at).copied().filter(|number| !number.is_nan());
        let flags = any(8).unwrap_or_default() as u32;
        let has = |flag: u32| flags & flag != 0;
        let granted = any(2).zip(any(3)).zip(any(4));
        let granted =
            granted.map(|((sent_ms, ttl_ms), refresh_after_ms)| SavedGrant { sent_ms, ttl_ms, refresh_after_ms });
        Self {
            desired: match (any(0).unwrap_or_default() as u32, any(1)) {
                (1, Some(since_ms)) => Desired::Deletion { since_ms },
                (2, _) => Desired::Nothing,
                _ => Desired::Registration,
            },
            state: SavedState {
                granted,
                tried: any(5).zip(any(6)).map(|(at_ms, wait_ms)| SavedTry { at_ms, wait_ms }),
                is_new: has(IS_NEW),
                is_first: has(IS_FIRST),
                has_failed: has(HAS_FAILED),
                is_rejected: has(IS_REJECTED),
            },
            call: any(7).map(|until_ms| Call {
                until_ms,
                is_deletion: has(CALL_IS_DELETION),
                is_repeated: has(CALL_IS_REPEATED),
                is_outdated: has(CALL_IS_OUTDATED),
            }),
            is_unsure: has(IS_UNSURE),
        }
    }
}
