//! What a call sees of all this.

use super::dpop::asks_for_nonce;
use super::session::{Inner, session_expired, sign_in_required};
use super::{AuthError, Secret, Session};
use crate::seams::{HttpMethod, Platform, Store, header};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, pending};

/// Whose registrations may be kept with the tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nobody's: nobody is signed in.
    Nobody,
    /// Somebody's, of whom nothing is known but that it is the same as before for as long as it is not nobody's.
    Nameless,
    /// This one's, in every tab and at every time.
    Named(String),
    /// Those of the session that goes by this name. Another sign-in is another session, also by the same person.
    Session {
        /// Random, never another session's.
        session: String,
        /// The session outlives the page.
        is_lasting: bool,
        /// The person, in every tab and at every time, if that is known: it may become known later.
        person: Option<String>,
    },
    /// It can't be told now: the store does not answer.
    Unknown,
}

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

    /// Whose tokens they are, for as long as it takes to keep a registration.
    fn owner(&self) -> LocalBoxFuture<'_, Owner> {
        std::future::ready(Owner::Nameless).boxed_local()
    }

    /// Ends when there may be another owner than when this was called.
    fn changed(&self) -> LocalBoxFuture<'_, ()> {
        pending().boxed_local()
    }

    /// Ends when the tokens are no longer to be used: calls under way end with it.
    fn ended(&self) -> LocalBoxFuture<'_, AuthError> {
        pending().boxed_local()
    }
}

impl<P: Platform, S: Store> Session<P, S> {
    /// Whose registrations the session called `id` keeps, which is `sub`'s.
    pub(super) fn owner_called(&self, id: &str, sub: Option<&str>) -> Owner {
        let Inner { config, tokens, .. } = &*self.inner;
        match (sub.map(|sub| config.owner_name(sub)), id) {
            // The first form of stored sessions has no id.
            (Some(person), "") => Owner::Named(person),
            (None, "") => Owner::Nameless,
            (person, id) => {
                Owner::Session { session: config.session_owner_name(id), is_lasting: tokens.outlives_page(), person }
            }
        }
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

    fn owner(&self) -> LocalBoxFuture<'_, Owner> {
        async move {
            // It also sees to it that the session is watched.
            let is_signed_in = self.is_signed_in().await;
            match self.load().await {
                Err(_) => Owner::Unknown,
                Ok(Some(stored)) if is_signed_in => self.owner_called(&stored.id, stored.sub.as_deref()),
                Ok(_) => Owner::Nobody,
            }
        }
        .boxed_local()
    }

    fn changed(&self) -> LocalBoxFuture<'_, ()> {
        self.inner.realm.changed.next().boxed_local()
    }

    fn ended(&self) -> LocalBoxFuture<'_, AuthError> {
        let ending = self.inner.realm.ending();
        async move { ending.await.unwrap_or_else(session_expired) }.boxed_local()
    }
}
