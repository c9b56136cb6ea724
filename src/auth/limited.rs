//! Limits for what is the application's or the browser's and may never answer: every promise settles.

use crate::seams::{Store, StoreFailure, Timer};
use futures_util::future::{Either, select};
use std::future::Future;
use std::pin::pin;

/// What `work` comes to within `ms`.
pub(super) async fn in_time<P: Timer, T>(platform: &P, ms: f64, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pin!(platform.sleep(ms))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// A store, each access to which ends in time. The browser's own answers at once and needs no timer.
pub(super) struct Limited<P, S> {
    platform: P,
    ms: f64,
    store: S,
}

impl<P: Timer, S: Store> Limited<P, S> {
    pub fn new(platform: P, ms: f64, store: S) -> Self {
        Self { platform, ms, store }
    }

    async fn hold<T>(&self, work: impl Future<Output = Result<T, StoreFailure>>) -> Result<T, StoreFailure> {
        if !self.store.is_foreign() {
            return work.await;
        }
        let silent = || StoreFailure { message: "the storage did not answer in time".to_owned(), cause: None };
        in_time(&self.platform, self.ms, work).await.unwrap_or_else(|| Err(silent()))
    }
}

impl<P: Timer + 'static, S: Store> Store for Limited<P, S> {
    fn place(&self) -> String {
        self.store.place()
    }

    fn identity(&self) -> String {
        self.store.identity()
    }

    fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    fn tab(&self) -> String {
        self.store.tab()
    }

    fn is_private(&self) -> bool {
        self.store.is_private()
    }

    fn is_foreign(&self) -> bool {
        self.store.is_foreign()
    }

    async fn is_copy(&self) -> bool {
        self.store.is_copy().await
    }

    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        self.hold(self.store.get(key)).await
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        self.hold(self.store.set(key, value)).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreFailure> {
        self.hold(self.store.remove(key)).await
    }

    async fn set_stage(&self, key: &str, stage: &str) {
        self.store.set_stage(key, stage).await;
    }

    async fn stage(&self, key: &str) -> Option<String> {
        self.store.stage(key).await
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreFailure> {
        self.hold(self.store.keys(prefix)).await
    }
}
