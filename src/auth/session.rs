//! A session with a provider. What it does is in `sign_in`, `refresh`, `user_info` and `sign_out`; here is what they
//! share.

use super::config::{Config, Provider};
use super::discovery::discover;
use super::dpop::Nonces;
use super::endpoints::Endpoints;
use super::jwks::Keys;
use super::limited::{Limited, in_time};
use super::news::News;
use super::pending::PendingRecords;
use super::realm::Realm;
use super::skew::Skew;
use super::stored::{Found, Stored};
use super::{AuthCode, AuthError, AuthOptions};
use crate::seams::{Platform, Store};
use std::cell::RefCell;
use std::rc::Rc;

/// Between two looks at a store that is behind, and how long it may be: then it is believed.
const BEHIND_MS: f64 = 20.0;
const LONGEST_BEHIND_MS: f64 = 3_000.0;

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
    /// The access token ends soon, and there is nothing to renew it with, or renewing it fails for now.
    TokenExpiring {
        /// When it ends.
        expires_at_wall_ms: f64,
    },
    /// The access token is over and can't be renewed for now; nobody knows whether the session still lives.
    SessionUncertain(AuthCode),
    /// The session ended without a sign-out: by the provider's word (`invalid_grant`, …), or because the token ended
    /// and there was nothing to refresh it with (`session_expired`).
    SessionExpired(AuthCode),
    /// The session was ended here.
    SignedOut,
}

/// What is known of the session at a moment (`auth.sessionState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// The store was not read yet.
    Unknown,
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is signed in.
    SignedIn,
    /// Somebody was signed in. The access token is over and can't be renewed for now.
    Uncertain,
}

/// What a listener is told.
#[derive(Clone, Debug)]
pub enum Told {
    /// The state is another one now.
    State(SessionState),
    /// Something happened, and the error that it came from. The state that goes with it was told before.
    Event(SessionEvent, Option<AuthError>),
    /// Calls under way with the session's tokens end with this error.
    Ended(AuthError),
}

