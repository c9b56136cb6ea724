//! The session as it lies in the store.

use super::life::Life;
use super::token_reply::TokenReply;
use super::{AuthError, Secret, json, secret};
use crate::seams::Store;
use serde::{Deserialize, Serialize};

/// The form written below. A later form is not read: the session is then signed in anew.
const VERSION: u32 = 1;

/// A session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    v: u32,
    #[serde(with = "secret::stored")]
    pub access_token: Secret,
    #[serde(with = "secret::stored_option")]
    pub refresh_token: Option<Secret>,
    /// Kept as the hint for the provider's log-out, and to compare later ones with.
    #[serde(with = "secret::stored_option")]
    pub id_token: Option<Secret>,
    pub sub: Option<String>,
    pub scope: String,
    pub life: Life,
}

impl Stored {
    /// What a code was exchanged for. `asked` is the scope if the reply names none (RFC 6749, section 5.1).
    pub fn new(reply: TokenReply, life: Life, sub: Option<String>, asked: String) -> Self {
        Self {
            v: VERSION,
            access_token: reply.access_token,
            refresh_token: reply.refresh_token,
            id_token: reply.id_token,
            sub,
            scope: reply.scope.unwrap_or(asked),
            life,
        }
    }

    /// The same session after a refresh; what the reply leaves out stays.
    pub fn refreshed(&self, reply: TokenReply, life: Life, sub: Option<String>) -> Self {
        Self {
            v: VERSION,
            access_token: reply.access_token,
            refresh_token: reply.refresh_token.or_else(|| self.refresh_token.clone()),
            id_token: reply.id_token.or_else(|| self.id_token.clone()),
            sub: sub.or_else(|| self.sub.clone()),
            scope: reply.scope.unwrap_or_else(|| self.scope.clone()),
            life,
        }
    }

    /// The session under `key`. A damaged or later one is removed.
    pub async fn load<S: Store>(store: &S, key: &str) -> Result<Option<Self>, AuthError> {
        let Some(text) = store.get(key).await? else { return Ok(None) };
        let session = json::object(text.as_bytes()).filter(|session: &Self| session.v == VERSION);
        if session.is_none() {
            store.remove(key).await?;
        }
        Ok(session)
    }

    pub async fn save<S: Store>(&self, store: &S, key: &str) -> Result<(), AuthError> {
        let text = serde_json::to_string(self).map_err(|_| json::unwritable())?;
        Ok(store.set(key, &text).await?)
    }

    /// Whether `other` has the same refresh token: nobody signed out, signed in or refreshed in between.
    pub fn is_of(&self, other: &Stored) -> bool {
        match (&self.refresh_token, &other.refresh_token) {
            (Some(own), Some(other)) => own.is(other),
            (None, None) => self.access_token.is(&other.access_token),
            _ => false,
        }
    }
}
