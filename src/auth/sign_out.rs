//! Signing out: forget, revoke, and end the provider's own session.

use super::endpoints::safe_url;
use super::news::News;
use super::realm::Person;
use super::request::{exchange, form};
use super::session::{Inner, Session, SessionEvent, signed_out};
use super::sign_in::random_text;
use super::stored::{Found, Stored};
use super::{AuthError, Owner, Secret, SignOut};
use crate::seams::{Platform, Store};
use std::fmt;
use std::future::Future;

/// Before a store that refused is asked again.
const TRIES_MS: [f64; 2] = [50.0, 200.0];
/// Who takes longer to refuse is not asked again.
const SILENT_MS: f64 = 1_000.0;

/// A form to be posted, by the browser itself, to the provider's log-out page. Not a link: the hint is an ID token,
/// which has no business in a URL.
#[derive(Clone)]
pub struct LogoutForm {
    /// Where to.
    pub url: String,
    /// Its fields, in order.
    pub fields: Vec<(String, String)>,
}

impl fmt::Debug for LogoutForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("LogoutForm").field("url", &self.url).field("fields", &names).finish()
    }
}

/// What became of a token at sign-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// There was none.
    NoToken,
    /// The provider has no revocation endpoint, or it is not known because discovery failed.
    NoEndpoint,
    /// The provider confirmed it (it does so for tokens it no longer knows, too).
    Done,
    /// The provider did not confirm it: the token lives until it expires.
    Failed,
    /// There was one, or may have been, and it could not be read.
    Unknown,
}

/// Who is about to sign out.
pub struct Leaving {
    person: Option<Person>,
    is_read: bool,
    is_damaged: bool,
}

impl SignedOut {
    /// Somebody else's session has taken the place of the one to be ended. It is left alone, here and at the provider.
    fn elsewhere() -> Self {
        Self { logout: None, refresh_token: Revocation::Unknown, access_token: Revocation::Unknown }
    }

    /// Whether the provider confirmed that no token lives on.
    pub fn is_revoked(&self) -> bool {
        let is_gone = |token| matches!(token, Revocation::NoToken | Revocation::Done);
        is_gone(self.refresh_token) && is_gone(self.access_token)
    }
}

/// How a sign-out went. The session is gone from this browser in any case.
#[derive(Clone, Debug)]
pub struct SignedOut {
    /// What is left to do for the browser; `None` if the provider has no log-out page or `local_only` was asked.
    pub logout: Option<LogoutForm>,
    /// The refresh token.
    pub refresh_token: Revocation,
    /// The access token.
    pub access_token: Revocation,
}

impl<P: Platform, S: Store> Session<P, S> {
    /// Whether the options can be followed.
    pub fn check_sign_out(&self, options: &SignOut) -> Result<(), AuthError> {
        if let Some(address) = &options.return_to {
            let url = safe_url(&self.inner.platform, address);
            url.map_err(|wanted| AuthError::config("returnTo", wanted))?;
        }
        Ok(())
    }

    /// Who is about to sign out, to be asked before anything else is done for it: whoever signs in meanwhile, in
    /// another tab, is left alone. It is the person that this page knows, even if the store can't be read now.
    pub async fn leaving(&self) -> Leaving {
        let Inner { tokens, config, realm, .. } = &*self.inner;
        realm.settled().await;
        let known = realm.owner();
        let found = Stored::load(tokens, &config.session_key()).await;
        let seen = if let Ok(Found::Session(stored)) = &found {
            realm.meet(stored);
            realm.owner()
        } else {
            None
        };
        let is_damaged = matches!(found, Ok(Found::Damaged));
        Leaving { person: known.or(seen), is_read: found.is_ok(), is_damaged }
    }

    /// Whose registrations they are who leave.
    pub fn owner_of(&self, leaving: &Leaving) -> Owner {
        match &leaving.person {
            Some((id, sub)) => self.owner_called(id, sub.as_deref()),
            None if leaving.is_read => Owner::Nobody,
            None => Owner::Unknown,
        }
    }

    /// Signs out, and says how it went. Only a store that can't be read or does not let go, or a bad `return_to`, is an
    /// error.
    pub async fn sign_out(&self, options: SignOut) -> Result<SignedOut, AuthError> {
        let leaving = self.leaving().await;
        self.sign_out_of(&leaving, options).await
    }

