//! Signing out, as far as registrations are concerned: who leaves takes them along.

use super::keeping::Keeping;
use super::wish::Names;
use crate::auth::{AuthError, Owner, Session, SignOut, SignedOut};
use crate::seams::{Platform, Store};
use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture, select};
use std::cell::RefCell;
use std::pin::pin;
use std::rc::Weak;

/// How long the deletions may take.
const DELETE_MS: f64 = 30_000.0;

/// Somebody who keeps registrations in this page, of whichever client.
pub trait Leaver {
    /// Deletes all that is kept for `owner`. False if one is left.
    fn delete_all<'a>(&'a self, owner: &'a Owner) -> LocalBoxFuture<'a, bool>;
}

thread_local! {
    static LEAVERS: RefCell<Vec<Weak<dyn Leaver>>> = const { RefCell::new(Vec::new()) };
}

/// Makes `leaver` one of those that a sign-out asks.
pub(super) fn enlist(leaver: Weak<dyn Leaver>) {
    LEAVERS.with_borrow_mut(|leavers| {
        leavers.retain(|leaver| leaver.strong_count() > 0);
        leavers.push(leaver);
    });
}

impl<P: Platform, S: Store> Leaver for super::keeping::Inner<P, S> {
    fn delete_all<'a>(&'a self, owner: &'a Owner) -> LocalBoxFuture<'a, bool> {
        async move {
            let Some(own) = self.me.upgrade() else { return true };
            let keeping = Keeping(own);
            let known = self.owner.borrow().clone();
            let Some(owner) = keeping.called(owner.clone()).name.filter(|owner| known.as_ref() == Some(owner)) else {
                return true;
            };
            let keys = keeping.keys_of(&owner);
            let mut is_deleted = true;
            // One after the other: a person has one number, or a few.
            for key in keys {
                is_deleted &= keeping.delete(&key).await.is_ok();
            }
            is_deleted
        }
        .boxed_local()
    }
}

/// Signs out, and forgets what was kept for the person; deletes it at the core first if `delete` says so, which needs the
/// session still. That a deletion fails keeps nobody from signing out; it is told beside.
pub async fn sign_out<P: Platform, S: Store, K: Store>(
    session: &Session<P, S>,
    lasting: &K,
    options: SignOut,
    delete: bool,
) -> Result<(SignedOut, bool), AuthError> {
    session.check_sign_out(&options)?;
    // Whoever signs in from here on, in another tab, is left alone.
    let leaving = session.leaving().await;
    let owner = session.owner_of(&leaving);
    // What is stored of them, by all names.
    let names = match &owner {
        Owner::Named(name) => vec![name.clone()],
        Owner::Session { session, person, .. } => {
            [person.clone(), Some(session.clone())].into_iter().flatten().collect()
        }
        Owner::Nobody | Owner::Nameless | Owner::Unknown => {
            let signed_out = session.sign_out_of(&leaving, options).await?;
            // Whose they would be could not be read: nothing was deleted.
            return Ok((signed_out, owner != Owner::Unknown));
        }
    };
    let mut is_deleted = true;
    if delete {
        let leavers: Vec<_> = LEAVERS.with_borrow(|leavers| leavers.iter().filter_map(Weak::upgrade).collect());
        let deletions = async {
            let mut is_deleted = true;
            for leaver in leavers {
                is_deleted &= leaver.delete_all(&owner).await;
            }
            is_deleted
        };
        is_deleted = match select(pin!(deletions), pin!(session.platform().sleep(DELETE_MS))).await {
            Either::Left((is_deleted, _)) => is_deleted,
            Either::Right(_) => false,
        };
    }
    let mut records = Vec::new();
    for prefix in names.iter().flat_map(|name| Names::all_of(name)) {
        records.extend(lasting.entries(&prefix).await.unwrap_or_default());
    }
    let signed_out = session.sign_out_of(&leaving, options).await;
    for (key, value) in records {
        // The same person may be back already, and want something else.
        if lasting.get(&key).await.is_ok_and(|now| now.as_ref() == Some(&value)) {
            let _ = lasting.remove(&key).await;
        }
    }
    signed_out.map(|signed_out| (signed_out, is_deleted))
}
