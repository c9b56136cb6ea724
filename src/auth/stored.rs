//! The session as it lies in the store.

use super::life::Life;
use super::token_reply::TokenReply;
use super::{AuthError, Secret};
use crate::seams::{Fields, Json, Store, WrongType};

/// The form written below. A later form is not read: the session is then signed in anew.
const VERSION: f64 = 1.0;

/// A session.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    /// Kept as the hint for the provider's log-out, and to compare later ones with.
    pub id_token: Option<Secret>,
    pub sub: Option<String>,
    pub scope: String,
    pub life: Life,
}

impl Stored {
    /// What a code was exchanged for. `asked` is the scope if the reply names none (RFC 6749, section 5.1).
    pub fn new(reply: TokenReply, life: Life, sub: Option<String>, asked: String) -> Self {
        Self {
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
        let session = Fields::parse(&text).and_then(Self::read);
        if session.is_none() {
            store.remove(key).await?;
        }
        Ok(session)
    }

    pub async fn save<S: Store>(&self, store: &S, key: &str) -> Result<(), AuthError> {
        Ok(store.set(key, &self.write()).await?)
    }

    fn read(mut fields: Fields) -> Option<Self> {
        let secret = |text: Result<Option<String>, WrongType>| Some(text.ok()?.map(Secret::new));
        if fields.need_number("v") != Some(VERSION) {
            return None;
        }
        Some(Self {
            access_token: Some(Secret::new(fields.need_text("access_token")?)).filter(Secret::fits_a_header)?,
            refresh_token: secret(fields.take_text("refresh_token"))?,
            id_token: secret(fields.take_text("id_token"))?,
            sub: fields.take_text("sub").ok()?,
            scope: fields.need_text("scope")?,
            life: Life::take(&mut fields)?,
        })
    }

    fn write(&self) -> String {
        let mut fields = Fields::default();
        fields.put("v", VERSION);
        fields.put("access_token", self.access_token.expose());
        fields.put("refresh_token", self.refresh_token.as_ref().map(Secret::expose));
        fields.put("id_token", self.id_token.as_ref().map(Secret::expose));
        fields.put("sub", self.sub.as_deref());
        fields.put("scope", self.scope.as_str());
        self.life.put(&mut fields);
        Json::Object(fields).write()
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
