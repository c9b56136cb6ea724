//! Signing in by redirect: out with `authorization_url`, back with `handle_callback`.

use super::authorize::{Request, check_params, check_prompt};
use super::callback::{Answer, Outcome};
use super::config::Issuer;
use super::id_token::{Claims, Expected, bad};
use super::life::Life;
use super::mix_up::{Sharing, check_named, check_place, check_sharing};
use super::pending::{Pending, Step};
use super::realm::Realm;
use super::request::{form, refused, shown, shown_address};
use super::session::{Inner, Session, SessionEvent, SessionState};
use super::stored::Stored;
use super::token_reply::TokenReply;
use super::{AuthCode, AuthError, Secret, SignIn};
use crate::redact::Secrets;
use crate::seams::{NoRandom, Platform, Random, Store};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt;
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use std::fmt;

/// What a sign-in leads to, beside the session.
#[derive(Clone)]
pub struct Callback {
    /// What `SignIn::app_state` was.
    pub app_state: Option<String>,
    /// The session that began with it.
    session: String,
}

/// The application's state is its own affair and is not shown.
impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("has_app_state", &self.app_state.is_some()).finish()
    }
}

/// Random text of 256 bits: 43 characters that need no escaping anywhere (RFC 7636, section 4.1, wants at least as many).
pub(super) fn random_text<R: Random>(source: &R) -> Result<String, NoRandom> {
    Ok(URL_SAFE_NO_PAD.encode(source.random()?))
}