pub(super) struct Inner<P: Platform, S: Store> {
    pub platform: P,
    pub config: Config,
    pub tokens: Limited<P, S>,
    pub pending: S,
    pub realm: Rc<Realm>,
    /// Kept for the realm, which knows it only weakly.
    _on_event: Rc<dyn Fn(Told)>,
    discovered: RefCell<Option<Rc<Endpoints>>>,
    pub keys: RefCell<Option<Rc<Keys>>>,
    pub nonces: Nonces,
    pub skew: Skew,
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
        on_event: Rc<dyn Fn(Told)>,
    ) -> Result<Self, AuthError> {
        let config = Config::new(&platform, options)?;
        let discovered = match &config.provider {
            Provider::Known(endpoints) => Some(Rc::new(endpoints.clone())),
            Provider::Discovered => None,
        };
        let tokens = Limited::new(platform.clone(), config.timeout_ms, tokens);
        let realm = Realm::of(&[tokens.identity(), config.session_key()].concat(), &on_event);
        let inner = Inner {
            platform,
            config,
            tokens,
            pending,
            realm,
            _on_event: on_event,
            discovered: RefCell::new(discovered),
            keys: RefCell::default(),
            nonces: Nonces::default(),
            skew: Skew::default(),
        };
        let session = Self { inner: Rc::new(inner) };
        session.join_realm();
        Ok(session)
    }

    /// What its requests leave by.
    pub fn platform(&self) -> &P {
        &self.inner.platform
    }

    /// Whether there is a session that is usable, or can be refreshed. Asks the store only.
    pub async fn is_signed_in(&self) -> bool {
        self.inner.realm.settled().await;
        self.keep_alive();
        let now = self.inner.platform.now();
        match self.load().await {
            Ok(Some(stored)) => stored.is_alive(now),
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

    /// Whether the issuer promises to name itself in its answers (RFC 9207).
    pub async fn promises_iss(&self) -> Result<bool, AuthError> {
        Ok(self.endpoints().await?.iss_promised)
    }

    /// The session, if there is one. What is under way for another person ends.
    pub(super) async fn load(&self) -> Result<Option<Box<Stored>>, AuthError> {
        let realm = &self.inner.realm;
        let stored = self.look().await?;
        match &stored {
            Some(stored) => {
                realm.meet(stored);
                self.know(stored).await;
            }
            None => realm.set_state(SessionState::SignedOut),
        }
        Ok(stored)
    }

    /// Brings the state up to date with what is in the store.
    async fn know(&self, stored: &Stored) {
        let Inner { platform, realm, .. } = &*self.inner;
        let now = platform.now();
        let state = realm.state();
        if state == SessionState::Uncertain {
            // What is being renewed here is told when that is done. If nothing is, another tab did it.
            if realm.trouble_of(stored).is_none() && realm.refreshing.under_way().is_none() {
                realm.tell(&SessionEvent::TokenRefreshed { expires_at_wall_ms: stored.life.end_wall_ms() });
            }
            return;
        }
        if stored.is_alive(now) {
            realm.set_state(SessionState::SignedIn);
            if state == SessionState::Unknown && stored.life.is_over(now) {
                // It may have been uncertain before this page was opened.
                self.share_doubt(stored).await;
            }
        }
    }

    /// The session, if there is one.
    pub(super) async fn look(&self) -> Result<Option<Box<Stored>>, AuthError> {
        let Inner { platform, tokens, config, realm, .. } = &*self.inner;
        let key = config.session_key();
        let mut stored = match Stored::load(tokens, &key).await? {
            Found::Nothing | Found::Later => return Ok(None),
            Found::Session(stored) => stored,
            Found::Damaged => {
                self.inner.realm.end(session_expired());
                self.tell(SessionEvent::SessionExpired(AuthCode::StoredSessionDamaged), None);
                return Ok(None);
            }
        };
        // Both tabs would send the same refresh token, and the provider would take one of them for a thief. What this very
        // page signed in to is nobody else's, though the storage was copied before.
        let (page, own) = (stored.life.since.page, platform.now().page);
        if stored.refresh_token.is_some() && !realm.copy_checked.get() && (page != own || own == 0.0) {
            let is_copy = tokens.is_copy().await;
            if is_copy && !realm.copy_checked.get() {
                stored.refresh_token = None;
                stored.is_copy = true;
                stored.save(tokens, &key).await?;
            }
            realm.copy_checked.set(true);
        }
        Ok(Some(stored))
    }

    pub(super) async fn save(&self, stored: &Stored) -> Result<(), AuthError> {
        let Inner { tokens, config, .. } = &*self.inner;
        let key = config.session_key();
        stored.save(tokens, &key).await?;
        tokens.set_stage(&key, &stored.mark()).await;
        Ok(())
    }

    /// As `load`, when the stage that was saved last can be read. Who refreshes must not send an older token: what it reads
    /// may be behind what another tab wrote before it let the lock go.
    pub(super) async fn load_newest(&self) -> Result<Option<Box<Stored>>, AuthError> {
        let Inner { platform, tokens, config, .. } = &*self.inner;
        let stage = tokens.stage(&config.session_key()).await;
        let mut waited_ms = 0.0;
        loop {
            let stored = self.load().await?;
            let is_behind = match (&stored, &stage) {
                (Some(stored), Some(stage)) => stored.mark() != *stage,
                _ => false,
            };
            if !is_behind || waited_ms >= LONGEST_BEHIND_MS {
                return Ok(stored);
            }
            platform.sleep(BEHIND_MS).await;
            waited_ms += BEHIND_MS;
        }
    }

    /// Forgets the tokens, those of `stored` if they can be read, and with them the key that they are bound to.
    pub(super) async fn forget(&self, stored: Option<&Stored>) -> Result<(), AuthError> {
        let Inner { tokens, config, .. } = &*self.inner;
        let forgotten = tokens.remove(&config.session_key()).await;
        let _ = tokens.remove(&config.asked_key()).await;
        let _ = tokens.remove(&config.trouble_key()).await;
        if let Some(id) = stored.and_then(Stored::own_key) {
            self.drop_key(id).await;
        }
        Ok(forgotten?)
    }

    /// Forgets the key of the session called `id`.
    pub(super) async fn drop_key(&self, id: &str) {
        let Inner { platform, config, .. } = &*self.inner;
        in_time(platform, config.timeout_ms, platform.drop_key(&config.key_name(id))).await;
    }

    pub(super) fn pending(&self) -> PendingRecords<'_, S> {
        PendingRecords { store: &self.inner.pending, prefix: self.inner.config.pending_prefix() }
    }

    /// Tells this page and the other tabs; `stored` is the session that it is about.
    pub(super) fn tell(&self, event: SessionEvent, stored: Option<&Stored>) {
        self.tell_of(event, stored, None);
    }

    /// The same with the error that it came from, which other tabs are not told of.
    pub(super) fn tell_of(&self, event: SessionEvent, stored: Option<&Stored>, error: Option<AuthError>) {
        let sub = stored.and_then(|stored| stored.sub.clone());
        self.tell_whose(event, stored.map(|stored| stored.id.clone()), sub, error);
    }

    /// As `tell_of`, of the session called `session`, which is `sub`'s.
    pub(super) fn tell_whose(
        &self,
        event: SessionEvent,
        session: Option<String>,
        sub: Option<String>,
        error: Option<AuthError>,
    ) {
        let Inner { realm, tokens, .. } = &*self.inner;
        realm.post(&News { event: event.clone(), place: tokens.place(), sub, session });
        realm.tell_of(&event, error);
    }
}

pub(super) fn session_expired() -> AuthError {
    AuthError::new(AuthCode::SessionExpired, "The session has ended: sign in again.")
}

pub(super) fn signed_out() -> AuthError {
    AuthError::new(AuthCode::SignInRequired, "The session was signed out: sign in again.")
}

pub(super) fn replaced() -> AuthError {
    AuthError::new(
        // Not the code of a sign-out: nobody has left.
        AuthCode::SessionExpired,
        "Somebody else signed in. What was begun before is not done in their name.",
    )
}

pub(super) fn sign_in_required() -> AuthError {
    AuthError::new(AuthCode::SignInRequired, "Nobody is signed in: sign in first (signIn).")
}
