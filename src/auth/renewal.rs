//! Seeing to it that there is always a token: renewed before it ends, tried again when that fails, caught up with when
//! the page was asleep. Runs in each page that has the session; who comes second finds it done.

use super::life::Life;
use super::refresh::LONGEST_BLOCK_MS;
use super::session::{Inner, Session, SessionEvent, session_expired};
use super::stored::Stored;
use super::{AuthCode, AuthError};
use crate::seams::{Moment, Platform, Store};
use futures_util::FutureExt;
use futures_util::future::FusedFuture;
use futures_util::future::{Either, select};
use std::pin::pin;
use std::rc::Rc;

/// Between two looks when nothing is due: a clock may have been set.
const LOOK_MS: f64 = 3_600_000.0;

/// Tokens of a shorter life are renewed when they are asked for, and not without end.
const LEAST_LIFE_MS: f64 = 2_000.0;

/// Between two attempts, however often the page wakes.
const LEAST_MS: f64 = 1_000.0;
const FIRST_WAIT_MS: f64 = 1_000.0;
const LONGEST_WAIT_MS: f64 = 60_000.0;

/// What is known of the life that is watched.
#[derive(Default)]
struct Watch {
    life: Option<Life>,
    /// Where in the last fifth of it, from 0 to 1, it is renewed: not all tabs at once.
    jitter: f64,
    is_told: bool,
    failures: i32,
}

impl Watch {
    fn of(&mut self, life: Life, jitter: f64) {
        if self.life != Some(life) {
            *self = Self { life: Some(life), jitter, ..Self::default() };
        }
    }

    /// Milliseconds until it is to be renewed: when a fifth to a tenth of the life is left.
    fn renew_in_ms(&self, life: &Life, now: Moment) -> f64 {
        life.left_ms(now) - life.ms * (0.1 + 0.1 * self.jitter)
    }

    /// After as many failures: twice as long each time, give or take a fifth.
    fn wait_ms(&self, random: f64) -> f64 {
        let wait_ms = (FIRST_WAIT_MS * 2f64.powi(self.failures - 1)).min(LONGEST_WAIT_MS);
        wait_ms * (0.8 + 0.4 * random)
    }
}

impl<P: Platform, S: Store> Session<P, S> {
    /// Begins to watch the session's token, unless somebody does.
    pub(super) fn keep_alive(&self) {
        let Inner { platform, config, realm, .. } = &*self.inner;
        if !(config.auto_refresh || realm.is_troubled()) || realm.is_kept.replace(true) {
            return;
        }
        let (weak, platform, realm) = (Rc::downgrade(&self.inner), platform.clone(), Rc::clone(realm));
        let watching = {
            let platform = platform.clone();
            async move {
                let mut watch = Watch::default();
                let mut woken = false;
                loop {
                    // The session is not kept for this: it ends when nobody else has it.
                    let Some(inner) = weak.upgrade() else { return realm.hand_over() };
                    let changed = realm.changed.next();
                    // What happens while the provider is being asked counts too.
                    let mut waking = pin!(platform.woken().fuse());
                    let session = Self { inner };
                    let next = {
                        let mut watching = pin!(session.watch(&mut watch, woken).fuse());
                        match select(watching.as_mut(), waking.as_mut()).await {
                            Either::Left((next, _)) => next,
                            Either::Right(((), watching)) => watching.await,
                        }
                    };
                    drop(session);
                    let Some(ms) = next else { break };
                    if !waking.is_terminated() {
                        let rest = pin!(async { drop(select(pin!(platform.rest(ms)), changed).await) });
                        select(waking.as_mut(), rest).await;
                    }
                    woken = waking.is_terminated();
                    if woken {
                        realm.wake();
                        platform.sleep(LEAST_MS * platform.fraction()).await;
                    }
                }
                realm.is_kept.set(false);
            }
        };
        platform.spawn(watching.boxed_local());
    }

