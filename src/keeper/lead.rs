//! Which tab makes the calls: the one that holds a Web Lock. Where there are none every tab does, and what they tell each
//! other keeps them from doing it twice.

use super::calls::CallLimits;
use super::keeping::Keeping;
use super::news::News;
use super::timing::LEAST_MS;
use super::wish::What;
use crate::seams::{Held, Leaving, NoLocks, Platform, Store};
use futures_util::FutureExt;
use futures_util::future::{Either, pending, select};
use std::pin::pin;
use std::rc::Rc;

/// How long other tabs, hidden ones too, may take to answer.
const ANSWER_MS: f64 = 3_000.0;

impl<P: Platform, S: Store> Keeping<P, S> {
    /// Makes the calls for `owner` whenever it is this tab's turn.
    pub(super) fn lead_as(&self, era: u64, owner: &str) {
        if !self.0.is_shared.get() {
            self.set_leading(true);
            return;
        }
        self.hear_leader();
        let names = self.names_of(owner);
        let keeping = self.clone();
        self.0.platform.spawn(async move { keeping.lead(era, &names.lock).await }.boxed_local());
    }

    async fn lead(&self, era: u64, name: &str) {
        let is_over = || self.0.era.get() != era || self.0.is_closed.get();
        let mut has_held = false;
        while !is_over() {
            let (halted, deposed, changed) = (self.0.halted.next(), self.0.deposed.next(), self.0.changed.next());
            if self.0.is_away.get() {
                // Until the page is back.
                select(changed, halted).await;
                continue;
            }
            // A page that goes away while it waits must not be given the lock when it is frozen.
            let Either::Left((held, _)) = select(pin!(self.lock(name)), select(halted, deposed)).await else {
                continue;
            };
            if is_over() || self.0.is_away.get() {
                continue;
            }
            let Ok(held) = held else {
                if has_held {
                    // There are locks: this page just could not have one.
                    self.0.platform.sleep(LEAST_MS).await;
                    continue;
                }
                self.0.hesitation.set(Some(self.0.platform.fraction()));
                self.set_leading(true);
                self.0.changed.fire();
                return;
            };
            has_held = true;
            let (halted, yields) = (self.0.halted.next(), self.0.yields.next());
            self.begin_to_lead(era).await;
            let is_yielded = {
                let lost = pin!(held.lost());
                match select(select(lost, yields), halted).await {
                    Either::Right(_) => false,
                    Either::Left((Either::Left(_), _)) => {
                        self.end_to_lead();
                        false
                    }
                    Either::Left((Either::Right(_), _)) => true,
                }
            };
            if is_yielded {
                self.set_leading(false);
                drop(held);
                // Who waits for it gets it before this tab asks again.
                self.0.platform.turn().await;
            }
        }
    }

    /// Waits for the lock, or takes it from a tab that has it and does nothing.
    async fn lock(&self, name: &str) -> Result<P::Held, NoLocks> {
        let platform = &self.0.platform;
        let overtakes = self.0.overtakes.next();
        match select(pin!(platform.lock(name, false)), overtakes).await {
            Either::Left((held, _)) => held,
            Either::Right(_) => platform.lock(name, true).await,
        }
    }

    async fn begin_to_lead(&self, era: u64) {
        self.post(&News::Leads);
        // What others did that this tab did not hear of.
        self.load().await;
        self.drop_over().await;
        if self.0.era.get() != era || self.0.is_away.get() {
            return;
        }
        self.hear_leader();
        self.set_leading(true);
        self.0.changed.fire();
        let keeping = self.clone();
        self.0.platform.spawn(async move { keeping.call_the_roll(era).await }.boxed_local());
    }

    /// Who crashed has not said that it goes, and not every browser passes on what a page says that goes.
    async fn call_the_roll(self, era: u64) {
        self.0.roll.replace(Some(Vec::new()));
        self.post(&News::Hello { tab: self.0.tab.clone() });
        self.0.platform.sleep(ANSWER_MS).await;
        if self.0.era.get() == era
            && let Some(here) = self.0.roll.take()
        {
            self.0.others.replace(here);
        }
    }

    /// Somebody else leads: what this tab has under way ends.
    fn end_to_lead(&self) {
        self.set_leading(false);
        self.hear_leader();
        self.0.deposed.fire();
        self.0.changed.fire();
    }

    pub(super) fn hear_leader(&self) {
        self.0.heard_at_ms.set(self.now().moment.monotonic_ms);
    }

    /// After a failure: if there are other tabs, one of them may have what this one lacks. Not more often than attempts
    /// are made.
    pub(super) fn let_others_try(&self, wait_ms: f64) {
        let now_ms = self.now().moment.monotonic_ms;
        if self.0.others.borrow().is_empty() || now_ms - self.0.yielded_at_ms.get() < wait_ms.max(LEAST_MS) {
            return;
        }
        self.0.yielded_at_ms.set(now_ms);
        // Not before the last call has ended: of two tabs each would make one.
        self.0.yields_soon.set(true);
    }

    /// Follows the page's life: who is frozen, or kept for the back button, does not lead.
    pub(super) async fn live(self) {
        let platform = self.0.platform.clone();
        while !self.0.is_closed.get() {
            let halted = self.0.halted.next();
            match select(pin!(platform.leaving()), halted).await {
                Either::Right(_) => {}
                Either::Left((Leaving::ForGood, _)) => {
                    self.post(&News::Bye { tab: self.0.tab.clone() });
                    self.delete_at_last();
                }
                Either::Left((Leaving::ForAWhile, _)) => {
                    self.0.is_away.set(true);
                    self.0.absences.set(self.0.absences.get().wrapping_add(1));
                    // Calls end, and a lock that is held is let go. Who leads without one still does, when it is back.
                    self.0.deposed.fire();
                    self.0.yields.fire();
                    platform.woken().await;
                    self.0.is_away.set(false);
                    self.0.changed.fire();
                }
            }
        }
    }

    /// The page goes, and takes along what was to end with it: unless another tab is there, or another has the lead.
    /// Nobody will know what came of it.
    fn delete_at_last(&self) {
        if !self.0.is_leading.get() || !self.0.others.borrow().is_empty() {
            return;
        }
        let targets: Vec<_> = {
            let (book, owner) = (self.0.book.borrow(), self.0.owner.borrow());
            let own = book.iter().filter(|entry| entry.wish.delete_on_leave && entry.owner == *owner);
            own.filter(|entry| matches!(entry.wish.what, What::Keep(_)))
                .map(|entry| entry.wish.target().clone())
                .collect()
        };
        for target in targets {
            let calls = Rc::clone(&self.0.calls);
            let limits = CallLimits { timeout_ms: None, is_retried: true, outlives_page: true };
            let deleting = async move {
                let _ = calls.delete(&target, limits, pending().boxed_local()).await;
            };
            self.0.platform.spawn(deleting.boxed_local());
        }
    }
}
