//! All registrations that are kept: who is next, at what rate, and when to look again. Decides; carries nothing out.
//!
//! A list that is gone through at each look. For ten thousand that takes well under a millisecond, and there are few looks
//! while nothing is due.

use super::granted::Granted;
use super::kept::{Attempt, Kept};
use super::pulse::Now;
use super::snapshot::{Event, Snapshot, Trouble};
use super::timing::LOOK_MS;
use super::wish::Wish;
use crate::breakout::Registration;
use std::collections::VecDeque;

/// The most calls under way at once.
const MOST_UNDER_WAY: usize = 32;

/// How many seconds are counted: those that have more left are in no hurry.
const MOST_SECONDS: usize = 4_096;

/// How long an attempt rate is looked back upon.
const WINDOW_MS: f64 = 1_000.0;

/// One registration, and what is known beside its life.
pub struct Entry {
    pub key: String,
    /// Whose it is; nobody's before the first sign-in.
    pub owner: Option<String>,
    pub wish: Wish,
    /// When the wish came, by this page's monotonic clock.
    pub wished_at_ms: f64,
    pub kept: Kept,
    /// What the core was told when it granted last, and the wish that it was told for. `None` where that is not known.
    pub accepted: Option<(String, Registration)>,
    pub trouble: Option<Trouble>,
    pub is_suspended: bool,
    /// This page told the core last, or wants it to be told.
    pub is_own: bool,
    /// The wish is in the store, as far as this page knows. If it is there no more, it was stopped.
    pub is_stored: bool,
    /// Another page may have deleted it just now: it is told to the core twice.
    pub is_unsure: bool,
    /// The core may have been told of the wish, by whichever page.
    pub is_tried: bool,
    /// Wishes to delete that this one took the place of, and what became of them is not known.
    pub overtaken: Vec<String>,
    /// The application has registered the number by a call of its own since this was to be deleted.
    pub is_overruled: bool,
    /// It took the place of a wish to delete that somebody may fulfil late, without saying which wish that was.
    pub is_after_deletion: bool,
}

impl Entry {
    /// Of a new wish.
    pub fn new(key: &str, owner: Option<String>, wish: Wish, now: Now) -> Self {
        Self {
            key: key.to_owned(),
            is_suspended: owner.is_none(),
            owner,
            wish,
            wished_at_ms: now.moment.monotonic_ms,
            kept: Kept::new(),
            accepted: None,
            trouble: None,
            is_own: false,
            is_stored: false,
            is_unsure: false,
            is_tried: false,
            overtaken: Vec::new(),
            is_overruled: false,
            is_after_deletion: false,
        }
    }

    /// The core took what was told it for the wish called `wish`: `registration`, where that is known.
    pub fn accept(&mut self, wish: &str, registration: Option<Registration>) {
        let of_wish = (self.wish.id == wish).then(|| self.wish.registration().clone());
        let before = self.accepted.take().filter(|(before, _)| before == wish).map(|(_, registration)| registration);
        self.accepted = registration.or(of_wish).or(before).map(|registration| (wish.to_owned(), registration));
    }

    /// What was granted before, in another page or by another tab, if that is news.
    pub fn adopt(
        &mut self,
        granted: Granted,
        wish: &str,
        registration: Option<Registration>,
        now: Now,
    ) -> Option<Event> {
        let event = self.kept.adopt(granted, self.wish.id == wish, now);
        if event.is_some() {
            self.accept(wish, registration);
        }
        event
    }

    /// A newer wish takes the place of what was wanted.
    pub fn replace(&mut self, wish: Wish, now: Now) {
        let before = std::mem::replace(&mut self.wish, wish);
        self.is_after_deletion = before.is_end() && self.is_tried;
        if before.is_end() {
            // Its deletion may reach the core yet.
            self.is_unsure |= self.is_tried;
            self.overtaken.push(before.id);
        }
        self.is_tried = false;
        self.is_overruled = false;
        self.wished_at_ms = now.moment.monotonic_ms;
        self.kept.wished();
    }

    /// The core may not have any more what it has taken: it is told again, and once more when whatever is under way is over.
    pub fn doubt(&mut self) {
        self.is_unsure = true;
        self.kept.wished();
    }

