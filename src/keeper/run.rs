//! Carrying out what the book decides: one timer, and the calls.

use super::book::Stand;
use super::calls::{CallError, CallLimits, Registered};
use super::deleting::Deletion;
use super::granted::Granted;
use super::keeping::Keeping;
use super::kept::Attempt;
use super::news::{News, Told};
use super::pulse::Now;
use super::snapshot::{Event, Trouble};
use super::wish::{What, Wish, read_granted, write_granted};
use crate::error::Kind;
use crate::seams::{Platform, Store};
use futures_util::FutureExt;
use futures_util::future::select;
use std::pin::pin;

/// By then a deletion that a page made when it went has arrived.
const UNSURE_MS: f64 = 10_000.0;

impl<P: Platform, S: Store> Keeping<P, S> {
    /// Looks at the book whenever something has changed, or something is due.
    pub(super) async fn run(self) {
        let platform = self.0.platform.clone();
        while !self.0.is_closed.get() {
            let changed = self.0.changed.next();
            let wait_ms = self.look();
            // A timer that is set in a timer's own task, and that in another one's, is one of those that browsers slow
            // down to one a minute in hidden pages. This one is set in a task of its own.
            platform.turn().await;
            if self.0.book.borrow().is_empty() {
                // Nothing is kept, and no process need live for it.
                changed.await;
                continue;
            }
            let rest = pin!(platform.sleep(wait_ms));
            select(pin!(platform.woken()), select(rest, changed)).await;
        }
    }

    /// Begins what is due, and returns when to look again.
    fn look(&self) -> f64 {
        let now = self.now();
        let owner = self.0.owner.borrow().clone();
        let stand = Stand {
            owner: owner.as_deref().filter(|_| self.0.is_ready.get()),
            is_leading: self.0.is_leading.get() && !self.0.is_away.get() && !self.0.yields_soon.get(),
            is_online: self.0.platform.is_online(),
            hesitation: self.0.hesitation.get(),
            silent_ms: now.moment.monotonic_ms - self.0.heard_at_ms.get(),
        };
        let look = self.0.book.borrow_mut().look(now, stand);
        for (key, event) in look.events {
            self.tell(&key, event);
        }
        for (key, attempt) in look.begin {
            let keeping = self.clone();
            self.0.platform.spawn(async move { keeping.attempt(key, attempt).await }.boxed_local());
        }
        if look.overtake && !self.0.is_away.get() && !self.0.is_leading.get() {
            self.hear_leader();
            self.0.overtakes.fire();
        }
        look.wait_ms
    }

    async fn attempt(self, key: String, attempt: Attempt) {
        let deposed = self.0.deposed.next();
        let halted = self.0.halted.next();
        let era = self.0.era.get();
        let began = self.now();
        let wish = self.0.book.borrow().get(&key).map(|entry| entry.wish.clone());
        let may_go_on = || self.0.era.get() == era && self.0.is_leading.get() && !self.0.is_closed.get();
        if let Some(wish) = wish.filter(|_| may_go_on())
            && self.is_news(&key, &wish).await
            && self.is_last_word(&key, &wish).await
            && may_go_on()
            && !self.gave_way(&key, &wish).await
        {
            self.post(&News::Tries { key: key.clone() });
            let is_repeated = self.begin_attempt(&key, &wish);
            let cancelled = select(deposed, halted).map(|_| ()).boxed_local();
            let Attempt { timeout_ms, is_first } = attempt;
            let limits = CallLimits { timeout_ms: Some(timeout_ms), is_retried: is_first, outlives_page: false };
            match &wish.what {
                What::Keep(registration) => {
                    let result = self.0.calls.upsert(registration, limits, cancelled).await;
                    self.upserted(&key, &wish, result, began, may_go_on()).await;
                }
                What::Delete(_) => {
                    let limits = CallLimits { timeout_ms: None, ..limits };
                    let result = self.delete_at_core(&key, &wish, limits, cancelled).await;
                    let is_same_era = self.0.era.get() == era;
                    let deletion = Deletion { wish: &wish, is_repeated, is_ours: is_same_era, may_go_on: may_go_on() };
                    self.deleted(&key, deletion, result).await;
                }
            }
        }
        self.put_off(&key);
        let is_idle = self.0.book.borrow_mut().ended();
        if is_idle && self.0.yields_soon.replace(false) {
            self.0.yields.fire();
        }
        self.0.changed.fire();
    }

    /// A deletion is not made in the turn in which it was wished: what the page says next may take its place.
    async fn is_last_word(&self, key: &str, wish: &Wish) -> bool {
        if !wish.is_end() {
            return true;
        }
        self.0.platform.turn().await;
        self.is_current(key, &wish.id)
    }

    /// A deletion is not made if the application has registered the number since: its call comes first, and this one would
    /// come after it.
    async fn gave_way(&self, key: &str, wish: &Wish) -> bool {
        if !wish.is_end() || !self.is_overruled(key) {
            return false;
        }
        self.drop_overruled(key, &wish.id).await;
        true
    }

    /// Notes that the core is told of `wish`. Deletions that it took the place of are not made any more.
    /// True if the core may have been told before.
    fn begin_attempt(&self, key: &str, wish: &Wish) -> bool {
        let (is_repeated, overtaken) = {
            let mut book = self.0.book.borrow_mut();
            let Some(entry) = book.get_mut(key).filter(|entry| entry.wish.id == wish.id) else { return true };
            let is_repeated = std::mem::replace(&mut entry.is_tried, true);
            (is_repeated, if wish.is_end() { Vec::new() } else { std::mem::take(&mut entry.overtaken) })
        };
        self.overtake(overtaken);
        is_repeated
    }

