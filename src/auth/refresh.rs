//! Access tokens, and getting new ones: one request at a time in the page and, where the tabs share a session, in the
//! browser.

use super::id_token::{Claims, Expected};
use super::lease::{Held, SETTLE_MS};
use super::life::Life;
use super::request::{Reply, form, refusal};
use super::session::{Inner, Session, SessionEvent, session_expired, sign_in_required};
use super::stored::Stored;
use super::token_reply::TokenReply;
use super::{AuthCode, AuthError, Secret};
use crate::seams::{Fields, Moment, Platform, Store};
use futures_util::FutureExt;

const PLACE: &str = "token endpoint";

/// A provider that asks for more patience than this (`Retry-After`) is asked again all the same: a day's silence by
/// mistake would end more than it saves.
pub(super) const LONGEST_BLOCK_MS: f64 = 600_000.0;

impl<P: Platform, S: Store> Session<P, S> {
    /// A token that is good for a call: the stored one, or a new one when little of its life is left or
    /// `force_refresh` asks for it.
    pub async fn access_token(&self, force_refresh: bool) -> Result<Secret, AuthError> {
        let Inner { platform, realm, .. } = &*self.inner;
        realm.settled().await;
        let now = platform.now();
        let stored = self.load().await?.ok_or_else(sign_in_required)?;
        self.keep_alive();
        if !force_refresh && stored.life.is_fresh(now) {
            return Ok(stored.access_token);
        }
        if stored.refresh_token.is_none() {
            return self.without_refresh_token(stored, force_refresh).await;
        }
        let outcome = match realm.blocked(now) {
            Some(error) => Err(error),
            None => self.renewed(stored.access_token).await,
        };
        match outcome {
            Err(error) if error.retryable && !force_refresh => self.still_valid().await.ok_or(error),
            outcome => outcome,
        }
    }

    /// Another token than `seen`: of the refresh under way, or of one that begins now.
    pub(super) async fn renewed(&self, seen: Secret) -> Result<Secret, AuthError> {
        let session = self.clone();
        let work = move || async move { session.refresh_alone(seen).await }.boxed_local();
        self.inner.realm.refreshing.join(&self.inner.platform, work).await
    }

    async fn without_refresh_token(&self, stored: Stored, force_refresh: bool) -> Result<Secret, AuthError> {
        if stored.life.is_over(self.inner.platform.now()) {
            return Err(self.end(&stored, AuthCode::SessionExpired, session_expired()).await);
        }
        if force_refresh {
            return Err(AuthError::new(
                AuthCode::SignInRequired,
                "There is no refresh token, so a new access token needs a new sign-in. The scope `offline_access` asks \
                 for one; a tab that is a copy of another has none.",
            ));
        }
        Ok(stored.access_token)
    }

    /// The stored token, while it lives: what is left of it is more than a provider that is down can give.
    async fn still_valid(&self) -> Option<Secret> {
        let stored = self.load().await.ok()??;
        (!stored.life.is_over(self.inner.platform.now())).then_some(stored.access_token)
    }

    /// No other tab refreshes meanwhile; if one just did, its token is the one.
    async fn refresh_alone(&self, seen: Secret) -> Result<Secret, AuthError> {
        let held = self.hold().await;
        let outcome = self.refresh(&seen, &held).await;
        self.let_go(held).await;
        if let Err(error) = &outcome
            && let Some(ms) = error.retry_after_ms.filter(|_| error.retryable)
        {
            self.inner.realm.block(self.inner.platform.now(), ms.min(LONGEST_BLOCK_MS), error.clone());
        }
        outcome
    }

    async fn refresh(&self, seen: &Secret, held: &Held<P>) -> Result<Secret, AuthError> {
        let platform = &self.inner.platform;
        let mut used = self.load().await?.ok_or_else(sign_in_required)?;
        if matches!(held, Held::Lock { has_waited: true, .. }) && used.access_token.is(seen) {
            // Who had the lock has surely written something.
            platform.sleep(SETTLE_MS).await;
            used = self.load().await?.ok_or_else(sign_in_required)?;
        }
        let is_shared = !matches!(held, Held::Nothing);
        if is_shared && !used.access_token.is(seen) && used.life.is_fresh(platform.now()) {
            return Ok(used.access_token);
        }
        let Some(token) = &used.refresh_token else { return self.without_refresh_token(used, true).await };
        let was_unanswered = self.note_asked(&used).await;
        let (reply, was_lost) = self.ask_for_tokens(token).await?;
        if reply.status != 200 {
            let mut error = refusal(PLACE, &reply, &[token]);
            let may_be_used = was_unanswered || was_lost;
            if !may_be_used && !error.retryable && error.code != AuthCode::ProviderError {
                self.note_answered().await;
            }
            return match error.code {
                AuthCode::InvalidGrant | AuthCode::InvalidClient | AuthCode::UnauthorizedClient => {
                    if error.code == AuthCode::InvalidGrant && may_be_used {
                        error.code = AuthCode::RefreshReplyLost;
                    }
                    self.ended_by_provider(&used, error).await
                }
                _ => Err(error),
            };
        }
        let kept = match self.read(&used, &reply).await {
            Ok(renewed) => self.keep(&used, renewed).await,
            Err(error) => Err(error),
        };
        self.note_answered().await;
        kept
    }

