//! Access tokens, and getting new ones.

use super::id_token::{Claims, Expected};
use super::life::Life;
use super::request::{Reply, exchange, form, refusal};
use super::session::{Inner, Session, SessionEvent};
use super::stored::Stored;
use super::token_reply::TokenReply;
use super::{AuthCode, AuthError, Secret};
use crate::seams::{Platform, Store};
use futures_util::FutureExt;

const PLACE: &str = "token endpoint";

impl<P: Platform, S: Store> Session<P, S> {
    /// A token that is good for a call: the stored one, or a new one when little of its life is left or
    /// `force_refresh` asks for it.
    pub async fn access_token(&self, force_refresh: bool) -> Result<Secret, AuthError> {
        self.inner.realm.settled().await;
        let now = self.inner.platform.now();
        let stored = self.load().await?.ok_or_else(sign_in_required)?;
        if !force_refresh && stored.life.is_fresh(now) {
            return Ok(stored.access_token);
        }
        if stored.refresh_token.is_none() {
            return self.without_refresh_token(stored, force_refresh).await;
        }
        let session = self.clone();
        let work = move || async move { session.refresh().await }.boxed_local();
        let outcome = self.inner.realm.refreshing.join(&self.inner.platform, work).await;
        match outcome {
            Err(error) if error.retryable && !force_refresh => self.still_valid().await.ok_or(error),
            outcome => outcome,
        }
    }

    async fn without_refresh_token(&self, stored: Stored, force_refresh: bool) -> Result<Secret, AuthError> {
        if stored.life.is_over(self.inner.platform.now()) {
            return Err(self.end(&stored, AuthCode::SessionExpired).await);
        }
        if force_refresh {
            return Err(AuthError::new(
                AuthCode::SignInRequired,
                "The provider gave no refresh token, so a new access token needs a new sign-in. Add the scope \
                 `offline_access` to be given one.",
            ));
        }
        Ok(stored.access_token)
    }

    /// The stored token, while it lives: what is left of it is more than a provider that is down can give.
    async fn still_valid(&self) -> Option<Secret> {
        let stored = self.load().await.ok()??;
        (!stored.life.is_over(self.inner.platform.now())).then_some(stored.access_token)
    }

    async fn refresh(&self) -> Result<Secret, AuthError> {
        let used = self.load().await?.ok_or_else(sign_in_required)?;
        let Some(token) = &used.refresh_token else { return self.without_refresh_token(used, true).await };
        let reply = self.ask_for_tokens(token).await?;
        if reply.status != 200 {
            let error = refusal(PLACE, &reply, &[token]);
            return match error.code {
                AuthCode::InvalidGrant | AuthCode::InvalidClient | AuthCode::UnauthorizedClient => {
                    self.ended_by_provider(&used, error).await
                }
                _ => Err(error),
            };
        }
        let tokens = TokenReply::read(&reply.body)?;
        let sub = self.check_successor(&used, &tokens)?;
        let life = Life { since: reply.sent_at, ms: tokens.life_ms };
        let renewed = used.refreshed(tokens, life, sub);
        self.keep(&used, renewed).await
    }

    /// Sends the refresh token, and at once a second time when no reply came: the provider may have replaced it
    /// already, and only right after that takes the old one again.
    async fn ask_for_tokens(&self, token: &Secret) -> Result<Reply, AuthError> {
        let Inner { platform, config, .. } = &*self.inner;
        let endpoints = self.endpoints().await?;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
        let request = form(&endpoints.token, &config.client_id, &fields);
        match exchange(platform, PLACE, request.clone(), config.timeout_ms).await {
            Err(error) if error.retryable => exchange(platform, PLACE, request, config.timeout_ms).await,
            outcome => outcome,
        }
    }

    /// Checks the ID token of a refresh, if there is one, and says whom it is about.
    fn check_successor(&self, used: &Stored, tokens: &TokenReply) -> Result<Option<String>, AuthError> {
        let Inner { platform, config, .. } = &*self.inner;
        let Some(token) = &tokens.id_token else { return Ok(None) };
        let expected = Expected {
            issuer: config.issuer.as_ref(),
            client_id: &config.client_id,
            nonce: None,
            now_wall_ms: platform.now().wall_ms,
        };
        let claims = Claims::checked(token, &expected)?;
        if let Some(before) = used.id_token.as_ref().and_then(Claims::read) {
            before.check_successor(&claims)?;
        }
        Ok(Some(claims.sub))
    }

    /// Stores `renewed`, unless the session that it comes from is no longer the stored one.
    async fn keep(&self, used: &Stored, renewed: Stored) -> Result<Secret, AuthError> {
        match self.load().await? {
            Some(stored) if stored.is_of(used) => {
                self.save(&renewed).await?;
                self.tell(SessionEvent::TokenRefreshed { expires_at_wall_ms: renewed.life.end_wall_ms() });
                Ok(renewed.access_token)
            }
            // Somebody signed in, or refreshed elsewhere: that session is the one to use.
            Some(stored) => Ok(stored.access_token),
            // Signed out: the tokens that just came must not live on.
            None => {
                self.revoke(&renewed).await;
                Err(sign_in_required())
            }
        }
    }

    /// The provider no longer takes the refresh token `used`. Nothing ends if the store has another session by now.
    async fn ended_by_provider(&self, used: &Stored, error: AuthError) -> Result<Secret, AuthError> {
        match self.load().await? {
            Some(stored) if stored.is_of(used) => {
                let told = self.end(used, error.code).await;
                let message = format!("{} {}", told.message, error.message);
                let mut error = error;
                (error.code, error.kind, error.message) = (told.code, told.kind, message);
                Err(error)
            }
            Some(stored) => Ok(stored.access_token),
            None => Err(sign_in_required()),
        }
    }

    /// Ends the session, once however many wait for it. A store that refuses can't be helped; the provider takes these
    /// tokens no more.
    async fn end(&self, ended: &Stored, why: AuthCode) -> AuthError {
        if self.load().await.is_ok_and(|stored| stored.is_some_and(|stored| stored.is_of(ended))) {
            let _ = self.forget().await;
            self.tell(SessionEvent::SessionExpired(why));
        }
        AuthError::new(AuthCode::SessionExpired, "The session has ended: sign in again.")
    }
}

fn sign_in_required() -> AuthError {
    AuthError::new(AuthCode::SignInRequired, "Nobody is signed in: call signIn first.")
}
