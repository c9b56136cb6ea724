//! Signing out, as far as registrations are concerned: who leaves takes them along.

use super::keeping::Keeping;
use super::owners::Owner;
use crate::seams::{Platform, Store};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use std::cell::RefCell;
use std::rc::Weak;

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

/// Deletes at the core all that the clients of this page keep for `owner`. False if one is left.
pub async fn delete_all_kept(owner: Owner) -> bool {
    let leavers: Vec<_> = LEAVERS.with_borrow(|leavers| leavers.iter().filter_map(Weak::upgrade).collect());
    let mut is_deleted = true;
    for leaver in leavers {
        is_deleted &= leaver.delete_all(&owner).await;
    }
    is_deleted
}