    /// Does what is due, and says when to look again; `None` when there is nothing to watch.
    async fn watch(&self, watch: &mut Watch, woken: bool) -> Option<f64> {
        let Inner { platform, config, realm, .. } = &*self.inner;
        realm.settled().await;
        let Ok(stored) = self.load().await else { return Some(LONGEST_WAIT_MS) };
        let stored = stored?;
        let now = platform.now();
        watch.of(stored.life, platform.fraction());
        if stored.refresh_token.is_none() {
            return if config.auto_refresh { self.watch_end(&stored, watch, now).await } else { None };
        }
        // What was asked for and failed is tried again, whatever the options and however short the life.
        let is_troubled = realm.trouble_of(&stored).is_some();
        if !is_troubled && (stored.life.ms < LEAST_LIFE_MS || !config.auto_refresh) {
            return None;
        }
        let doubt_ms = self.doubt(&stored).await.unwrap_or(LOOK_MS).clamp(1.0, LOOK_MS);
        if !config.auto_refresh && !woken {
            return Some(doubt_ms);
        }
        let due_ms = watch.renew_in_ms(&stored.life, now);
        if due_ms > 0.0 {
            return Some(due_ms.max(1.0).min(doubt_ms));
        }
        if let Some(left_ms) = realm.blocked(now).and_then(|error| error.retry_after_ms) {
            self.tell_expiring(&stored, watch, now);
            return Some(left_ms.min(doubt_ms));
        }
        if watch.failures > 0 && woken {
            watch.failures = 0;
        }
        match self.renewed(stored.access_token.clone()).await {
            Ok(_) if !self.is_stored(&stored).await => Some(0.0),
            // A store that does not take the new token: it would be renewed again and again.
            Ok(_) => {
                self.tell_expiring(&stored, watch, platform.now());
                None
            }
            Err(error) => Some(self.after_failure(&stored, watch, &error).await),
        }
    }

    /// Whether the store still has the access token of `before`.
    async fn is_stored(&self, before: &Stored) -> bool {
        self.load().await.is_ok_and(|stored| stored.is_some_and(|stored| stored.access_token.is(&before.access_token)))
    }

    /// Until the next look: twice as long each time, but not beyond the end of the token, when a refusal ends the session.
    async fn after_failure(&self, stored: &Stored, watch: &mut Watch, error: &AuthError) -> f64 {
        let Inner { platform, config, .. } = &*self.inner;
        let now = platform.now();
        self.tell_expiring(stored, watch, now);
        watch.failures += 1;
        let doubt_ms = self.doubt(stored).await.unwrap_or(LOOK_MS).clamp(1.0, LOOK_MS);
        if !config.auto_refresh {
            return doubt_ms;
        }
        let backoff_ms = watch.wait_ms(platform.fraction());
        let wait_ms = error.retry_after_ms.map_or(backoff_ms, |ms| ms.clamp(LEAST_MS, LONGEST_BLOCK_MS));
        let left_ms = stored.life.left_ms(now);
        let wait_ms = if left_ms > 0.0 { wait_ms.min(left_ms.ceil()) } else { wait_ms };
        wait_ms.min(doubt_ms)
    }

    /// There is nothing to renew it with: says so before the end, and at the end.
    async fn watch_end(&self, stored: &Stored, watch: &mut Watch, now: Moment) -> Option<f64> {
        if stored.life.is_over(now) {
            let _held = self.hold_briefly().await;
            self.end(stored, AuthCode::SessionExpired, session_expired()).await;
            return None;
        }
        self.tell_expiring(stored, watch, now);
        let left_ms = stored.life.left_ms(now);
        let margin_ms = stored.life.margin_ms();
        Some(if left_ms > margin_ms { left_ms - margin_ms } else { left_ms }.clamp(1.0, LOOK_MS))
    }

    /// Tells once that the token ends, when little of its life is left.
    fn tell_expiring(&self, stored: &Stored, watch: &mut Watch, now: Moment) {
        if !watch.is_told && stored.life.left_ms(now) <= stored.life.margin_ms() {
            watch.is_told = true;
            let event = SessionEvent::TokenExpiring { expires_at_wall_ms: stored.life.end_wall_ms() };
            self.inner.realm.tell_here(&event, None);
        }
    }
}
