//! The session as what a call gets its token from.

use super::dpop::asks_for_nonce;
use super::session::sign_in_required;
use super::{AuthError, Owners, Secret, Session};
use crate::seams::{HttpMethod, Platform, Store, header};
use futures_util::FutureExt;

impl<P: Platform, S: Store> Session<P, S> {
    /// A token that is good for a call, and another one than `refused`. Who comes with a token that was replaced since
    /// gets the new one; nobody asks for a newer one on its account.
    pub async fn token(&self, refused: Option<&Secret>) -> Result<Secret, AuthError> {
        let Some(refused) = refused else { return self.access_token(false).await };
        let stored = self.load().await?.filter(|stored| stored.access_token.is(refused));
        if let Some(stored) = &stored {
            self.inner.realm.refuse(stored);
        }
        self.access_token(stored.is_some()).await
    }

    /// A token, and the headers by which a POST to `url` is authorized with it. A session that turns out to have ended
    /// meanwhile, because another person is signed in now, gives none: the call began with the one before.
    pub async fn authorization(
        &self,
        url: &str,
        refused: Option<&Secret>,
    ) -> Result<(Secret, Vec<(&'static str, String)>), AuthError> {
        let ended = Owners::ended(self);
        let token = self.token(refused).await?;
        let headers = self.headers(&token, url).await?;
        match ended.now_or_never() {
            Some(error) => Err(error),
            None => Ok((token, headers)),
        }
    }

    /// Whose tokens they are (`sub`), where that is known.
    pub async fn subject(&self) -> Option<String> {
        self.inner.realm.settled().await;
        self.load().await.ok()?.and_then(|stored| stored.sub)
    }

    /// The headers by which a POST to `url` is authorized with `token`.
    pub async fn headers(&self, token: &Secret, url: &str) -> Result<Vec<(&'static str, String)>, AuthError> {
        // The store says how, and not the options: the session goes on as it began.
        let stored = self.load().await?.ok_or_else(sign_in_required)?;
        let Some(key) = stored.key() else {
            return Ok(vec![("authorization", ["Bearer ", token.expose()].concat())]);
        };
        let proof = self.proof(key, HttpMethod::Post, url, Some(token)).await?;
        Ok(vec![("authorization", ["DPoP ", token.expose()].concat()), ("dpop", proof)])
    }

    /// Learns from a reply of `url`. True if the call was refused only for the want of something that is known now, so
    /// that the same token is worth another try.
    pub fn heed(&self, url: &str, headers: &[(String, String)]) -> bool {
        // That the nonce is known already does not mean that this request had it: calls are made at the same time.
        self.heed_nonce(url, headers) && header(headers, "www-authenticate").is_some_and(asks_for_nonce)
    }
}
