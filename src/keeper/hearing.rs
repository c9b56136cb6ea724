//! What the other tabs tell. Other scripts of the origin can post there, too.

use super::grant::Grant;
use super::keeper::Keeper;
use super::message::TabMessage;
use super::snapshot::Change;
use super::timing::overdue_after_ms;
use crate::moment::Moment;

/// Ten years, as for what the core grants.
const LONGEST_MS: f64 = 315_360_000_000.0;

/// The longest that any tab waits between two attempts.
const LONGEST_WAIT_MS: f64 = 700_000.0;

impl<E: Clone> Keeper<E> {
    pub(super) fn hear(&mut self, message: TabMessage<E>) {
        let now = self.now;
        match message {
            TabMessage::Hello { tab } => {
                self.post(TabMessage::Here { tab: self.tab.clone() });
                self.meet(tab);
            }
            TabMessage::Here { tab } => self.meet(tab),
            TabMessage::Bye { tab } => {
                self.others.retain(|other| *other != tab);
                if let Some((_, here)) = &mut self.roll {
                    here.retain(|other| *other != tab);
                }
            }
            TabMessage::Leads => self.hear_leader(),
            TabMessage::Desired { key, desired } => self.take_desired(&key, desired),
            TabMessage::Tries { key } => {
                self.hear_leader();
                if let Some(kept) = self.schedule.get_mut(&key) {
                    kept.is_tried = true;
                    kept.state.heard_try(now);
                }
            }
            TabMessage::Granted { .. } => self.hear_granted(message),
            TabMessage::Failed { key, wait_ms, ago_ms, trouble } => {
                self.hear_leader();
                if let Some(kept) = self.schedule.get_mut(&key) {
                    kept.state.heard_failed(heeded(wait_ms), heeded(ago_ms), now);
                    let change = kept.state.look(now).unwrap_or(Change::Changed);
                    self.tell_trouble(&key, change, trouble);
                }
            }
            TabMessage::Rejected { key, id, trouble } => {
                self.hear_leader();
                if let Some(kept) = self.schedule.get_mut(&key).filter(|kept| kept.desired.id == id) {
                    kept.state.rejected();
                    kept.is_stored = false;
                    self.tell_trouble(&key, Change::Rejected, trouble);
                }
            }
            TabMessage::Gone { key, id, trouble, wait_ms } => {
                self.hear_gone(&key, id, trouble, wait_ms.map(heeded));
            }
            TabMessage::Late { key, id, trouble } => self.hear_late(&key, id, trouble),
        }
    }

    fn hear_granted(&mut self, message: TabMessage<E>) {
        let TabMessage::Granted { key, id, registration, age_ms, ttl_ms, refresh_after_ms } = message else { return };
        self.hear_leader();
        self.changed();
        let now = self.now;
        // Nothing that anybody says puts a refresh off for good.
        let age_ms = age_ms.clamp(0.0, LONGEST_MS);
        let ttl_ms = ttl_ms.clamp(1.0, LONGEST_MS);
        // `clamp` with limits that are not constant brings along what writes fractions: 15 KB.
        let refresh_after_ms = refresh_after_ms.max(0.0).min(overdue_after_ms(ttl_ms));
        let Moment { wall_ms, monotonic_ms, page } = now.moment;
        let sent = Moment { wall_ms: wall_ms - age_ms, monotonic_ms: monotonic_ms - age_ms, page };
        let grant = Grant::of(sent, ttl_ms, refresh_after_ms, now);
        let Some(kept) = self.schedule.get_mut(&key) else { return };
        kept.trouble = None;
        kept.is_own = false;
        kept.is_unsure = false;
        let (is_current, was_settled) = (kept.desired.id == id, kept.state.is_settled());
        let change = kept.adopt(grant, &id, registration, now);
        if is_current && !kept.desired.is_deletion {
            let overtaken = std::mem::take(&mut kept.overtaken);
            self.overtake(overtaken);
        } else if was_settled && change.is_some() {
            // The core was told of something older after what is desired now.
            kept.state.desired();
        }
        if let Some(change) = change {
            self.tell(&key, change);
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

fn heeded(wait_ms: f64) -> f64 {
    wait_ms.clamp(0.0, LONGEST_WAIT_MS)
}
