//! What a call sees of all this.

use super::{AuthError, Secret, Session};
use crate::seams::{Platform, Store};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

/// Gives access tokens.
pub trait TokenSource {
    /// A token that is good for a call, and another one than `refused`. Who comes with a token that was replaced since
    /// gets the new one; nobody asks for a newer one on its account.
    fn token<'a>(&'a self, refused: Option<&'a Secret>) -> LocalBoxFuture<'a, Result<Secret, AuthError>>;

    /// Whose tokens they are (`sub`), where that is known.
    fn subject(&self) -> LocalBoxFuture<'_, Option<String>> {
        std::future::ready(None).boxed_local()
    }
}

impl<P: Platform, S: Store> TokenSource for Session<P, S> {
    fn token<'a>(&'a self, refused: Option<&'a Secret>) -> LocalBoxFuture<'a, Result<Secret, AuthError>> {
        async move {
            let stored = if refused.is_some() { self.load().await? } else { None };
            let is_stored = |refused: &Secret| stored.is_some_and(|stored| stored.access_token.is(refused));
            self.access_token(refused.is_some_and(is_stored)).await
        }
        .boxed_local()
    }

    fn subject(&self) -> LocalBoxFuture<'_, Option<String>> {
        async move {
            self.inner.realm.settled().await;
            self.load().await.ok()?.and_then(|stored| stored.sub)
        }
        .boxed_local()
    }
}
