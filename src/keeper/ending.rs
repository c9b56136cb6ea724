//! Keeping no more: leaving a registration to end by itself, or deleting it, which whoever leads does.

use super::keeping::{Keeping, random_name};
use super::news::News;
use super::snapshot::Trouble;
use super::wish::{What, Wish};
use crate::auth::{AuthCode, AuthError};
use crate::error::Kind;
use crate::seams::{Platform, Store};
use futures_util::future::{Either, select};
use std::pin::pin;

/// How long somebody waits for another tab to delete a registration.
const DELETE_MS: f64 = 45_000.0;

impl<P: Platform, S: Store> Keeping<P, S> {
    /// Keeps it no more. `delete`: and deletes it at the core, which whoever leads does; an error is why it could not.
    pub async fn stop(&self, key: &str, delete: bool) -> Result<(), Trouble> {
        self.ready().await;
        let known =
            self.0.book.borrow().get(key).map(|entry| (entry.owner.clone(), entry.wish.clone(), entry.is_suspended));
        let Some((owner, wish, is_suspended)) = known else { return Ok(()) };
        if !delete || is_suspended || self.0.is_closed.get() {
            self.forget(key).await;
            if !is_suspended {
                self.post(&News::Gone { key: key.to_owned(), trouble: None });
            }
            self.end(key, &wish.id, None);
            return if delete { Err(Trouble::Own(nobody().into())) } else { Ok(()) };
        }
        let registration = wish.registration().clone();
        let id = random_name(&self.0.platform);
        let ending = Wish { id: id.clone(), what: What::Delete(registration), delete_on_leave: false };
        self.wish(key, owner, ending).await;
        self.gone(&id).await
    }

    /// What came of the wish to delete.
    async fn gone(&self, id: &str) -> Result<(), Trouble> {
        let found = async {
            loop {
                let changed = self.0.changed.next();
                let found = self.0.gone.borrow().iter().find(|(wish, _)| wish == id).cloned();
                if let Some((_, trouble)) = found {
                    return trouble;
                }
                if self.0.book.borrow().iter().all(|entry| entry.wish.id != id) {
                    return Some(kept_again());
                }
                changed.await;
            }
        };
        match select(pin!(found), pin!(self.0.platform.sleep(DELETE_MS))).await {
            Either::Left((trouble, _)) => trouble.map_or(Ok(()), Err),
            Either::Right(_) => {
                let message = "No tab has deleted the registration in time. It ends by itself when its time is over.";
                Err(Trouble::Own(AuthError::new(AuthCode::Timeout, message).into()))
            }
        }
    }
}

fn kept_again() -> Trouble {
    let message = "The registration was not deleted, because it is to be kept again.".to_owned();
    Trouble::Told { family: "rpc", code: "superseded".to_owned(), kind: Kind::Aborted, message }
}

fn nobody() -> AuthError {
    let message = "Nobody is signed in who could delete it. It ends by itself when its time is over.";
    AuthError::new(AuthCode::SignInRequired, message)
}
