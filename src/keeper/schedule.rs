//! All registrations that are kept: which is next, at what rate, and when to look again.
//!
//! A list that is gone through at each look. For ten thousand that takes well under a millisecond, and there are few looks
//! while nothing is due.

use super::clock::Now;
use super::kept_registration::KeptRegistration;
use super::rate_limiter::{CallRate, WINDOW_MS};
use super::snapshot::Change;
use super::standing::CallLimits;
use super::timing::LOOK_MS;

/// The most calls under way at once.
const MOST_UNDER_WAY: usize = 32;

/// How many seconds are counted: those that have more left are in no hurry.
const MOST_SECONDS: usize = 4_096;

/// How this page stands towards the registrations.
#[derive(Clone, Copy, Debug)]
pub struct Stand<'a> {
    /// Whose may be kept now.
    pub owner: Option<&'a str>,
    /// This page is the one that makes the calls.
    pub is_leading: bool,
    pub is_online: bool,
    /// There are no locks, so that every page leads: how long this one hesitates, from 0 to 1.
    pub hesitation: Option<f64>,
    /// Since the leader was last heard of.
    pub silent_ms: f64,
    /// How many calls are under way.
    pub under_way: usize,
}

/// What a look led to.
pub struct Look {
    /// To be begun now.
    pub begin: Vec<(String, CallLimits)>,
    /// To be told to the application.
    pub changes: Vec<(String, Change)>,
    /// Another tab leads, and does not do its work.
    pub overtake: bool,
    /// Milliseconds until the next look.
    pub wait_ms: f64,
}

/// All of them.
pub struct Schedule<E> {
    /// In the order of their keys.
    registrations: Vec<KeptRegistration<E>>,
    rate: CallRate,
}

impl<E: Clone> Schedule<E> {
    /// An empty one. `max_per_second`: the most calls in any second.
    pub fn new(max_per_second: usize) -> Self {
        Self { registrations: Vec::new(), rate: CallRate::new(max_per_second) }
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        self.registrations.binary_search_by(|kept| kept.key.as_str().cmp(key))
    }

    pub fn get(&self, key: &str) -> Option<&KeptRegistration<E>> {
        self.place(key).ok().and_then(|place| self.registrations.get(place))
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut KeptRegistration<E>> {
        self.place(key).ok().and_then(|place| self.registrations.get_mut(place))
    }

    pub fn iter(&self) -> impl Iterator<Item = &KeptRegistration<E>> {
        self.registrations.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut KeptRegistration<E>> {
        self.registrations.iter_mut()
    }

    pub fn is_empty(&self) -> bool {
        self.registrations.is_empty()
    }

    /// Takes the place of one with the same key.
    pub fn insert(&mut self, kept: KeptRegistration<E>) {
        match self.place(&kept.key) {
            Ok(place) => {
                if let Some(known) = self.registrations.get_mut(place) {
                    *known = kept;
                }
            }
            Err(place) => self.registrations.insert(place, kept),
        }
    }

    pub fn remove(&mut self, key: &str) -> Option<KeptRegistration<E>> {
        let place = self.place(key).ok()?;
        Some(self.registrations.remove(place))
    }

    /// Looks at all of them.
    pub fn look(&mut self, now: Now, stand: Stand<'_>) -> Look {
        let mut look = Look { begin: Vec::new(), changes: Vec::new(), overtake: false, wait_ms: LOOK_MS };
        // What is due, and what is left of it.
        let mut due: Vec<(f64, usize)> = Vec::new();
        for (place, kept) in self.registrations.iter_mut().enumerate() {
            if let Some(change) = kept.state.look(now) {
                look.changes.push((kept.key.clone(), change));
            }
            let mut wait_ms = kept.state.changes_in_ms(now).min(kept.state.look_ms());
            if !kept.is_suspended && kept.owner.as_deref() == stand.owner && stand.owner.is_some() {
                if stand.is_leading {
                    let due_ms = match stand.hesitation {
                        Some(hesitation) => kept.hesitant_due_ms(now, hesitation),
                        None => kept.state.due_ms(now, stand.is_online),
                    };
                    if due_ms <= 0.0 {
                        due.push((kept.state.left_ms(now), place));
                    } else {
                        wait_ms = wait_ms.min(due_ms);
                    }
                } else {
                    let desired_ms = now.moment.monotonic_ms - kept.desired_at_ms;
                    let overtaken_in_ms = kept.state.overtaken_in_ms(now, stand.silent_ms, desired_ms);
                    look.overtake |= overtaken_in_ms <= 0.0;
                    wait_ms = wait_ms.min(overtaken_in_ms.max(1_000.0));
                }
            }
            look.wait_ms = look.wait_ms.min(wait_ms);
        }
        self.crowd(&due, now, &mut look);
        self.begin(due, stand.under_way, now, &mut look);
        look.wait_ms = look.wait_ms.max(1.0);
        look
    }

    /// With more due than a second takes, some may come too late: said at once, and not when they are. Counted by the
    /// second in which they end, because sorting weighs 4 KB in the wasm.
    fn crowd(&mut self, due: &[(f64, usize)], now: Now, look: &mut Look) {
        if due.len() <= self.rate.most {
            return;
        }
        let second = |left_ms: f64| (left_ms / WINDOW_MS).max(0.0) as usize;
        let mut last = 0;
        for (left_ms, _) in due {
            last = last.max(second(*left_ms));
        }
        let mut counts = vec![0usize; last.min(MOST_SECONDS) + 1];
        for (left_ms, _) in due {
            if let Some(count) = counts.get_mut(second(*left_ms)) {
                *count += 1;
            }
        }
        let mut ahead = 0;
        for count in &mut counts {
            ahead += *count;
            *count = ahead;
        }
        for (left_ms, place) in due {
            // All that end before it, or in the same second, come first.
            let ahead = counts.get(second(*left_ms)).copied().unwrap_or_default();
            let is_late = *left_ms > 0.0 && ahead > self.rate.most * second(*left_ms).max(1);
            if let Some(kept) =
                self.registrations.get_mut(*place).filter(|kept| is_late && kept.state.granted().is_some())
            {
                kept.state.crowd();
                if let Some(change) = kept.state.look(now) {
                    look.changes.push((kept.key.clone(), change));
                }
            }
        }
    }

    fn begin(&mut self, mut due: Vec<(f64, usize)>, mut under_way: usize, now: Now, look: &mut Look) {
        while under_way < MOST_UNDER_WAY {
            // The one that ends first.
            let next = due.iter().enumerate().min_by(|(_, one), (_, other)| one.0.total_cmp(&other.0));
            let Some(next) = next.map(|(at, _)| at) else { return };
            let wait_ms = self.rate.wait_ms(now);
            if wait_ms > 0.0 {
                look.wait_ms = look.wait_ms.min(wait_ms);
                return;
            }
            let (_, place) = due.swap_remove(next);
            if let Some(kept) = self.registrations.get_mut(place) {
                let limits = kept.state.begin(now);
                under_way += 1;
                self.rate.begin(now);
                look.begin.push((kept.key.clone(), limits));
            }
        }
        // The end of a call is the next look.
    }
}
