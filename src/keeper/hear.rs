//! What the other tabs tell.

use super::book::Entry;
use super::granted::Granted;
use super::keeping::Keeping;
use super::news::{News, Told};
use super::snapshot::Event;
use super::timing::overdue_after_ms;
use super::wish::{Wish, read_registration};
use crate::seams::{Moment, Platform, Store};

/// Ten years, as for what the core grants.
const LONGEST_MS: f64 = 315_360_000_000.0;

/// The longest that any tab waits between two attempts.
const LONGEST_WAIT_MS: f64 = 700_000.0;

impl<P: Platform, S: Store> Keeping<P, S> {
    /// Another tab's wish.
    pub(super) fn take_wish(&self, key: &str, wish: Wish) {
        self.make_room(key, self.0.owner.borrow().clone().as_ref());
        let owner = self.0.owner.borrow().clone();
        let now = self.now();
        {
            let mut book = self.0.book.borrow_mut();
            match book.get_mut(key) {
                Some(entry) if entry.wish.id == wish.id => return,
                Some(entry) => {
                    entry.replace(wish, now);
                    entry.is_own = false;
                    entry.is_stored = true;
                }
                None => book.insert(Entry { is_stored: true, ..Entry::new(key, owner, wish, now) }),
            }
        }
        self.tell(key, Event::Changed);
        self.0.changed.fire();
    }

    /// What another tab tells.
    pub(super) fn hear(&self, news: News) {
        let now = self.now();
        match news {
            News::Hello { tab } => {
                self.post(&News::Here { tab: self.0.tab.clone() });
                self.meet(tab);
            }
            News::Here { tab } => self.meet(tab),
            News::Bye { tab } => {
                self.0.others.borrow_mut().retain(|other| *other != tab);
                if let Some(roll) = &mut *self.0.roll.borrow_mut() {
                    roll.retain(|other| *other != tab);
                }
            }
            News::Leads => self.hear_leader(),
            News::Wished { key, wish } => {
                if let Some(wish) = Wish::read(&wish, self.0.core.api_version) {
                    self.take_wish(&key, wish);
                }
            }
            News::Tries { key } => {
                self.hear_leader();
                if let Some(entry) = self.0.book.borrow_mut().get_mut(&key) {
                    entry.is_tried = true;
                    entry.kept.heard_try(now);
                }
            }
            News::Granted { key, wish, registration, age_ms, ttl_ms, refresh_after_ms } => {
                self.hear_leader();
                // Other scripts of the origin can post, too: nothing they say puts a refresh off for good.
                let age_ms = age_ms.clamp(0.0, LONGEST_MS);
                let ttl_ms = ttl_ms.clamp(1.0, LONGEST_MS);
                // `clamp` with limits that are not constant brings along what writes fractions: 15 KB.
                let refresh_after_ms = refresh_after_ms.max(0.0).min(overdue_after_ms(ttl_ms));
                let Moment { wall_ms, monotonic_ms, page } = now.moment;
                let sent = Moment { wall_ms: wall_ms - age_ms, monotonic_ms: monotonic_ms - age_ms, page };
                let granted = Granted::of(sent, ttl_ms, refresh_after_ms, now);
                let version = self.0.core.api_version;
                let registration = registration.and_then(|text| read_registration(&text, &key, version));
                let mut overtaken = Vec::new();
                let event = self.0.book.borrow_mut().get_mut(&key).and_then(|entry| {
                    entry.trouble = None;
                    entry.is_own = false;
                    entry.is_unsure = false;
                    let (is_current, was_settled) = (entry.wish.id == wish, entry.kept.is_settled());
                    let event = entry.adopt(granted, &wish, registration, now);
                    if is_current && !entry.wish.is_end() {
                        overtaken = std::mem::take(&mut entry.overtaken);
                    } else if was_settled && event.is_some() {
                        // The core was told of an older wish after this one.
                        entry.kept.wished();
                    }
                    event
                });
                self.overtake(overtaken);
                if let Some(event) = event {
                    self.tell(&key, event);
                }
                self.0.changed.fire();
            }
            News::Failed { key, wait_ms, ago_ms, trouble } => {
                self.hear_leader();
                let (wait_ms, ago_ms) = (wait_ms.clamp(0.0, LONGEST_WAIT_MS), ago_ms.clamp(0.0, LONGEST_WAIT_MS));
                let event = self.0.book.borrow_mut().get_mut(&key).map(|entry| {
                    entry.kept.heard_failed(wait_ms, ago_ms, now);
                    entry.kept.look(now)
                });
                if let Some(event) = event {
                    self.tell_trouble(&key, event.unwrap_or(Event::Changed), trouble.trouble());
                }
            }
            News::Rejected { key, wish, trouble } => {
                self.hear_leader();
                let is_current = self.0.book.borrow_mut().get_mut(&key).is_some_and(|entry| {
                    let is_current = entry.wish.id == wish;
                    if is_current {
                        entry.kept.rejected();
                        entry.is_stored = false;
                    }
                    is_current
                });
                if is_current {
                    self.tell_trouble(&key, Event::Rejected, trouble.trouble());
                }
            }
            News::Gone { key, wish, trouble, wait_ms } => {
                let wait_ms = wait_ms.map(|wait_ms| wait_ms.clamp(0.0, LONGEST_WAIT_MS));
                self.hear_gone(&key, wish, trouble.map(Told::trouble), wait_ms);
            }
            News::Late { key, wish, trouble } => self.hear_late(&key, &wish, trouble.map(Told::trouble)),
        }
    }

    fn meet(&self, tab: String) {
        if let Some(roll) = &mut *self.0.roll.borrow_mut()
            && !roll.contains(&tab)
        {
            roll.push(tab.clone());
        }
        let mut others = self.0.others.borrow_mut();
        if !others.contains(&tab) {
            others.push(tab);
        }
    }
}
