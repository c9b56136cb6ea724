//! Refreshing alone in the whole browser: a Web Lock, or where there are none a lease, that is an entry in the shared
//! store that says who has it and until when. A lease is less than a lock: two tabs that write in the same moment are
//! told apart by reading again a little later, which is likely to work and no more. Who has the lock writes the lease too:
//! so who waits knows since when it is held, and who was robbed in its sleep finds out.

use super::session::{Inner, Session};
use super::sign_in::random_text;
use crate::seams::{Fields, Held as _, Json, Locks, NoLocks, Platform, Store, StoreFailure};
use futures_util::future::{Either, select};
use std::pin::pin;

/// Between writing a lease and reading it again; and between two looks at the store of who waited for a lock and finds
/// nothing new: browsers carry storage from process to process in their own time, and locks on another way.
pub(super) const SETTLE_MS: f64 = 50.0;
/// A lock that nobody had is there sooner.
const AT_ONCE_MS: f64 = 20.0;
/// Between two looks at somebody else's lease.
const LOOK_MS: f64 = 150.0;
/// Before a lock is stolen, at most: not all who wait lose their patience in the same moment, and who just got the lock
/// has written its lease by then.
const LAST_LOOK_MS: f64 = 1_000.0;
/// How long a sign-in or a sign-out waits for a refresh to end. It does not depend on that.
const BRIEF_MS: f64 = 1_000.0;

/// What is held while a refresh is under way.
pub(super) enum Held<P: Locks> {
    /// The store is this page's own: there is nobody to keep out. Or it takes no lease; then only a turn in the page's
    /// queue keeps others out.
    Nothing(Option<P::Held>),
    /// A Web Lock, and the lease of that name.
    Lock { held: P::Held, owner: String, has_waited: bool },
    /// A lease, by its owner's name, and the turn in the page's queue.
    Lease(String, Option<P::Held>),
}

impl<P: Platform, S: Store> Session<P, S> {
    /// Waits until no other tab is at it. A holder that takes longer than any refresh can is overtaken: its page is
    /// frozen, or hangs.
    pub(super) async fn hold(&self) -> Held<P> {
        let Inner { platform, tokens, .. } = &*self.inner;
        if !tokens.is_shared() {
            return Held::Nothing(None);
        }
        let asked_at = platform.now();
        loop {
            let Ok((held, is_stolen)) = self.wait_for_lock().await else {
                let turn = platform.queue(&self.queue_name()).await.ok();
                return self.take_lease(turn).await;
            };
            let owner = random_text(platform).unwrap_or_default();
            let has_waited = asked_at.age_ms(platform.now()) > AT_ONCE_MS;
            // If the store refuses, who waits can only be less patient.
            let _ = self.write_lease(&owner).await;
            if is_stolen {
                // Others may have lost their patience in the same moment.
                platform.sleep(SETTLE_MS).await;
                if held.is_lost() {
                    continue;
                }
            }
            return Held::Lock { held, owner, has_waited };
        }
    }

    /// Named by issuer, client and name, whatever the store: too much order is harmless. What only one tab can see is
    /// nobody else's to wait for.
    fn lock_name(&self) -> String {
        let Inner { config, tokens, .. } = &*self.inner;
        let tab = tokens.tab();
        if tab.is_empty() { config.lock_name() } else { [config.lock_name().as_str(), "/", &tab].concat() }
    }

    /// Where there are no locks. A server has the sessions of many people, who need not wait for each other: so the name
    /// has the id of the session that was last seen in the store. Two adapters of one database see the same.
    fn queue_name(&self) -> String {
        let id = self.inner.realm.owner().map(|(id, _)| id).unwrap_or_default();
        [self.lock_name().as_str(), "/", &id].concat()
    }

    /// The lock, and whether it was stolen. Each holder has as long as a refresh may take.
    async fn wait_for_lock(&self) -> Result<(P::Held, bool), NoLocks> {
        let platform = &self.inner.platform;
        let name = self.lock_name();
        let mut waiting = pin!(platform.lock(&name, false));
        let mut wait_ms = self.patience_ms();
        let mut is_last_look = false;
        loop {
            match select(waiting.as_mut(), pin!(platform.sleep(wait_ms))).await {
                Either::Left((held, _)) => return Ok((held?, false)),
                Either::Right(_) => {}
            }
            match self.lease().await.and_then(|(_, until)| self.left_ms(until)) {
                Some(left_ms) => (wait_ms, is_last_look) = (left_ms.ceil() + 1.0, false),
                None if is_last_look => return Ok((platform.lock(&name, true).await?, true)),
                None => (wait_ms, is_last_look) = (LAST_LOOK_MS * platform.fraction(), true),
            }
        }
    }