    /// If it is to be deleted: whether the registration has ended by itself since. Afterwards it is another one, which
    /// somebody else wants.
    pub fn is_over(&self, now: Now) -> bool {
        let ttl_ms = self.kept.ttl_ms();
        let is_lapsed = self.kept.granted().is_some_and(|granted| granted.left_ms(now) <= 0.0);
        let is_long_ago = self.wish.at_ms.is_some_and(|at_ms| now.moment.wall_ms - at_ms > ttl_ms);
        let is_long_known = now.moment.monotonic_ms - self.wished_at_ms > ttl_ms;
        self.wish.is_end() && (is_long_ago || is_long_known || (self.wish.at_ms.is_none() && is_lapsed))
    }

    /// Milliseconds until it is due in a page that can't know whether another one does it: who has not done it before
    /// waits a little for who has.
    fn hesitant_due_ms(&self, now: Now, hesitation: f64) -> f64 {
        let due_ms = self.kept.due_ms(now, true);
        match self.kept.granted() {
            _ if self.is_own => due_ms,
            Some(granted) if self.kept.is_settled() => due_ms + granted.ttl_ms * (0.01 + 0.04 * hesitation),
            _ => due_ms.max(self.wished_at_ms + 5_000.0 + 10_000.0 * hesitation - now.moment.monotonic_ms),
        }
    }

    /// For the application.
    pub fn snapshot(&self, now: Now, is_stopped: bool) -> Snapshot {
        let granted = self.kept.granted();
        let due_ms = match granted {
            Some(granted) if self.kept.is_settled() => granted.refresh_after_ms - granted.age_ms(now),
            _ => 0.0,
        };
        let next_ms = self.kept.due_ms(now, true).max(due_ms);
        let is_awaited = next_ms.is_finite() && !self.is_suspended && !is_stopped;
        Snapshot {
            owner: self.owner.clone(),
            registration: self.wish.registration().clone(),
            in_effect: self.accepted.as_ref().filter(|_| self.kept.left_ms(now) > 0.0).map(|(_, told)| told.clone()),
            state: self.kept.state(now),
            is_suspended: self.is_suspended,
            is_stopped,
            is_ending: self.wish.is_end(),
            expires_at_wall_ms: granted.map(|granted| granted.expires_at_wall_ms()),
            next_refresh_at_wall_ms: is_awaited.then_some(now.moment.wall_ms + next_ms.max(0.0)),
            trouble: self.trouble.clone(),
        }
    }
}

/// When attempts were made, so that there are never more than so many in a second. Not spaced evenly: hidden pages' timers
/// come once a second, and then all of that second's must go.
struct Pace {
    most: usize,
    begun: VecDeque<f64>,
}

impl Pace {
    /// Milliseconds until one more may begin.
    fn wait_ms(&mut self, now: Now) -> f64 {
        let since_ms = now.moment.monotonic_ms - WINDOW_MS;
        while self.begun.front().is_some_and(|&begun| begun <= since_ms) {
            self.begun.pop_front();
        }
        match self.begun.front() {
            Some(first) if self.begun.len() >= self.most => first - since_ms,
            _ => 0.0,
        }
    }
}

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
}

/// What a look led to.
pub struct Look {
    /// To be begun now.
    pub begin: Vec<(String, Attempt)>,
    /// To be told to the application.
    pub events: Vec<(String, Event)>,
    /// Another tab leads, and does not do its work.
    pub overtake: bool,
    /// Milliseconds until the next look.
    pub wait_ms: f64,
}

/// All of them.
pub struct Book {
    /// In the order of their keys.
    entries: Vec<Entry>,
    under_way: usize,
    pace: Pace,
}

