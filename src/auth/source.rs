//! What a call sees of all this.

use super::dpop::asks_for_nonce;
use super::session::sign_in_required;
use super::{AuthError, Owners, Secret, Session};
use crate::seams::{HttpMethod, Platform, Store, header};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, pending};

/// Gives access tokens.
pub trait TokenSource {
    /// A token that is good for a call, and another one than `refused`. Who comes with a token that was replaced since
    /// gets the new one; nobody asks for a newer one on its account.
    fn token<'a>(&'a self, refused: Option<&'a Secret>) -> LocalBoxFuture<'a, Result<Secret, AuthError>>;

    /// Whose tokens they are (`sub`), where that is known.
    fn subject(&self) -> LocalBoxFuture<'_, Option<String>> {
        std::future::ready(None).boxed_local()
    }

    /// The headers by which a POST to `url` is authorized with `token`.
    fn headers<'a>(
        &'a self,
        token: &'a Secret,
        _url: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<(&'static str, String)>, AuthError>> {
        std::future::ready(Ok(vec![("authorization", ["Bearer ", token.expose()].concat())])).boxed_local()
    }

    /// Learns from a reply of `url`. True if the call was refused only for the want of something that is known now, so
    /// that the same token is worth another try.
    fn heed(&self, _url: &str, _headers: &[(String, String)]) -> bool {
        false
    }

    /// Ends when the tokens are no longer to be used: calls under way end with it.
    fn ended(&self) -> LocalBoxFuture<'_, AuthError> {
        pending().boxed_local()
    }
}

impl<P: Platform, S: Store> TokenSource for Session<P, S> {
    fn token<'a>(&'a self, refused: Option<&'a Secret>) -> LocalBoxFuture<'a, Result<Secret, AuthError>> {
        async move {
            let Some(refused) = refused else { return self.access_token(false).await };
            let stored = self.load().await?.filter(|stored| stored.access_token.is(refused));
            if let Some(stored) = &stored {
                self.inner.realm.refuse(stored);
            }
            self.access_token(stored.is_some()).await
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

    fn headers<'a>(
        &'a self,
        token: &'a Secret,
        url: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<(&'static str, String)>, AuthError>> {
        async move {
            // The store says how, and not the options: the session goes on as it began.
            let stored = self.load().await?.ok_or_else(sign_in_required)?;
            let Some(key) = stored.key() else {
                return Ok(vec![("authorization", ["Bearer ", token.expose()].concat())]);
            };
            let proof = self.proof(key, HttpMethod::Post, url, Some(token)).await?;
            Ok(vec![("authorization", ["DPoP ", token.expose()].concat()), ("dpop", proof)])
        }
        .boxed_local()
    }

    fn heed(&self, url: &str, headers: &[(String, String)]) -> bool {
        // That the nonce is known already does not mean that this request had it: calls are made at the same time.
        self.heed_nonce(url, headers) && header(headers, "www-authenticate").is_some_and(asks_for_nonce)
    }

    fn ended(&self) -> LocalBoxFuture<'_, AuthError> {
        Owners::ended(self)
    }
}
