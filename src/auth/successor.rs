//! What a refresh led to: read, checked, and put in the place of what was there. Between the provider's reply and the
//! store nothing is asked of anybody: the old refresh token is spent, and a page may go at any time.

use super::id_token::{Claims, Expected};
use super::jwks::Signature;
use super::lease::SETTLE_MS;
use super::life::Life;
use super::session::{Inner, Session, SessionEvent, sign_in_required};
use super::stored::Stored;
use super::token_reply::TokenReply;
use super::{AuthError, Secret};
use crate::seams::{Moment, Platform, Store};

/// What is to be known at the end of a refresh, and what is left to do when other tabs may go on.
#[derive(Default)]
pub(super) struct Afterwards {
    /// `Realm::ends` at its beginning.
    pub ends: u32,
    /// Tokens that nobody has any more.
    pub orphan: Option<Box<Stored>>,
    /// The provider's keys are not known, or not the newest ones.
    pub wants_keys: bool,
}

/// What became of new tokens.
enum Kept {
    Stored,
    /// Somebody signed in, or refreshed elsewhere: that session is the one to use.
    Other(Box<Stored>),
    /// The session was signed out.
    Gone,
}

impl<P: Platform, S: Store> Session<P, S> {
    /// Takes the tokens that the refresh token of `used` was exchanged for. As long as what came is not stored, the note that the
    /// token was sent stays.
    pub(super) async fn succeed(
        &self,
        used: &Stored,
        mut tokens: TokenReply,
        sent_at: Moment,
        afterwards: &mut Afterwards,
    ) -> Result<Secret, AuthError> {
        let life = Life { since: sent_at, ms: tokens.life_ms };
        match self.whose(used, &tokens, afterwards).await {
            Ok(Some(sub)) => self.keep(used, used.refreshed(tokens, life, Some(sub)), afterwards).await,
            Ok(None) => {
                tokens.id_token = None;
                self.keep(used, used.refreshed(tokens, life, None), afterwards).await
            }
            // The old refresh token is spent, and the new one is not this person's.
            Err(error) => {
                afterwards.orphan = Some(used.refreshed(tokens, life, None));
                Err(self.end_for(used, &error).await)
            }
        }
    }

    /// Whom the ID token of a refresh is about, if there is one that is good. That it is about somebody else, or for
    /// somebody else, is an error. For other faults it is left out and the session goes on with the old one: the tokens
    /// themselves came from the provider.
    async fn whose(
        &self,
        used: &Stored,
        tokens: &TokenReply,
        afterwards: &mut Afterwards,
    ) -> Result<Option<String>, AuthError> {
        let Inner { platform, config, skew, .. } = &*self.inner;
        let Some(token) = &tokens.id_token else { return Ok(None) };
        let Some(claims) = Claims::read(token) else { return Ok(None) };
        let now_wall_ms = skew.provider_wall_ms(platform.now());
        let issuer = config.issuer.as_ref();
        claims.check_parties(&Expected { issuer, client_id: &config.client_id, nonce: None, now_wall_ms })?;
        if let Some(before) = used.id_token.as_ref().and_then(Claims::read) {
            before.check_successor(&claims)?;
        }
        // This computer's clock may have been set since the sign-in. Nothing here tells that from an old token.
        if !claims.is_timely(now_wall_ms) {
            return Ok(None);
        }
        match self.verify_signature(token).await {
            Ok(Signature::Good) => Ok(Some(claims.sub)),
            Ok(Signature::Unknown) => {
                afterwards.wants_keys = true;
                Ok(None)
            }
            Ok(Signature::Bad) | Err(_) => Ok(None),
        }
    }

    /// Stores `renewed`, unless the session that it comes from is no longer the stored one.
    async fn keep(
        &self,
        used: &Stored,
        renewed: Box<Stored>,
        afterwards: &mut Afterwards,
    ) -> Result<Secret, AuthError> {
        let ends = afterwards.ends;
        let mut kept = self.put(used, &renewed, ends).await;
        if kept.is_err() {
            self.inner.platform.sleep(SETTLE_MS).await;
            kept = self.put(used, &renewed, ends).await;
        }
        match kept {
            Ok(Kept::Stored) => {
                self.note_answered().await;
                self.forget_trouble().await;
                let expires_at_wall_ms = renewed.life.end_wall_ms();
                self.tell(SessionEvent::TokenRefreshed { expires_at_wall_ms }, Some(&renewed));
                Ok(renewed.access_token)
            }
            Ok(Kept::Other(stored)) => {
                self.note_answered().await;
                if stored.id != used.id {
                    // Another sign-in's: nobody has the new tokens of the one before.
                    afterwards.orphan = Some(renewed);
                }
                Ok(stored.access_token)
            }
            Ok(Kept::Gone) => {
                self.note_answered().await;
                // They must not live on.
                afterwards.orphan = Some(renewed);
                Err(sign_in_required())
            }
            // It can be used, if only once; the note stays and will tell why the next refresh fails.
            Err(_) => Ok(renewed.access_token),
        }
    }

    async fn put(&self, used: &Stored, renewed: &Stored, ends: u32) -> Result<Kept, AuthError> {
        match self.load().await? {
            Some(stored) if stored.is_of(used) => {}
            // From an attempt that failed only seemingly.
            Some(stored) if stored.is_of(renewed) => {}
            Some(stored) => return Ok(Kept::Other(stored)),
            None => return Ok(Kept::Gone),
        }
        self.save(renewed).await?;
        if self.inner.realm.ends() == ends {
            return Ok(Kept::Stored);
        }
        // A sign-out came between the look and the saving, or is about to remove this.
        match self.load().await? {
            Some(stored) if stored.is_of(renewed) => {
                self.forget(Some(&stored)).await?;
                Ok(Kept::Gone)
            }
            Some(stored) => Ok(Kept::Other(stored)),
            None => Ok(Kept::Gone),
        }
    }
}