    async fn read(&self, used: &Stored, reply: &Reply) -> Result<Stored, AuthError> {
        let tokens = TokenReply::read(&reply.body, self.inner.config.dpop)?;
        let (tokens, sub) = self.check_successor(used, tokens, reply.sent_at).await?;
        let life = Life { since: reply.sent_at, ms: tokens.life_ms };
        Ok(used.refreshed(tokens, life, sub))
    }

    /// Sends the refresh token, and at once a second time when no reply came: the provider may have replaced it
    /// already, and only right after that takes the old one again. The flag says that this happened.
    async fn ask_for_tokens(&self, token: &Secret) -> Result<(Reply, bool), AuthError> {
        let endpoints = self.endpoints().await?;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
        let request = form(&endpoints.token, &self.inner.config.client_id, &fields);
        match self.send(PLACE, request.clone(), None).await {
            Err(error) if error.retryable => Ok((self.send(PLACE, request, None).await?, true)),
            Ok(reply) if is_cut_off(&reply) => Ok((self.send(PLACE, request, None).await?, true)),
            outcome => Ok((outcome?, false)),
        }
        .and_then(|(reply, was_lost)| if is_cut_off(&reply) { Err(cut_off()) } else { Ok((reply, was_lost)) })
    }

    /// Notes that the refresh token of `used` is on its way, and says whether it was before without an answer: then the
    /// provider may have taken it although nobody heard.
    async fn note_asked(&self, used: &Stored) -> bool {
        let Inner { tokens, config, .. } = &*self.inner;
        let (key, mark) = (config.asked_key(), used.mark());
        let before = tokens.get(&key).await.ok().flatten();
        // If the store refuses, an end will be told by a less telling word.
        let _ = tokens.set(&key, &mark).await;
        before.is_some_and(|before| before == mark)
    }

    async fn note_answered(&self) {
        let _ = self.inner.tokens.remove(&self.inner.config.asked_key()).await;
    }

    /// Checks the ID token of a refresh, if there is one, and says whom it is about. When the provider's keys can't be
    /// had it is left out: the other tokens came from the provider all the same, and the old ones are gone.
    async fn check_successor(
        &self,
        used: &Stored,
        mut tokens: TokenReply,
        sent_at: Moment,
    ) -> Result<(TokenReply, Option<String>), AuthError> {
        let Inner { platform, config, skew, .. } = &*self.inner;
        let Some(token) = &tokens.id_token else { return Ok((tokens, None)) };
        let claims = Claims::required(token)?;
        // This computer's clock may have been set since. What is in the token was true a moment ago.
        if !claims.is_timely(skew.provider_wall_ms(platform.now())) {
            skew.learn_from_issue(claims.iat, sent_at, platform.now());
        }
        let expected = Expected {
            issuer: config.issuer.as_ref(),
            client_id: &config.client_id,
            nonce: None,
            now_wall_ms: skew.provider_wall_ms(platform.now()),
        };
        claims.check(&expected)?;
        if let Some(before) = used.id_token.as_ref().and_then(Claims::read) {
            before.check_successor(&claims)?;
        }
        match self.check_signature(token).await {
            Ok(()) => Ok((tokens, Some(claims.sub))),
            Err(error) if error.code == AuthCode::JwksUnreachable => {
                tokens.id_token = None;
                Ok((tokens, None))
            }
            Err(error) => Err(error),
        }
    }

    /// Stores `renewed`, unless the session that it comes from is no longer the stored one.
    async fn keep(&self, used: &Stored, renewed: Stored) -> Result<Secret, AuthError> {
        match self.load().await? {
            Some(stored) if stored.is_of(used) => {
                self.save(&renewed).await?;
                let expires_at_wall_ms = renewed.life.end_wall_ms();
                self.tell(SessionEvent::TokenRefreshed { expires_at_wall_ms }, renewed.sub);
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
                let mut told = session_expired();
                told.message = format!("{} {}", told.message, error.message);
                told.description.clone_from(&error.description);
                told.uri.clone_from(&error.uri);
                told.http_status = error.http_status;
                Err(self.end(used, error.code, told).await)
            }
            Some(stored) => Ok(stored.access_token),
            None => Err(sign_in_required()),
        }
    }

    /// Ends the session, once however many wait for it. A store that refuses can't be helped; the provider takes these
    /// tokens no more.
    pub(super) async fn end(&self, ended: &Stored, why: AuthCode, error: AuthError) -> AuthError {
        if self.load().await.is_ok_and(|stored| stored.is_some_and(|stored| stored.is_of(ended))) {
            let _ = self.forget().await;
            self.inner.realm.end(error.clone());
            self.tell(SessionEvent::SessionExpired(why), ended.sub.clone());
        }
        error
    }
}

/// A body that was cut off looks whole to some browsers (Firefox, when the connection ends before `content-length`). It
/// begins as JSON and is none.
fn is_cut_off(reply: &Reply) -> bool {
    let is_begun = reply.body.first() == Some(&b'{') || (reply.body.is_empty() && reply.status == 200);
    is_begun && Fields::from_bytes(&reply.body).is_none()
}

fn cut_off() -> AuthError {
    AuthError::new(AuthCode::Network, "The reply of the token endpoint broke off. Try again.")
}
