//! What the other tabs tell. Other scripts of the origin can post there, too.

use super::actions::Actions;
use super::desired::key_of;
use super::granted_ttl::Grant;
use super::keeper::Keeper;
use super::message::{TabMessage, Told};
use super::snapshot::Change;
use super::timing::overdue_after_ms;
use crate::breakout::Registration;
use crate::moment::Moment;
use std::rc::Rc;

/// Ten years, as for what the core grants.
const LONGEST_MS: f64 = 315_360_000_000.0;

/// The longest that any tab waits between two attempts.
const LONGEST_WAIT_MS: f64 = 700_000.0;

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    pub(super) fn hear(&mut self, message: TabMessage<E>) {
        let now = self.now;
        let [wait_ms, ago_ms, _] = message.times_ms;
        let (wait_ms, ago_ms) = (heeded(wait_ms), heeded(ago_ms));
        match message.told {
            Told::Hello => {
                self.post_tab(Told::Here);
                return self.meet(message.key);
            }
            Told::Here => return self.meet(message.key),
            Told::Bye => return self.part(&message.key),
            Told::Gone => {
                let TabMessage { key, id, trouble, .. } = message;
                return self.hear_gone(&key, id, trouble, wait_ms);
            }
            Told::Late => {
                let TabMessage { key, id, trouble, .. } = message;
                return self.hear_late(&key, &id.unwrap_or_default(), trouble.as_ref());
            }
            _ => self.hear_leader(),
        }
        let TabMessage { told, key, id, registration, times_ms, trouble } = message;
        let Some(kept) = self.schedule.get_mut(&key) else { return };
        match (told, trouble, wait_ms, ago_ms) {
            (Told::Tries, ..) => {
                kept.is_tried = true;
                kept.state.heard_try(now);
            }
            (Told::Granted, ..) => self.hear_granted(&key, &id.unwrap_or_default(), registration, times_ms),
            (Told::Failed, Some(trouble), Some(wait_ms), Some(ago_ms)) => {
                kept.state.heard_failed(wait_ms, ago_ms, now);
                let change = kept.state.look(now).unwrap_or(Change::Changed);
                self.tell_trouble(&key, change, trouble);
            }
            (Told::Rejected, Some(trouble), ..) if id.as_ref() == Some(&kept.desired.id) => {
                kept.state.rejected();
                kept.is_stored = false;
                kept.is_missing = false;
                self.tell_trouble(&key, Change::Rejected, trouble);
            }
            _ => {}
        }
    }

    fn hear_granted(&mut self, key: &str, id: &str, registration: Option<Rc<Registration>>, times_ms: [f64; 3]) {
        let [age_ms, ttl_ms, refresh_after_ms] = times_ms;
        let now = self.now;
        let is_others = registration.as_ref().is_some_and(|registration| key_of(&registration.target) != key);
        let is_said = !is_others && times_ms.iter().all(|ms| ms.is_finite());
        let Some(kept) = self.schedule.get_mut(key).filter(|_| is_said) else { return };
        // Nothing that anybody says puts a refresh off for good.
        let age_ms = age_ms.clamp(0.0, LONGEST_MS);
        let ttl_ms = ttl_ms.clamp(1.0, LONGEST_MS);
        // `clamp` with limits that are not constant brings along what writes fractions: 15 KB.
        let refresh_after_ms = refresh_after_ms.max(0.0).min(overdue_after_ms(ttl_ms));
        let Moment { wall_ms, monotonic_ms, page } = now.moment;
        let sent = Moment { wall_ms: wall_ms - age_ms, monotonic_ms: monotonic_ms - age_ms, page };
        let grant = Grant::of(sent, ttl_ms, refresh_after_ms, now);
        kept.trouble = None;
        kept.is_own = false;
        kept.is_unsure = false;
        let (is_current, was_settled) = (kept.desired.id == id, kept.state.is_settled());
        let change = kept.adopt(grant, id, registration, now);
        if is_current && !kept.desired.is_deletion {
            let overtaken = std::mem::take(&mut kept.overtaken);
            self.overtake(&overtaken);
        } else if was_settled && change.is_some() {
            // The core was told of something older after what is desired now.
            kept.state.desired();
        }
        if let Some(change) = change {
            self.tell(key, change);
        }
        self.changed();
    }

    fn part(&mut self, tab: &str) {
        self.others.retain(|other| *other != tab);
        if let Some((_, here)) = &mut self.roll {
            here.retain(|other| *other != tab);
        }
    }

    fn meet(&mut self, tab: String) {
        if let Some((_, here)) = &mut self.roll
            && !here.contains(&tab)
        {
            here.push(tab.clone());
        }
        if !self.others.contains(&tab) {
            self.others.push(tab);
        }
    }
}

/// None of a time that nobody says.
fn heeded(ms: f64) -> Option<f64> {
    ms.is_finite().then_some(ms.clamp(0.0, LONGEST_WAIT_MS))
}