impl<P: Platform, S: Store> Session<P, S> {
    /// The URL to send the user to. What the callback will need is stored before this returns, so that a browser
    /// without storage is noticed before the user leaves the page.
    pub async fn authorization_url(&self, sign_in: SignIn) -> Result<String, AuthError> {
        let Inner { platform, config, tokens, .. } = &*self.inner;
        check_params(&sign_in.params)?;
        check_prompt(sign_in.prompt.as_deref())?;
        let pending = self.pending();
        pending.sweep(platform.now().wall_ms).await?;
        // A code that can't be kept would be used up for nothing.
        let probe = config.probe_key();
        tokens.set(&probe, "").await?;
        tokens.remove(&probe).await?;
        let endpoints = self.endpoints().await?;
        let now = platform.now().wall_ms;
        check_sharing(platform, config, &endpoints, sign_in.sharing, pending.store, now).await?;

        let verifier = PkceCodeVerifier::new(random_text(platform)?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let state = config.tagged_state(&random_text(platform)?, if sign_in.popup { "p" } else { "" });
        let scope = config.scope.join(" ");
        let nonce = if config.wants_id_token() { Some(random_text(platform)?) } else { None };
        let given = config.params.iter().chain(&sign_in.params).map(|(name, value)| (name.as_str(), value.as_str()));
        let named = [("prompt", &sign_in.prompt), ("login_hint", &sign_in.login_hint)];
        let named = named
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref().filter(|value| !value.is_empty())?)));
        let request = Request {
            client_id: &config.client_id,
            redirect_uri: &config.redirect_uri,
            scope: &scope,
            state: &state,
            nonce: nonce.as_deref(),
            code_challenge: challenge.as_str(),
            params: given.chain(named).collect(),
        };
        let url = request.url(&endpoints.authorization)?;

        let record = Pending {
            created_wall_ms: platform.now().wall_ms,
            step: Step::Sent,
            verifier: Secret::new(verifier.into_secret()),
            nonce,
            app_state: sign_in.app_state,
            redirect_uri: config.redirect_uri.clone(),
            scope,
            token_endpoint: endpoints.token.clone(),
            issuer: config.issuer.as_ref().map(|issuer| issuer.text.clone()),
            iss_promised: endpoints.iss_promised,
        };
        pending.put(&state, &record).await?;
        Ok(url)
    }

    /// Takes the URL that the provider sent the browser back to, and exchanges its code for a session: once for each
    /// `state`, whoever comes again gets the same outcome. What needs a token waits for it.
    pub async fn handle_answer(&self, url: &str, sharing: Sharing) -> Result<Callback, AuthError> {
        let Inner { platform, realm, .. } = &*self.inner;
        if let Some(error) = self.anybodys_error(url).await? {
            return Err(error);
        }
        let answer = Answer::read(platform, url)?;
        let state = answer.state.clone();
        if let Some(known) = realm.callback(&state) {
            return known.await;
        }
        let session = self.clone();
        let elsewhere = Realm::callback_elsewhere(&self.inner.config.session_key(), &state);
        let url = url.to_owned();
        let finishing = async move {
            match elsewhere {
                Some(elsewhere) => session.share(elsewhere.await).await,
                None => session.finish(answer, &url, sharing).await,
            }
        };
        let finishing = finishing.boxed_local().shared();
        realm.remember(&state, finishing.clone());
        platform.spawn(finishing.clone().map(drop).boxed_local());
        let outcome = finishing.await;
        if outcome.as_ref().is_err_and(|error| error.code == AuthCode::StateUnknown) {
            realm.forget(&state);
        }
        outcome
    }

    /// The same in a page that has no other issuer.
    pub async fn handle_callback(&self, url: &str) -> Result<Callback, AuthError> {
        self.handle_answer(url, Sharing::Alone).await
    }

    /// What another session of this page, with another store, made of the same answer. If both stores are the same
    /// database (two adapter objects, which React's strict mode makes), it is this session's sign-in too.
    async fn share(&self, outcome: Result<Callback, AuthError>) -> Result<Callback, AuthError> {
        if let (Ok(callback), Ok(Some(stored))) = (outcome, self.load().await)
            && stored.id == callback.session
        {
            return Ok(callback);
        }
        Err(state_unknown())
    }

    async fn finish(&self, answer: Answer, url: &str, sharing: Sharing) -> Result<Callback, AuthError> {
        let now = self.inner.platform.now().wall_ms;
        let pending = self.pending();
        pending.sweep(now).await?;
        let Some(record) = pending.get(&answer.state, now).await? else {
            // Some browsers let the page that is left see its request fail, and so forget the record.
            return Err(if is_told(&answer) { interrupted() } else { state_unknown() });
        };
        let state = answer.state.clone();
        let outcome = self.settle(answer, &record, url, sharing).await;
        // Whatever happened, the code is used up. If this fails the record says "exchanging" and can't be used either.
        let _ = pending.remove(&state).await;
        match outcome {
            Ok(stored) => {
                self.tell(SessionEvent::SignedIn, Some(&stored));
                self.keep_alive();
                Ok(Callback { app_state: record.app_state, session: stored.id })
            }
            // With the record gone the same call can't succeed; only a new sign-in can.
            Err(mut error) => {
                error.retryable = false;
                error.app_state = record.app_state;
                Err(error)
            }
        }
    }

    async fn settle(
        &self,
        answer: Answer,
        record: &Pending,
        url: &str,
        sharing: Sharing,
    ) -> Result<Box<Stored>, AuthError> {
        if record.step == Step::Exchanging || is_told(&answer) {
            return Err(interrupted());
        }
        let exchanging = Pending { step: Step::Exchanging, ..record.clone() };
        self.pending().put(&answer.state, &exchanging).await?;
        check_place(&self.inner.platform, &record.redirect_uri, url)?;
        let issuer = self.issuer_of(record, answer.iss.as_deref())?;
        check_named(sharing, answer.iss.as_deref())?;
        match answer.outcome {
            Outcome::Refused { error, description, uri } => {
                let nonce = record.nonce.as_deref().unwrap_or_default();
                let secrets = Secrets::new([record.verifier.expose(), nonce, &answer.state]);
                Err(refused_by_provider(&error, description, uri, &secrets))
            }
            Outcome::Code(code) => {
                // The session's, and its key's, if it is to be bound to one.
                let id = random_text(&self.inner.platform)?;
                let outcome = self.exchange_code(&id, &code, record, issuer.as_ref()).await;
                if outcome.is_err() && self.inner.config.dpop {
                    self.drop_key(&id).await;
                }
                outcome
            }
        }
    }

    /// The issuer that the sign-in was sent to, if `iss` does not speak against it (RFC 9207). When the application
    /// gave no issuer, the answer's own stands in, so that at least the ID token has to agree with it.
    fn issuer_of(&self, record: &Pending, iss: Option<&str>) -> Result<Option<Issuer>, AuthError> {
        let own = record.issuer.clone().map(|text| Issuer {
            text,
            slash_optional: self.inner.config.issuer.as_ref().is_some_and(|issuer| issuer.slash_optional),
        });
        let why = match (&own, iss) {
            (Some(issuer), Some(iss)) if !issuer.is(iss) => "comes from another issuer than it was sent to",
            (_, None) if record.iss_promised => {
                "does not say who it comes from (`iss`), though the provider promises it"
            }
            (None, Some(iss)) => return Ok(Some(Issuer { text: iss.to_owned(), slash_optional: false })),
            _ => return Ok(own),
        };
        let message = format!("The answer to the sign-in {why}: it may be forged and is not used. Sign in again.");
        Err(AuthError::new(AuthCode::IssuerMismatch, message))
    }

    async fn exchange_code(
        &self,
        id: &str,
        code: &Secret,
        record: &Pending,
        issuer: Option<&Issuer>,
    ) -> Result<Box<Stored>, AuthError> {
        const PLACE: &str = "token endpoint";
        let Inner { platform, config, skew, .. } = &*self.inner;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", record.redirect_uri.as_str()),
            ("code_verifier", record.verifier.expose()),
        ];
        let request = form(&record.token_endpoint, &config.client_id, &fields);
        let reply = self.send(PLACE, request, None, config.dpop.then_some(id)).await?;
        let nonce = record.nonce.as_deref().map(Secret::new);
        let tokens = TokenReply::of(PLACE, &reply, config.dpop, &nonce.iter().collect::<Vec<_>>())?;
        let granted = tokens.scope.as_deref().unwrap_or(&record.scope);
        let sub = match &tokens.id_token {
            Some(token) => {
                let claims = Claims::required(token)?;
                self.check_signature(token).await?;
                // The nonce shows that it was made for this request; so its `iat` tells the provider's time.
                if record.nonce.is_some() && claims.nonce == record.nonce {
                    skew.learn_from_issue(claims.iat, reply.sent_at, reply.read_at);
                }
                let expected = Expected {
                    issuer,
                    client_id: &config.client_id,
                    nonce: record.nonce.as_deref(),
                    now_wall_ms: skew.provider_wall_ms(platform.now()),
                };
                claims.check(&expected)?;
                Some(claims.sub)
            }
            // A provider that writes no string there signs the person in all the same, without a name. A reply that
            // leaves the ID token out is refused.
            None if !tokens.is_id_token_odd && granted.split(' ').any(|scope| scope == "openid") => {
                return Err(bad("is missing, though `openid` was granted."));
            }
            None => None,
        };
        let life = Life { since: reply.sent_at, ms: tokens.life_ms };
        let stored = Stored::new(id.to_owned(), tokens, life, sub, record.scope.clone());
        self.begin(&stored).await?;
        Ok(stored)
    }

    /// Puts a new session in the place of the one before.
    async fn begin(&self, stored: &Stored) -> Result<(), AuthError> {
        // A refresh, or the end, of the one before must not overlap it. Where there are no locks, its id names the queue.
        let _ = self.load().await;
        let held = self.hold_briefly().await;
        let before = self.look().await.ok().flatten();
        if let Err(error) = self.save(stored).await {
            drop(held);
            // Nobody has them now.
            self.revoke(stored).await;
            return Err(error);
        }
        // What troubled the one before is nothing to this one.
        self.inner.realm.set_state(SessionState::SignedIn);
        self.forget_trouble().await;
        drop(held);
        self.inner.realm.meet(stored);
        if let Some(id) = before.as_deref().and_then(Stored::own_key) {
            self.drop_key(id).await;
        }
        Ok(())
    }
}

/// The face says so itself when the page was reloaded after the answer had left the address bar.
fn is_told(answer: &Answer) -> bool {
    matches!(&answer.outcome, Outcome::Refused { error, .. } if error == AuthCode::SignInInterrupted.as_str())
}

fn state_unknown() -> AuthError {
    AuthError::new(
        AuthCode::StateUnknown,
        "This answer belongs to no sign-in under way in this tab: it was begun in another tab or browser, was already \
         handled, or took more than 10 minutes. Sign in again.",
    )
}

fn interrupted() -> AuthError {
    AuthError::new(
        AuthCode::SignInInterrupted,
        "The page was left or reloaded while the code was being exchanged. A code is never sent twice: sign in again.",
    )
}

pub(super) fn refused_by_provider(
    word: &str,
    description: Option<String>,
    uri: Option<String>,
    secrets: &Secrets,
) -> AuthError {
    let code = AuthCode::from_oauth(word).unwrap_or(AuthCode::ProviderError);
    let mut error = refused(code, Some(word), "The provider ended the sign-in", secrets);
    error.description = shown(description, secrets);
    error.uri = shown_address(uri, secrets);
    error
}
