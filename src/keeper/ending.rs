//! Keeping no more: leaving a registration to end by itself, or deleting it, which whoever leads does.

use super::book::Entry;
use super::keeping::{Keeping, random_name};
use super::news::News;
use super::snapshot::Trouble;
use super::wish::{What, Wish, key_of};
use crate::breakout::Registration;
use crate::error::Kind;
use crate::oauth::{AuthCode, AuthError};
use crate::seams::{Platform, Store};
use futures_util::future::{Either, select};
use std::pin::pin;

/// How long somebody waits for another tab to delete a registration.
const DELETE_MS: f64 = 45_000.0;

/// How many ended deletions are remembered for those who wait for them.
const REMEMBERED: usize = 64;

impl<P: Platform, S: Store> Keeping<P, S> {
    /// Keeps the number of `registration` no more. `delete`: and deletes it at the core, which whoever leads does; returns
    /// the name of that wish, for `gone`. `is_awaited`: this page is about to want it again, which takes the place of what
    /// is wanted now.
    pub async fn stop(
        &self,
        registration: Registration,
        delete: bool,
        is_awaited: bool,
    ) -> Result<Option<String>, Trouble> {
        self.ready().await;
        if self.0.is_closed.get() && !self.0.is_ready.get() {
            // It was closed before it was known whose registrations these are. The next page must not go on with them.
            let owner = self.0.owners.owner().await;
            self.0.owner.replace(self.called(owner).name);
        }
        if is_awaited {
            self.catch_up().await;
        }
        let key = key_of(&registration.target);
        let known =
            self.0.book.borrow().get(&key).map(|entry| (entry.owner.clone(), entry.wish.clone(), entry.is_suspended));
        let now_there = self.0.owner.borrow().clone();
        let (owner, wish, is_suspended) = match known {
            Some((owner, wish, is_suspended)) => (owner, Some(wish), is_suspended),
            None => (now_there.clone(), None, now_there.is_none()),
        };
        let is_ending = wish.as_ref().is_some_and(Wish::is_end);
        if !delete {
            let is_owners = owner == now_there.or_else(|| self.0.last_owner.borrow().clone());
            // A deletion is not given up by who only keeps it no more.
            let stays = is_ending || (is_awaited && is_owners);
            if !stays {
                self.leave(&key, is_suspended).await;
            }
            return Ok(None);
        }
        if let Some(wish) = wish.as_ref().filter(|wish| is_ending && !is_suspended && !self.is_settled(&wish.id)) {
            return Ok(Some(wish.id.clone()));
        }
        if is_suspended {
            self.leave(&key, is_suspended).await;
            return Err(Trouble::Own(nobody().into()));
        }
        let registration = wish.map_or(registration, |wish| wish.registration().clone());
        let (id, at_ms) = (random_name(&self.0.platform), Some(self.now().moment.wall_ms));
        let ending = Wish { id: id.clone(), what: What::Delete(registration), delete_on_leave: false, at_ms };
        self.wish(&key, owner, ending).await;
        if self.0.is_closed.get() {
            // Other tabs find it in the store.
            self.settle(&id, Some(Trouble::Own(closed().into())));
            self.end(&key, None);
        }
        Ok(Some(id))
    }

    /// Deletes what is kept under `key`, and waits for that.
    pub async fn delete(&self, key: &str) -> Result<(), Trouble> {
        let registration = self.0.book.borrow().get(key).map(|entry| entry.wish.registration().clone());
        let Some(registration) = registration else { return Ok(()) };
        match self.stop(registration, true, false).await? {
            Some(id) => self.gone(&id).await,
            None => Ok(()),
        }
    }

    /// It ends at the core by itself.
    async fn leave(&self, key: &str, is_suspended: bool) {
        let wish = self.0.book.borrow().get(key).map(|entry| entry.wish.id.clone());
        self.erase(key).await;
        if !is_suspended {
            self.post(&News::Gone { key: key.to_owned(), wish, trouble: None, wait_ms: None });
        }
        self.end(key, None);
    }

    /// Waits for what becomes of the wish to delete that is called `id`.
    pub async fn gone(&self, id: &str) -> Result<(), Trouble> {
        let found = async {
            loop {
                let changed = self.0.changed.next();
                let found = self.0.gone.borrow().iter().find(|(wish, _)| wish == id).cloned();
                if let Some((_, trouble)) = found {
                    return trouble;
                }
                let is_open = |entry: &Entry| entry.wish.id == id || entry.overtaken.iter().any(|other| other == id);
                if !self.0.book.borrow().iter().any(is_open) {
                    // Of many that end at once not all are remembered.
                    return Some(self.not_deleted());
                }
                changed.await;
            }
        };
        let mut found = pin!(found);
        loop {
            let absences = self.0.absences.get();
            match select(found.as_mut(), pin!(self.0.platform.sleep(DELETE_MS))).await {
                Either::Left((trouble, _)) => return trouble.map_or(Ok(()), Err),
                // Nothing could be done meanwhile.
                Either::Right(_) if self.0.is_away.get() || self.0.absences.get() != absences => {}
                Either::Right(_) => {
                    let message =
                        "No tab has deleted the registration in time. It is tried again until its time is over.";
                    return Err(Trouble::Own(AuthError::new(AuthCode::Timeout, message).into()));
                }
            }
        }
    }

    /// Why a deletion that is wanted no more, and whose outcome is not known, was not made.
    pub(super) fn not_deleted(&self) -> Trouble {
        if self.0.is_closed.get() { Trouble::Own(closed().into()) } else { kept_again() }
    }

    fn is_settled(&self, id: &str) -> bool {
        self.0.gone.borrow().iter().any(|(known, _)| known == id)
    }

    /// What became of the wish to delete that is called `id`, for those who wait for it. What was told first counts.
    pub(super) fn settle(&self, id: &str, trouble: Option<Trouble>) {
        if self.is_settled(id) {
            return;
        }
        let mut gone = self.0.gone.borrow_mut();
        if gone.len() >= REMEMBERED {
            gone.remove(0);
        }
        gone.push((id.to_owned(), trouble));
        drop(gone);
        self.0.changed.fire();
    }

    /// The deletion that is wanted here, if one is, can't be waited for any longer.
    pub(super) fn settle_ending(&self, key: &str, error: AuthError) {
        let id = self.0.book.borrow().get(key).filter(|entry| entry.wish.is_end()).map(|entry| entry.wish.id.clone());
        if let Some(id) = id {
            self.settle(&id, Some(Trouble::Own(error.into())));
        }
    }

    /// The core is told what is wanted instead of these deletions.
    pub(super) fn overtake(&self, overtaken: Vec<String>) {
        for id in overtaken {
            self.settle(&id, Some(kept_again()));
        }
    }
}

pub(super) fn kept_again() -> Trouble {
    let message = "The registration was not deleted, because it is to be kept again.".to_owned();
    Trouble::Told { family: "rpc", code: "superseded".to_owned(), kind: Kind::Aborted, message }
}

pub(super) fn closed() -> AuthError {
    AuthError::new(AuthCode::Aborted, "The client was closed.")
}

pub(super) fn nobody() -> AuthError {
    let message = "Nobody is signed in who could delete it. It ends by itself when its time is over.";
    AuthError::new(AuthCode::SignInRequired, message)
}