impl Book {
    /// An empty one. `max_per_second`: the most attempts in any second.
    pub fn new(max_per_second: usize) -> Self {
        Self { entries: Vec::new(), under_way: 0, pace: Pace { most: max_per_second.max(1), begun: VecDeque::new() } }
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.key.as_str().cmp(key))
    }

    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.place(key).ok().and_then(|place| self.entries.get(place))
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.place(key).ok().and_then(|place| self.entries.get_mut(place))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes the place of one with the same key.
    pub fn insert(&mut self, entry: Entry) {
        match self.place(&entry.key) {
            Ok(place) => {
                if let Some(known) = self.entries.get_mut(place) {
                    *known = entry;
                }
            }
            Err(place) => self.entries.insert(place, entry),
        }
    }

    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let place = self.place(key).ok()?;
        Some(self.entries.remove(place))
    }

    /// A call has ended, whatever came of it. True if none is left.
    pub fn ended(&mut self) -> bool {
        self.under_way = self.under_way.saturating_sub(1);
        self.under_way == 0
    }

    /// Looks at all of them.
    pub fn look(&mut self, now: Now, stand: Stand<'_>) -> Look {
        let mut look = Look { begin: Vec::new(), events: Vec::new(), overtake: false, wait_ms: LOOK_MS };
        // What is due, and what is left of it.
        let mut due: Vec<(f64, usize)> = Vec::new();
        for (place, entry) in self.entries.iter_mut().enumerate() {
            if let Some(event) = entry.kept.look(now) {
                look.events.push((entry.key.clone(), event));
            }
            let mut wait_ms = entry.kept.changes_in_ms(now).min(entry.kept.look_ms());
            if !entry.is_suspended && entry.owner.as_deref() == stand.owner && stand.owner.is_some() {
                if stand.is_leading {
                    let due_ms = match stand.hesitation {
                        Some(hesitation) => entry.hesitant_due_ms(now, hesitation),
                        None => entry.kept.due_ms(now, stand.is_online),
                    };
                    if due_ms <= 0.0 {
                        due.push((entry.kept.left_ms(now), place));
                    } else {
                        wait_ms = wait_ms.min(due_ms);
                    }
                } else {
                    let wished_ms = now.moment.monotonic_ms - entry.wished_at_ms;
                    let overtaken_in_ms = entry.kept.overtaken_in_ms(now, stand.silent_ms, wished_ms);
                    look.overtake |= overtaken_in_ms <= 0.0;
                    wait_ms = wait_ms.min(overtaken_in_ms.max(1_000.0));
                }
            }
            look.wait_ms = look.wait_ms.min(wait_ms);
        }
        self.crowd(&due, now, &mut look);
        self.begin(due, now, &mut look);
        look.wait_ms = look.wait_ms.max(1.0);
        look
    }

    /// With more due than a second takes, some may come too late: said at once, and not when they are. Counted by the
    /// second in which they end, because sorting weighs 4 KB in the wasm.
    fn crowd(&mut self, due: &[(f64, usize)], now: Now, look: &mut Look) {
        if due.len() <= self.pace.most {
            return;
        }
        let second = |left_ms: f64| (left_ms / WINDOW_MS).max(0.0) as usize;
        let last = due.iter().map(|(left_ms, _)| second(*left_ms)).max().unwrap_or_default();
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
            let is_late = *left_ms > 0.0 && ahead > self.pace.most * second(*left_ms).max(1);
            if let Some(entry) = self.entries.get_mut(*place).filter(|entry| is_late && entry.kept.granted().is_some())
            {
                entry.kept.crowd();
                if let Some(event) = entry.kept.look(now) {
                    look.events.push((entry.key.clone(), event));
                }
            }
        }
    }

    fn begin(&mut self, mut due: Vec<(f64, usize)>, now: Now, look: &mut Look) {
        while self.under_way < MOST_UNDER_WAY {
            // The one that ends first.
            let next = due.iter().enumerate().min_by(|(_, one), (_, other)| one.0.total_cmp(&other.0));
            let Some(next) = next.map(|(at, _)| at) else { return };
            let wait_ms = self.pace.wait_ms(now);
            if wait_ms > 0.0 {
                look.wait_ms = look.wait_ms.min(wait_ms);
                return;
            }
            let (_, place) = due.swap_remove(next);
            if let Some(entry) = self.entries.get_mut(place) {
                let attempt = entry.kept.begin(now);
                self.under_way += 1;
                self.pace.begun.push_back(now.moment.monotonic_ms);
                look.begin.push((entry.key.clone(), attempt));
            }
        }
        // The end of a call is the next look.
    }
}
