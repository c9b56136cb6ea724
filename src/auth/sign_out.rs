//! Signing out: forget, revoke, and end the provider's own session.

use super::endpoints::safe_url;
use super::request::{exchange, form};
use super::session::{Inner, Session, SessionEvent, signed_out};
use super::sign_in::random_text;
use super::stored::{Found, Stored};
use super::{AuthError, Secret, SignOut};
use crate::seams::{Platform, Store};
use std::fmt;

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
}

impl SignedOut {
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

    /// Signs out, and says how it went. Only a store that does not let go, or a bad
    /// `return_to`, is an error.
    pub async fn sign_out(&self, options: SignOut) -> Result<SignedOut, AuthError> {
        self.check_sign_out(&options)?;
        self.inner.realm.settled().await;
        // First of all, and also when it can't be read. A refresh that saves in between would bring the session back: it
        // is waited for, and who does not know of it by the lock sees that something ended.
        let Inner { tokens, config, realm, .. } = &*self.inner;
        let held = self.hold_briefly().await;
        realm.end(signed_out());
        let found = Stored::load(tokens, &config.session_key()).await;
        let is_nobody = matches!(found, Ok(Found::Nothing));
        let stored = if let Ok(Found::Session(stored)) = found { Some(stored) } else { None };
        let forgotten = self.forget(stored.as_ref()).await;
        drop(held);
        realm.end(signed_out());
        if is_nobody {
            // Other tabs may have sessions of their own, and could not tell that it was not their person who left.
            realm.tell(&SessionEvent::SignedOut);
        } else if forgotten.is_ok() {
            self.tell(SessionEvent::SignedOut, stored.as_ref());
        }
        // A session that can't be removed is at least made worthless.
        let (refresh_token, access_token) = match &stored {
            Some(stored) => self.revoke(stored).await,
            None => (Revocation::NoToken, Revocation::NoToken),
        };
        forgotten?;
        let logout = if options.local_only { None } else { self.logout_form(stored, options.return_to).await };
        Ok(SignedOut { logout, refresh_token, access_token })
    }

    /// Somebody, who is `sub` if that is known, signed out in another tab, and this tab has a session of its own. If it is
    /// the same person's it ends too.
    pub(super) async fn sign_out_with(&self, sub: Option<String>) {
        let Ok(Some(stored)) = self.load().await else { return };
        if sub.is_some() && stored.sub.is_some() && sub != stored.sub {
            return;
        }
        if self.forget(Some(&stored)).await.is_ok() {
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

    async fn logout_form(&self, stored: Option<Stored>, return_to: Option<String>) -> Option<LogoutForm> {
        let url = self.endpoints().await.ok()?.end_session.clone()?;
        let hint = stored.and_then(|stored| stored.id_token).map(|token| token.expose().to_owned());
        let fields = [
            ("id_token_hint", hint),
            ("post_logout_redirect_uri", return_to),
            ("state", random_text(&self.inner.platform).ok()),
            ("client_id", Some(self.inner.config.client_id.clone())),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        Some(LogoutForm { url, fields })
    }
}