    /// Signs out who is `leaving`, and nobody else.
    pub async fn sign_out_of(&self, leaving: &Leaving, options: SignOut) -> Result<SignedOut, AuthError> {
        self.check_sign_out(&options)?;
        self.inner.realm.settled().await;
        // A refresh that saves in between would bring the session back: it is waited for, and who does not know of it by
        // the lock sees that something ended.
        let Inner { tokens, config, realm, .. } = &*self.inner;
        let held = self.hold_briefly().await;
        realm.end(signed_out());
        let person = leaving.person.as_ref();
        let key = config.session_key();
        let found = self.patiently(|| Stored::load(tokens, &key)).await;
        let may_be_replaced = realm.may_be_replaced(person.map(|(id, _)| id.as_str()));
        let stored = match found {
            Ok(Found::Session(stored)) if person.is_none_or(|(id, sub)| stored.is_same_persons(id, sub.as_deref())) => {
                Some(stored)
            }
            // Somebody else signed in meanwhile, and is who is here from now on.
            Ok(Found::Session(_)) => {
                let _ = self.load().await;
                return Ok(SignedOut::elsewhere());
            }
            Ok(Found::Nothing) if person.is_none() && !leaving.is_damaged => {
                let forgotten = self.forget(None).await;
                drop(held);
                // Other tabs may have sessions of their own, and could not tell that it was not their person who left.
                realm.tell(&SessionEvent::SignedOut);
                forgotten?;
                let logout = self.logout_form(None, options).await;
                return Ok(SignedOut { logout, refresh_token: Revocation::NoToken, access_token: Revocation::NoToken });
            }
            // It was there, and what became of its tokens is not known.
            Ok(Found::Nothing | Found::Damaged | Found::Later) => None,
            // What can't be read can still be removed, if it can only be this person's.
            Err(_) if !may_be_replaced && (person.is_some() || self.is_own_tabs()) => None,
            Err(_) if may_be_replaced && !tokens.is_foreign() => return Ok(SignedOut::elsewhere()),
            Err(error) => return Err(error),
        };
        let forgotten = self.patiently(|| self.forget(stored.as_deref())).await;
        drop(held);
        realm.end(signed_out());
        if forgotten.is_ok() {
            let (id, sub) = match (&stored, person) {
                (Some(stored), _) => (Some(stored.id.clone()), stored.sub.clone()),
                (None, person) => person.cloned().map_or((None, None), |(id, sub)| (Some(id), sub)),
            };
            self.tell_whose(SessionEvent::SignedOut, id, sub, None);
        }
        // A session that can't be removed is at least made worthless.
        let (refresh_token, access_token) = match &stored {
            Some(stored) => self.revoke(stored).await,
            None => (Revocation::Unknown, Revocation::Unknown),
        };
        forgotten?;
        Ok(SignedOut { logout: self.logout_form(stored, options).await, refresh_token, access_token })
    }

    /// Whether no other tab can have put a session into the store.
    fn is_own_tabs(&self) -> bool {
        let tokens = &self.inner.tokens;
        !tokens.is_shared() || !tokens.tab().is_empty()
    }

    /// Tries again what a store refused at once: it may be busy for a moment. One that keeps silent is not asked again.
    async fn patiently<T, E, F: Future<Output = Result<T, E>>>(&self, work: impl Fn() -> F) -> Result<T, E> {
        let platform = &self.inner.platform;
        for wait_ms in TRIES_MS {
            let begun = platform.now();
            let outcome = work().await;
            if outcome.is_ok() || begun.age_ms(platform.now()) > SILENT_MS {
                return outcome;
            }
            platform.sleep(wait_ms).await;
        }
        work().await
    }

    /// Somebody signed out in another tab, and this tab has a session of its own. If it is the same person's it ends too.
    pub(super) async fn sign_out_with(&self, news: &News) {
        let held = self.hold_briefly().await;
        let Ok(Some(stored)) = self.load().await else { return };
        if !news.is_about(&stored) {
            return;
        }
        if self.forget(Some(&stored)).await.is_ok() {
            drop(held);
            self.inner.realm.end(signed_out());
            self.inner.realm.tell(&SessionEvent::SignedOut);
        }
        self.revoke(&stored).await;
    }

    /// Revokes both tokens as far as it goes, the refresh token first: with it many providers end the whole grant.
    pub(super) async fn revoke(&self, stored: &Stored) -> (Revocation, Revocation) {
        let endpoint = self.endpoints().await.ok().and_then(|endpoints| endpoints.revocation.clone());
        let endpoint = endpoint.as_deref();
        let refresh_token = match &stored.refresh_token {
            Some(token) => self.revoke_one(endpoint, token, "refresh_token").await,
            None => Revocation::NoToken,
        };
        (refresh_token, self.revoke_one(endpoint, &stored.access_token, "access_token").await)
    }

    async fn revoke_one(&self, endpoint: Option<&str>, token: &Secret, hint: &str) -> Revocation {
        let Inner { platform, config, .. } = &*self.inner;
        let Some(endpoint) = endpoint else { return Revocation::NoEndpoint };
        let request = form(endpoint, &config.client_id, &[("token", token.expose()), ("token_type_hint", hint)]);
        match exchange(platform, "revocation endpoint", request, config.timeout_ms).await {
            Ok(reply) if reply.status == 200 => Revocation::Done,
            _ => Revocation::Failed,
        }
    }

    async fn logout_form(&self, stored: Option<Box<Stored>>, options: SignOut) -> Option<LogoutForm> {
        if options.local_only {
            return None;
        }
        let url = self.endpoints().await.ok()?.end_session.clone()?;
        let hint = stored.and_then(|stored| stored.id_token).map(|token| token.expose().to_owned());
        let fields = [
            ("id_token_hint", hint),
            ("post_logout_redirect_uri", options.return_to),
            ("state", random_text(&self.inner.platform).ok()),
            ("client_id", Some(self.inner.config.client_id.clone())),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        Some(LogoutForm { url, fields })
    }
}
