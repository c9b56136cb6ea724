//! Access tokens, and getting new ones: one request at a time in the page and, where the tabs share a session, in the
//! browser.

use super::endpoints::Endpoints;
use super::lease::{Held, SETTLE_MS};
use super::refusal::{Said, Verdict};
use super::request::{Reply, form, shown};
use super::session::{Inner, Session, SessionEvent, session_expired, sign_in_required};
use super::stored::Stored;
use super::successor::Afterwards;
use super::token_reply::TokenReply;
use super::trouble::Failure;
use super::{AuthCode, AuthError, Secret};
use crate::seams::{Fields, Moment, Platform, Store};
use futures_util::FutureExt;
use std::rc::Rc;

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
            // If it ends, a sign-in must not come in between.
            let _held = if stored.life.is_over(now) { self.hold_briefly().await } else { None };
            return self.without_refresh_token(stored, force_refresh).await;
        }
        let may_wait = force_refresh || stored.life.is_over(now);
        let outcome = match self.pause(&stored, may_wait).await {
            Err(error) => Err(error),
            Ok(()) => self.renewed(stored.access_token).await,
        };
        match outcome {
            // Whatever the reason: a token that lives is used on.
            Err(error) if !force_refresh => self.still_valid().await.ok_or(error),
            outcome => outcome,
        }
    }

    /// Another token than `seen`: of the refresh under way, or of one that begins now.
    pub(super) async fn renewed(&self, seen: Secret) -> Result<Secret, AuthError> {
        let session = self.clone();
        let work = move || async move { session.refresh_alone(seen).await }.boxed_local();
        self.inner.realm.refreshing.join(&self.inner.platform, work).await
    }

    async fn without_refresh_token(&self, stored: Box<Stored>, force_refresh: bool) -> Result<Secret, AuthError> {
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

    /// No other tab refreshes meanwhile; if one just did, its token is the one. What may take long and need not be done
    /// alone is done before and afterwards.
    async fn refresh_alone(&self, seen: Secret) -> Result<Secret, AuthError> {
        let mut afterwards = Afterwards::default();
        let asked_at = self.inner.platform.now();
        let endpoints = self.endpoints().await;
        let held = self.hold().await;
        let mut outcome = self.refresh(&seen, asked_at, &held, endpoints, &mut afterwards).await;
        self.let_go(held).await;
        if let Some(orphan) = &afterwards.orphan {
            self.revoke(orphan).await;
        }
        if afterwards.wants_keys {
            // For the next ID token; this one is left out.
            let _ = self.fetch_keys().await;
        }
        if outcome.is_err()
            && let Ok(Some(stored)) = self.load().await
            && !stored.access_token.is(&seen)
        {
            // Another tab had more luck.
            outcome = Ok(stored.access_token);
        }
        if let Err(error) = &outcome
            && let Some(ms) = error.retry_after_ms.filter(|_| error.retryable)
        {
            self.inner.realm.block(self.inner.platform.now(), ms.min(LONGEST_BLOCK_MS), error.clone());
        }
        outcome
    }

    async fn refresh(
        &self,
        seen: &Secret,
        asked_at: Moment,
        held: &Held<P>,
        endpoints: Result<Rc<Endpoints>, AuthError>,
        afterwards: &mut Afterwards,
    ) -> Result<Secret, AuthError> {
        let platform = &self.inner.platform;
        let mut used = self.load_newest().await?.ok_or_else(sign_in_required)?;
        if matches!(held, Held::Lock { has_waited: true, .. }) && used.access_token.is(seen) {
            // Who had the lock has surely written something.
            platform.sleep(SETTLE_MS).await;
            used = self.load_newest().await?.ok_or_else(sign_in_required)?;
        }
        // What ends from here on is the session that is refreshed, and no earlier one.
        afterwards.ends = self.inner.realm.ends();
        let is_shared = !matches!(held, Held::Nothing(None));
        if is_shared && !used.access_token.is(seen) && used.life.is_fresh(platform.now()) {
            return Ok(used.access_token);
        }
        let Some(token) = &used.refresh_token else { return self.without_refresh_token(used, true).await };
        if is_shared && let Some(error) = self.tried_meanwhile(&used, asked_at).await {
            return Err(error);
        }
        let endpoints = match endpoints {
            Ok(endpoints) => endpoints,
            Err(error) => return self.failed(&used, held, Failure::of_infrastructure(error)).await,
        };
        if self.is_lost(held).await {
            return Err(overtaken());
        }
        let was_unanswered = match self.note_asked(&used).await {
            // What the refresh leads to could not be kept either, and the refresh token would be spent for it.
            Err(error) if !used.life.is_over(platform.now()) => return Err(error),
            noted => noted.unwrap_or(false),
        };
        let (reply, was_lost) = match self.ask_for_tokens(&used, token, &endpoints, held).await? {
            Ok(answered) => answered,
            Err(error) => return self.failed(&used, held, Failure::of_infrastructure(error)).await,
        };
        let error = match TokenReply::of(PLACE, &reply, used.is_bound, &used.secrets()) {
            Ok(tokens) => return self.succeed(&used, tokens, reply.sent_at, afterwards).await,
            Err(error) => error,
        };
        let said = Said::of(&reply);
        let verdict = said.verdict(reply.status);
        let may_be_used = was_unanswered || was_lost;
        if !may_be_used && verdict != Verdict::Infrastructure && !error.code.retryable() {
            self.note_answered().await;
        }
        // It is noted in the store, where nothing of what was sent belongs.
        let word = shown(said.word, &reply.secrets).map(String::from);
        self.failed(&used, held, Failure { error, verdict, word, may_be_used }).await
    }

    /// What comes of a refresh that led to no token. The session ends only when its access token is over, and only by the
    /// provider's word; what was stored meanwhile is used instead.
    async fn failed(&self, used: &Stored, held: &Held<P>, failure: Failure) -> Result<Secret, AuthError> {
        let platform = &self.inner.platform;
        if self.is_lost(held).await {
            // The other tab sent it too, and knows better.
            return Err(overtaken());
        }
        if let Some(other) = self.replaced(used).await? {
            return other;
        }
        let is_refused = failure.verdict == Verdict::End;
        // A token that the core has just refused does not live. But the refusal may be for a token that was renewed, and
        // whose reply was lost: then another try may bring it yet.
        let is_useless = self.inner.realm.is_refused(used) && !failure.may_be_used;
        if is_refused && (is_useless || used.life.is_over(platform.now())) {
            // Another request was perhaps quicker with the same refresh token, and is about to store what it got.
            platform.sleep(SETTLE_MS).await;
            if let Some(other) = self.replaced(used).await? {
                return other;
            }
        }
        let mut failure = failure;
        failure.error.retryable = !is_refused && failure.error.code != AuthCode::InvalidConfig;
        let trouble = self.note_trouble(used, &failure).await;
        let mut error = failure.error;
        let now = platform.now();
        let is_over = used.life.is_over(now);
        if (is_refused && (is_over || is_useless)) || (is_over && trouble.is_final(now)) {
            if is_refused && failure.may_be_used {
                error.code = AuthCode::RefreshReplyLost;
            }
            return Err(self.end_for(used, &error).await);
        }
        self.doubt(used).await;
        self.keep_alive();
        Err(error)
    }

    /// What is stored in the place of `used`: the token of a newer one, or the want of any.
    async fn replaced(&self, used: &Stored) -> Result<Option<Result<Secret, AuthError>>, AuthError> {
        Ok(match self.load().await? {
            Some(stored) if stored.access_token.is(&used.access_token) => None,
            Some(stored) => Some(Ok(stored.access_token)),
            None => Some(Err(sign_in_required())),
        })
    }

    /// Sends the refresh token, and at once a second time when no reply came: the provider may have replaced it
    /// already, and only right after that takes the old one again. The flag says that this happened. The inner error means
    /// that there is no reply.
    async fn ask_for_tokens(
        &self,
        used: &Stored,
        token: &Secret,
        endpoints: &Endpoints,
        held: &Held<P>,
    ) -> Result<Result<(Box<Reply>, bool), AuthError>, AuthError> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
        let request = form(&endpoints.token, &self.inner.config.client_id, &fields);
        match self.send(PLACE, request.clone(), None, used.key()).await {
            Ok(reply) if !is_cut_off(&reply) => return Ok(Ok((reply, false))),
            Err(error) if !error.retryable => return Ok(Err(error)),
            _ => {}
        }
        // A page that was frozen comes here long after, and learns in its next turn what it missed.
        self.inner.platform.turn().await;
        let is_current = self.load().await?.is_some_and(|stored| stored.is_of(used));
        if !is_current || !self.go_on(held).await {
            return Err(overtaken());
        }
        let reply = self.send(PLACE, request, None, used.key()).await;
        Ok(reply.and_then(|reply| if is_cut_off(&reply) { Err(cut_off()) } else { Ok((reply, true)) }))
    }

    /// Notes that the refresh token of `used` is on its way, and says whether it was before without an answer: then the
    /// provider may have taken it although nobody heard.
    async fn note_asked(&self, used: &Stored) -> Result<bool, AuthError> {
        let Inner { tokens, config, .. } = &*self.inner;
        let (key, mark) = (config.asked_key(), used.mark());
        let before = tokens.get(&key).await.ok().flatten();
        tokens.set(&key, &mark).await?;
        Ok(before.is_some_and(|before| before == mark))
    }

    pub(super) async fn note_answered(&self) {
        let _ = self.inner.tokens.remove(&self.inner.config.asked_key()).await;
    }

    /// Ends the session because of `why`.
    pub(super) async fn end_for(&self, ended: &Stored, why: &AuthError) -> AuthError {
        let mut told = session_expired();
        told.message = [told.message.as_str(), " ", &why.message].concat();
        told.description.clone_from(&why.description);
        told.uri.clone_from(&why.uri);
        told.http_status = why.http_status;
        self.end(ended, why.code, told).await
    }

    /// Ends the session, once however many wait for it. A store that refuses can't be helped; the provider takes these
    /// tokens no more.
    pub(super) async fn end(&self, ended: &Stored, why: AuthCode, error: AuthError) -> AuthError {
        if let Ok(Some(stored)) = self.load().await
            && stored.is_of(ended)
        {
            let _ = self.forget(Some(&stored)).await;
            self.inner.realm.end(error.clone());
            self.tell_of(SessionEvent::SessionExpired(why), Some(&stored), Some(error.clone()));
        }
        error
    }
}

/// A body that was cut off looks whole to some browsers (Firefox, when the connection ends before `content-length`). It
/// begins as JSON, and does not end so.
fn is_cut_off(reply: &Reply) -> bool {
    let body = reply.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&reply.body).trim_ascii();
    match (body.first(), body.last()) {
        (None, _) => reply.status == 200,
        (Some(b'{'), Some(b'}')) => false,
        (first, _) => first == Some(&b'{') && Fields::from_bytes(body).is_none(),
    }
}

fn cut_off() -> AuthError {
    AuthError::new(AuthCode::Network, "The reply of the token endpoint broke off. Try again.")
}

/// Another tab goes on with the refresh token.
fn overtaken() -> AuthError {
    AuthError::new(
        AuthCode::Timeout,
        "Renewing the token took so long that another tab took over, or the session changed meanwhile. Try again.",
    )
}