    /// The lock, if it is to be had soon, for a change that a refresh must not overlap. Without it the change is made all
    /// the same.
    pub(super) async fn hold_briefly(&self) -> Option<P::Held> {
        let Inner { platform, tokens, .. } = &*self.inner;
        if !tokens.is_shared() {
            return None;
        }
        let lock = async {
            match platform.lock(&self.lock_name(), false).await {
                Ok(held) => Ok(held),
                Err(NoLocks) => platform.queue(&self.queue_name()).await,
            }
        };
        match select(pin!(lock), pin!(platform.sleep(BRIEF_MS))).await {
            Either::Left((held, _)) => held.ok(),
            Either::Right(_) => None,
        }
    }

    /// The longest that a refresh may take: the request and its repetition, each once more where a proof wants a nonce,
    /// and the store.
    pub(super) fn patience_ms(&self) -> f64 {
        let Inner { config, .. } = &*self.inner;
        let steps = if config.dpop { 5.0 } else { 3.0 };
        config.timeout_ms * steps + 5_000.0
    }

    /// Whether another tab has taken over.
    pub(super) async fn is_lost(&self, held: &Held<P>) -> bool {
        let owner = match held {
            Held::Nothing(_) => return false,
            Held::Lock { held, .. } if held.is_lost() => return true,
            Held::Lock { owner, .. } | Held::Lease(owner, _) => owner,
        };
        self.lease().await.is_some_and(|(other, _)| other != *owner)
    }

    /// Whether this tab may send again: nobody has taken over, and nobody will before the repetition is over. A machine that
    /// slept in the middle comes here with a lease that is over.
    pub(super) async fn go_on(&self, held: &Held<P>) -> bool {
        if self.is_lost(held).await {
            return false;
        }
        let (Held::Lock { owner, .. } | Held::Lease(owner, _)) = held else { return true };
        // A store that does not take it: then nobody can be told.
        let _ = self.write_lease(owner).await;
        self.inner.platform.turn().await;
        !self.is_lost(held).await
    }

    pub(super) async fn let_go(&self, held: Held<P>) {
        let Inner { platform, config, tokens, .. } = &*self.inner;
        if let Held::Lock { owner, .. } | Held::Lease(owner, _) = &held
            && self.lease().await.is_some_and(|(other, _)| other == *owner)
        {
            let _ = tokens.remove(&config.lease_key()).await;
        }
        if matches!(held, Held::Lock { .. }) {
            // What was written leaves this process when its turn is over; the lock would be quicker.
            platform.turn().await;
        }
    }

    /// Without a store that works, or randomness, there is nothing to share either.
    async fn take_lease(&self, turn: Option<P::Held>) -> Held<P> {
        let platform = &self.inner.platform;
        let Ok(owner) = random_text(platform) else { return Held::Nothing(turn) };
        loop {
            if self.lease().await.is_some_and(|(_, until)| self.left_ms(until).is_some()) {
                platform.sleep(LOOK_MS * (0.5 + platform.fraction())).await;
                continue;
            }
            if self.write_lease(&owner).await.is_err() {
                return Held::Nothing(turn);
            }
            platform.sleep(SETTLE_MS).await;
            if self.lease().await.is_none_or(|(other, _)| other == owner) {
                return Held::Lease(owner, turn);
            }
        }
    }

    async fn write_lease(&self, owner: &str) -> Result<(), StoreFailure> {
        let Inner { platform, config, tokens, .. } = &*self.inner;
        let mut fields = Fields::default();
        fields.put("owner", owner);
        fields.put("until", platform.now().wall_ms + self.patience_ms());
        tokens.set(&config.lease_key(), &Json::Object(fields).write()).await
    }

    async fn lease(&self) -> Option<(String, f64)> {
        let Inner { config, tokens, .. } = &*self.inner;
        let mut fields = Fields::parse(&tokens.get(&config.lease_key()).await.ok()??)?;
        Some((fields.need_text("owner")?, fields.need_number("until")?))
    }

    /// What is left of a lease; `None` when it is over. A clock that was set back would make one last for ever.
    fn left_ms(&self, until: f64) -> Option<f64> {
        let left_ms = until - self.inner.platform.now().wall_ms;
        (left_ms > 0.0 && left_ms <= self.patience_ms()).then_some(left_ms)
    }
}
