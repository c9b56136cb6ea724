//! Refreshing alone in the whole browser: a Web Lock, or where there are none a lease, that is an entry in the shared
//! store that says who has it and until when. A lease is less than a lock: two tabs that write in the same moment are
//! told apart by reading again a little later, which is likely to work and no more.

use super::session::{Inner, Session};
use super::sign_in::random_text;
use crate::seams::{Fields, Json, Locks, NoLocks, Platform, Store};
use futures_util::future::{Either, select};
use std::pin::pin;

/// Between writing a lease and reading it again; and between two looks at the store of who waited for a lock and finds
/// nothing new: browsers carry storage from process to process in their own time, and locks on another way.
pub(super) const SETTLE_MS: f64 = 50.0;
/// A lock that nobody had is there sooner.
const AT_ONCE_MS: f64 = 20.0;
/// Between two looks at somebody else's lease.
const LOOK_MS: f64 = 150.0;

/// What is held while a refresh is under way.
pub(super) enum Held<P: Locks> {
    /// The store is this tab's own: there is nobody to keep out.
    Nothing,
    /// A Web Lock.
    Lock { _held: P::Held, has_waited: bool },
    /// A lease, by its owner's name.
    Lease(String),
}

impl<P: Platform, S: Store> Session<P, S> {
    /// Waits until no other tab is at it. A holder that takes longer than any refresh can is overtaken: its page is
    /// frozen, or hangs.
    pub(super) async fn hold(&self) -> Held<P> {
        let Inner { platform, config, tokens, .. } = &*self.inner;
        if !tokens.is_shared() {
            return Held::Nothing;
        }
        let (name, patience_ms, asked_at) = (config.lock_name(), self.patience_ms(), platform.now());
        let held = match select(pin!(platform.lock(&name, false)), pin!(platform.sleep(patience_ms))).await {
            Either::Left((held, _)) => held,
            Either::Right(_) => platform.lock(&name, true).await,
        };
        match held {
            Ok(held) => {
                let has_waited = asked_at.age_ms(platform.now()) > AT_ONCE_MS;
                Held::Lock { _held: held, has_waited }
            }
            Err(NoLocks) => self.take_lease(patience_ms).await,
        }
    }

    /// Discovery, the request and its repetition, and the store.
    fn patience_ms(&self) -> f64 {
        self.inner.config.timeout_ms * 3.0 + 5_000.0
    }

    pub(super) async fn let_go(&self, held: Held<P>) {
        let Inner { platform, config, tokens, .. } = &*self.inner;
        if matches!(held, Held::Lock { .. }) {
            // What was written leaves this process when its turn is over; the lock would be quicker.
            platform.turn().await;
        }
        if let Held::Lease(owner) = &held
            && self.lease().await.is_some_and(|(other, _)| other == *owner)
        {
            let _ = tokens.remove(&config.lease_key()).await;
        }
    }

    /// Without a store that works, or randomness, there is nothing to share either.
    async fn take_lease(&self, patience_ms: f64) -> Held<P> {
        let Inner { platform, config, tokens, .. } = &*self.inner;
        let Ok(owner) = random_text(platform) else { return Held::Nothing };
        loop {
            let now = platform.now().wall_ms;
            // A clock that was set back would make a lease last for ever.
            let taken = self.lease().await.is_some_and(|(_, until)| until > now && until <= now + patience_ms);
            if taken {
                platform.sleep(LOOK_MS * (0.5 + platform.fraction())).await;
                continue;
            }
            let mut fields = Fields::default();
            fields.put("owner", owner.as_str());
            fields.put("until", now + patience_ms);
            if tokens.set(&config.lease_key(), &Json::Object(fields).write()).await.is_err() {
                return Held::Nothing;
            }
            platform.sleep(SETTLE_MS).await;
            if self.lease().await.is_none_or(|(other, _)| other == owner) {
                return Held::Lease(owner);
            }
        }
    }

    async fn lease(&self) -> Option<(String, f64)> {
        let Inner { config, tokens, .. } = &*self.inner;
        let mut fields = Fields::parse(&tokens.get(&config.lease_key()).await.ok()??)?;
        Some((fields.need_text("owner")?, fields.need_number("until")?))
    }
}
