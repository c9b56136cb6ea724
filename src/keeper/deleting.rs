//! Deleting at the core, until it has said yes or the registration's time is over: a page that is frozen, closed or reloaded
//! meanwhile leaves the wish in the store, for itself or another one.

use super::book::Entry;
use super::calls::{CallError, CallLimits};
use super::ending::kept_again;
use super::keeping::Keeping;
use super::news::{News, Told};
use super::snapshot::{Event, Trouble};
use super::wish::Wish;
use crate::breakout::Target;
use crate::error::Kind;
use crate::seams::{Platform, Store};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, pending};

/// A try that has ended.
pub(super) struct Deletion<'a> {
    pub wish: &'a Wish,
    /// The core may have been told before.
    pub is_repeated: bool,
    /// The owner is the same as when it began.
    pub is_ours: bool,
    /// This page leads still.
    pub may_go_on: bool,
}

/// What a try that was not fulfilled means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// It was ended for another reason than its own: whoever leads next tries again.
    Interrupted,
    /// It may work later.
    Passing,
    /// The core, or the application, does not want it.
    Final,
}

fn failure(error: &CallError, may_go_on: bool) -> Failure {
    match (error.family, error.kind) {
        ("rejected" | "invalid", _) => Failure::Final,
        // A call of the application's took its turn: that came later.
        _ if error.is_superseded() => Failure::Final,
        (_, Kind::Aborted) => Failure::Interrupted,
        _ if !may_go_on => Failure::Interrupted,
        ("rpc", Kind::Auth | Kind::Config) => Failure::Final,
        _ => Failure::Passing,
    }
}

impl<P: Platform, S: Store> Keeping<P, S> {
    /// The core deletes what it has: what it took last, as far as that is known, which need not be what was wanted last.
    pub(super) async fn delete_at_core(
        &self,
        key: &str,
        wish: &Wish,
        limits: CallLimits,
        cancelled: LocalBoxFuture<'_, ()>,
    ) -> Result<(), CallError> {
        let wanted = wish.target();
        let accepted: Option<Target> = {
            let book = self.0.book.borrow();
            let accepted = book.get(key).and_then(|entry| entry.accepted.as_ref());
            accepted.map(|(_, registration)| registration.target.clone()).filter(|accepted| accepted != wanted)
        };
        let Some(accepted) = accepted else { return self.0.calls.delete(wanted, limits, cancelled).await };
        match self.0.calls.delete(&accepted, limits, cancelled).await {
            // The answer to what it was told after that may be lost.
            Err(error) if error.is_rejection() && !self.is_overruled(key) => {
                self.0.calls.delete(wanted, limits, pending().boxed_local()).await
            }
            result => result,
        }
    }

    /// The core has answered, or nobody has.
    pub(super) async fn deleted(&self, key: &str, deletion: Deletion<'_>, result: Result<(), CallError>) {
        let Deletion { wish, is_repeated, is_ours, may_go_on } = deletion;
        let error = match result {
            Ok(()) => None,
            // An earlier try, whose answer nobody has heard, has deleted it.
            Err(error) if error.is_rejection() && is_repeated => None,
            Err(error) => Some(error),
        };
        let failure =
            error.as_ref().map(|error| if self.is_overruled(key) { Failure::Final } else { failure(error, may_go_on) });
        if !self.is_current(key, &wish.id) {
            return self.deleted_late(key, wish, error, failure, is_ours);
        }
        let is_over = self.0.book.borrow().get(key).is_none_or(|entry| entry.is_over(self.now()));
        match (error, failure) {
            (Some(_), Some(Failure::Interrupted)) => {}
            (Some(error), Some(Failure::Passing)) if !is_over => self.delete_later(key, wish, error),
            (error, _) => {
                // Another tab may want the number again, and this one have slept through it.
                let newer = self.forget(key, &wish.id).await;
                if let Some(newer) = newer.filter(|_| is_ours && self.is_current(key, &wish.id)) {
                    self.take_wish(key, newer);
                    if let Some(entry) = self.0.book.borrow_mut().get_mut(key) {
                        entry.is_tried = true;
                    }
                }
                if !self.is_current(key, &wish.id) {
                    return self.deleted_late(key, wish, error, failure, is_ours);
                }
                if error.is_none() {
                    self.forget_deleted(key);
                }
                if is_ours {
                    let trouble = error.as_ref().map(Told::of);
                    let wish = Some(wish.id.clone());
                    self.post(&News::Gone { key: key.to_owned(), wish, trouble, wait_ms: None });
                }
                self.end(key, error.map(Trouble::Own));
            }
        }
    }

    /// The application registers the number of `key` by a call of its own: that came later than a wish to delete it, which
    /// is not tried again. What is under way ends before that call begins.
    /// `id`: only that wish; it was found in the store.
    pub async fn overrule(&self, key: &str, id: Option<&str>) {
        if !self.0.is_ready.get() {
            // What is stored is not known yet.
            self.ready().await;
        }
        let id = {
            let mut book = self.0.book.borrow_mut();
            let is_meant = |entry: &&mut Entry| entry.wish.is_end() && id.is_none_or(|id| entry.wish.id == id);
            let Some(entry) = book.get_mut(key).filter(is_meant) else { return };
            entry.is_overruled = true;
            // A try that has begun looks at this before it sends anything, and ends the wish when it is over.
            if entry.kept.is_under_way() {
                return;
            }
            entry.wish.id.clone()
        };
        self.drop_overruled(key, &id).await;
    }

    pub(super) fn is_overruled(&self, key: &str) -> bool {
        self.0.book.borrow().get(key).is_some_and(|entry| entry.is_overruled)
    }

