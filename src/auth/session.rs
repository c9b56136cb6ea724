//! A session with a provider. What it does is in `sign_in`, `refresh`, `user_info` and `sign_out`; here is what they
//! share.

use super::config::{Config, Provider};
use super::discovery::discover;
use super::endpoints::Endpoints;
use super::pending::PendingRecords;
use super::realm::Realm;
use super::stored::Stored;
use super::{AuthCode, AuthError, AuthOptions};
use crate::seams::{Platform, Store};
use std::cell::RefCell;
use std::rc::Rc;

/// What the application is told.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionEvent {
    /// A sign-in led to a session.
    SignedIn,
    /// The access token was replaced.
    TokenRefreshed {
        /// When the new one ends.
        expires_at_wall_ms: f64,
    },
    /// The session ended without a sign-out: by the provider's word (`invalid_grant`, …), or because the token ended
    /// and there was nothing to refresh it with (`session_expired`).
    SessionExpired(AuthCode),
    /// The session was ended here.
    SignedOut,
}

pub(super) struct Inner<P: Platform, S: Store> {
    pub platform: P,
    pub config: Config,
    pub tokens: S,
    pub pending: S,
    pub realm: Rc<Realm>,
    /// Kept for the realm, which knows it only weakly.
    _on_event: Rc<dyn Fn(SessionEvent)>,
    discovered: RefCell<Option<Rc<Endpoints>>>,
}

/// A session, or the want of one. Clones are the same session.
pub struct Session<P: Platform, S: Store> {
    pub(super) inner: Rc<Inner<P, S>>,
}

impl<P: Platform, S: Store> Clone for Session<P, S> {
    fn clone(&self) -> Self {
        Self { inner: Rc::clone(&self.inner) }
    }
}

impl<P: Platform, S: Store> Session<P, S> {
    /// Checks the options; asks nobody. `tokens` keeps the session, `pending` the sign-ins under way.
    pub fn new(
        platform: P,
        options: AuthOptions,
        tokens: S,
        pending: S,
        on_event: Rc<dyn Fn(SessionEvent)>,
    ) -> Result<Self, AuthError> {
        let config = Config::new(&platform, options)?;
        let discovered = match &config.provider {
            Provider::Known(endpoints) => Some(Rc::new(endpoints.clone())),
            Provider::Discovered => None,
        };
        let realm = Realm::of(&[tokens.place(), config.session_key()].concat(), &on_event);
        let inner = Inner {
            platform,
            config,
            tokens,
            pending,
            realm,
            _on_event: on_event,
            discovered: RefCell::new(discovered),
        };
        Ok(Self { inner: Rc::new(inner) })
    }

    /// Whether there is a session that is usable, or can be refreshed. Asks the store only.
    pub async fn is_signed_in(&self) -> bool {
        self.inner.realm.settled().await;
        let now = self.inner.platform.now();
        match self.load().await {
            Ok(Some(stored)) => stored.refresh_token.is_some() || !stored.life.is_over(now),
            Ok(None) | Err(_) => false,
        }
    }

    /// The endpoints. A discovery that failed is tried again by the next call; two at once do no harm.
    pub(super) async fn endpoints(&self) -> Result<Rc<Endpoints>, AuthError> {
        let known = self.inner.discovered.borrow().clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let Inner { platform, config, .. } = &*self.inner;
        let issuer = config.issuer.as_ref().ok_or_else(|| AuthError::config("issuer", "is missing."))?;
        let found = Rc::new(discover(platform, config, issuer).await?);
        self.inner.discovered.replace(Some(Rc::clone(&found)));
        Ok(found)
    }

    pub(super) async fn load(&self) -> Result<Option<Stored>, AuthError> {
        Stored::load(&self.inner.tokens, &self.inner.config.session_key()).await
    }

    pub(super) async fn save(&self, stored: &Stored) -> Result<(), AuthError> {
        stored.save(&self.inner.tokens, &self.inner.config.session_key()).await
    }

    pub(super) async fn forget(&self) -> Result<(), AuthError> {
        Ok(self.inner.tokens.remove(&self.inner.config.session_key()).await?)
    }

    pub(super) fn pending(&self) -> PendingRecords<'_, S> {
        PendingRecords { store: &self.inner.pending, prefix: self.inner.config.pending_prefix() }
    }

    pub(super) fn tell(&self, event: SessionEvent) {
        self.inner.realm.tell(&event);
    }
}