    /// Whatever became of an attempt, it is over.
    fn put_off(&self, key: &str) {
        if let Some(entry) = self.0.book.borrow_mut().get_mut(key) {
            entry.kept.put_off();
        }
    }

    /// Whether the core is still to be told. Another tab may have done it, or want it otherwise, while this one was frozen.
    async fn is_news(&self, key: &str, wish: &Wish) -> bool {
        let Some(owner) = self.0.owner.borrow().clone().filter(|_| self.0.is_shared.get()) else { return true };
        let (names, store, era) = (self.names_of(&owner), self.store_of(&owner), self.0.era.get());
        let stored = store.get(&[&names.wishes, key].concat()).await;
        let granted = store.get(&[&names.grants, key].concat()).await;
        if self.0.era.get() != era {
            return false;
        }
        let Ok(stored) = stored else { return true };
        let is_stored = self.0.book.borrow().get(key).is_some_and(|entry| entry.is_stored);
        let Some(stored) = stored else {
            let is_stopped = is_stored;
            if is_stopped {
                self.end(key, None);
            }
            return !is_stopped;
        };
        if let Some(stored) =
            Wish::read(&stored, self.0.core.api_version).filter(|stored| is_stored && stored.id != wish.id)
        {
            self.take_wish(key, stored);
            return false;
        }
        if self.0.book.borrow().get(key).is_some_and(|entry| entry.is_unsure) {
            return true;
        }
        let now = self.now();
        let version = self.0.core.api_version;
        let granted = granted.ok().flatten().and_then(|text| read_granted(&text, now, version));
        let event = granted.and_then(|stored| {
            let mut book = self.0.book.borrow_mut();
            book.get_mut(key)?.adopt(stored.granted, &stored.wish, stored.registration, now)
        });
        if let Some(event) = event {
            self.tell(key, event);
        }
        let book = self.0.book.borrow();
        book.get(key).is_some_and(|entry| entry.kept.is_called_for(now))
    }

    async fn upserted(
        &self,
        key: &str,
        wish: &Wish,
        result: Result<Registered, CallError>,
        began: Now,
        is_leading: bool,
    ) {
        let now = self.now();
        match result {
            Ok(registered) => {
                let random = self.0.platform.fraction();
                let granted = Granted::new(registered.sent_at, registered.ttl_seconds * 1000.0, random, now);
                self.granted(key, wish, granted, now).await;
            }
            // Not for its own sake: the owner changed, the lead went, or a call of the application's took its turn.
            Err(error) if error.kind == Kind::Aborted || !is_leading => {}
            Err(error) if error.is_rejection() => {
                let is_current = self.0.book.borrow_mut().get_mut(key).is_some_and(|entry| {
                    let is_current = entry.wish.id == wish.id;
                    if is_current {
                        entry.kept.rejected();
                        entry.is_stored = false;
                    }
                    is_current
                });
                if is_current {
                    // Not again after a reload.
                    self.forget(key, &wish.id).await;
                    let (key_, wish) = (key.to_owned(), wish.id.clone());
                    self.post(&News::Rejected { key: key_, wish, trouble: Told::of(&error) });
                    self.tell_trouble(key, Event::Rejected, Trouble::Own(error));
                }
            }
            Err(error) => self.failed(key, error, began, now),
        }
    }

    async fn granted(&self, key: &str, wish: &Wish, mut granted: Granted, now: Now) {
        let event = self.0.book.borrow_mut().get_mut(key).map(|entry| {
            if std::mem::take(&mut entry.is_unsure) {
                granted.refresh_after_ms = granted.refresh_after_ms.min(UNSURE_MS);
            }
            entry.trouble = None;
            entry.is_own = true;
            entry.accept(&wish.id, Some(wish.registration().clone()));
            entry.kept.succeeded(granted, entry.wish.id == wish.id, now)
        });
        // Somebody stopped it meanwhile, and everybody knows.
        let Some(event) = event else { return };
        let owner = self.0.owner.borrow().clone();
        if let Some(owner) = owner {
            let name = [&self.names_of(&owner).grants, key].concat();
            let _ = self.store_of(&owner).set(&name, &write_granted(&granted, &wish.id, wish.registration())).await;
        }
        self.post(&News::granted(key, wish, &granted, self.now()));
        self.tell(key, event);
    }

    fn failed(&self, key: &str, error: CallError, began: Now, now: Now) {
        let random = self.0.platform.fraction();
        let failed = self.0.book.borrow_mut().get_mut(key).map(|entry| {
            let wait_ms = entry.kept.failed(error.retry_after_ms, random, now);
            (wait_ms, entry.kept.look(now))
        });
        let Some((wait_ms, event)) = failed else { return };
        if error.is_auth() {
            self.0.doubts.fire();
        }
        let ago_ms = now.moment.monotonic_ms - began.moment.monotonic_ms;
        self.post(&News::Failed { key: key.to_owned(), wait_ms, ago_ms, trouble: Told::of(&error) });
        self.tell_trouble(key, event.unwrap_or(Event::Changed), Trouble::Own(error));
        self.let_others_try(wait_ms);
    }
}