    /// It is not deleted: the application has registered it since.
    pub(super) async fn drop_overruled(&self, key: &str, id: &str) {
        let trouble = kept_again();
        let told = Told::of_trouble(&trouble);
        self.end(key, Some(trouble));
        self.forget(key, id).await;
        self.post(&News::Gone { key: key.to_owned(), wish: Some(id.to_owned()), trouble: Some(told), wait_ms: None });
    }

    /// It is tried again. Whoever waits for it is told what came in the way, and is done with it.
    fn delete_later(&self, key: &str, wish: &Wish, error: CallError) {
        let (random, now) = (self.0.platform.fraction(), self.now());
        let wait_ms = {
            let mut book = self.0.book.borrow_mut();
            let Some(entry) = book.get_mut(key) else { return };
            entry.kept.failed(error.retry_after_ms, random, now)
        };
        if error.is_auth() {
            self.0.doubts.fire();
        }
        let (key_, id) = (key.to_owned(), Some(wish.id.clone()));
        self.post(&News::Gone { key: key_, wish: id, trouble: Some(Told::of(&error)), wait_ms: Some(wait_ms) });
        self.tell_stopped(key, Some(Trouble::Own(error)));
        self.let_others_try(wait_ms);
    }

    /// The application is told that it is kept no more; the deletion goes on.
    pub(super) fn tell_stopped(&self, key: &str, trouble: Option<Trouble>) {
        let now = self.now();
        let told = self.0.book.borrow_mut().get_mut(key).map(|entry| {
            entry.trouble.clone_from(&trouble);
            (entry.wish.id.clone(), entry.snapshot(now, true))
        });
        let Some((id, snapshot)) = told else { return };
        self.settle(&id, trouble);
        (self.0.listeners.on_event)(key, Event::Stopped, &snapshot);
    }

    /// A try ends when the number is wanted again already. What the core has now is not known if it may have been told of
    /// the newer wish before: then it is told again.
    fn deleted_late(&self, key: &str, wish: &Wish, error: Option<CallError>, failure: Option<Failure>, is_ours: bool) {
        if failure != Some(Failure::Final) {
            if let Some(entry) = self.0.book.borrow_mut().get_mut(key).filter(|entry| !entry.wish.is_end()) {
                match failure {
                    // It is over, and the newer wish comes after it.
                    None if !entry.is_tried => entry.is_unsure = false,
                    _ => entry.doubt(),
                }
            }
            let trouble = match (&error, failure) {
                (Some(error), Some(Failure::Passing)) => Some(Told::of(error)),
                (None, _) => None,
                _ => Some(Told::of_trouble(&kept_again())),
            };
            if is_ours {
                self.post(&News::Late { key: key.to_owned(), wish: wish.id.clone(), trouble });
            }
        }
        let trouble = match failure {
            Some(Failure::Interrupted) => Some(self.not_deleted()),
            _ => error.map(Trouble::Own),
        };
        self.settle(&wish.id, trouble);
        self.0.changed.fire();
    }

    /// Another tab tells that what was wanted is no more: `id` is the wish that it knew. Versions up to 0.1.0 do not say.
    pub(super) fn hear_gone(&self, key: &str, id: Option<String>, trouble: Option<Trouble>, wait_ms: Option<f64>) {
        let Some(current) = self.0.book.borrow().get(key).map(|entry| entry.wish.id.clone()) else {
            if let Some(id) = id {
                self.settle(&id, trouble);
            }
            return;
        };
        match (id, wait_ms) {
            (Some(id), _) if id != current => self.hear_late(key, &id, trouble),
            (Some(_), Some(wait_ms)) => {
                let now = self.now();
                if let Some(entry) = self.0.book.borrow_mut().get_mut(key) {
                    entry.kept.heard_failed(wait_ms, 0.0, now);
                }
                self.tell_stopped(key, trouble);
            }
            (None, _) if self.is_mistaken(key) => {
                self.doubt(key);
                self.store_again(key);
            }
            _ => {
                if trouble.is_none() {
                    self.forget_deleted(key);
                }
                self.end(key, trouble);
            }
        }
    }

    /// What another tab did for an older wish does not count, but the core may have been told of it after the newer one.
    pub(super) fn hear_late(&self, key: &str, id: &str, trouble: Option<Trouble>) {
        self.settle(id, trouble);
        self.doubt(key);
    }

    fn doubt(&self, key: &str) {
        let is_told = {
            let mut book = self.0.book.borrow_mut();
            let entry = book.get_mut(key).filter(|entry| !entry.wish.is_end() && entry.is_tried);
            entry.map(Entry::doubt).is_some()
        };
        if is_told {
            self.0.changed.fire();
        }
    }

    /// Whether a tab that does not say which wish it means can't mean the one that is wanted here: that is so new that it
    /// does not know it, or came while a deletion was under way.
    fn is_mistaken(&self, key: &str) -> bool {
        let mut book = self.0.book.borrow_mut();
        let Some(entry) = book.get_mut(key).filter(|entry| !entry.wish.is_end()) else { return false };
        std::mem::take(&mut entry.is_after_deletion) || (entry.is_own && !entry.kept.is_settled())
    }

    /// That tab has removed it from the store.
    fn store_again(&self, key: &str) {
        let wish = self.0.book.borrow().get(key).map(|entry| entry.wish.clone());
        if let Some(wish) = wish {
            let (keeping, key) = (self.clone(), key.to_owned());
            let work = async move {
                keeping.store_wish(&key, &wish).await;
            };
            self.0.platform.spawn(work.boxed_local());
        }
    }
}
