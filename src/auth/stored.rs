//! The session as it lies in the store.

use super::life::Life;
use super::token_reply::TokenReply;
use super::{AuthError, Secret};
use crate::seams::{Fields, Json, Moment, Store, WrongType};

/// The form written below; the first had no `id`, `is_bound` and `is_copy`.
const VERSION: f64 = 2.0;

/// What is in the store.
pub(super) enum Found {
    Nothing,
    /// A session that a later version of this package wrote. It is left alone: another tab may run that already.
    Later,
    Session(Box<Stored>),
    /// It was there, could not be read, and is removed.
    Damaged,
}

/// A session. It is handed about in a box, because every wait on its way would copy it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    /// Random, of the sign-in that it began with: names its key pair, and tells it from the session before. Empty in the
    /// first form.
    pub id: String,
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    /// Kept as the hint for the provider's log-out, and to compare later ones with.
    pub id_token: Option<Secret>,
    pub sub: Option<String>,
    pub scope: String,
    pub life: Life,
    /// The tokens are bound to a key (RFC 9449).
    pub is_bound: bool,
    /// The tab that it was copied from has it too, with the same key.
    pub is_copy: bool,
}

impl Stored {
    /// What a code was exchanged for. `asked` is the scope if the reply names none (RFC 6749, section 5.1).
    pub fn new(id: String, reply: TokenReply, life: Life, sub: Option<String>, asked: String) -> Box<Self> {
        Box::new(Self {
            id,
            access_token: reply.access_token,
            refresh_token: reply.refresh_token,
            id_token: reply.id_token,
            sub,
            scope: reply.scope.unwrap_or(asked),
            life,
            is_bound: reply.is_bound,
            is_copy: false,
        })
    }

    /// All its tokens: the provider knows them, and may name any of them.
    pub fn secrets(&self) -> Vec<&Secret> {
        [Some(&self.access_token), self.refresh_token.as_ref(), self.id_token.as_ref()].into_iter().flatten().collect()
    }

    /// The same session after a refresh; what the reply leaves out stays.
    pub fn refreshed(&self, reply: TokenReply, life: Life, sub: Option<String>) -> Box<Self> {
        Box::new(Self {
            id: self.id.clone(),
            access_token: reply.access_token,
            refresh_token: reply.refresh_token.or_else(|| self.refresh_token.clone()),
            id_token: reply.id_token.or_else(|| self.id_token.clone()),
            sub: sub.or_else(|| self.sub.clone()),
            scope: reply.scope.unwrap_or_else(|| self.scope.clone()),
            life,
            is_bound: reply.is_bound,
            is_copy: self.is_copy,
        })
    }

    /// The session under `key`. A damaged one is removed.
    pub async fn load<S: Store>(store: &S, key: &str) -> Result<Found, AuthError> {
        let Some(text) = store.get(key).await? else { return Ok(Found::Nothing) };
        let mut fields = Fields::parse(&text);
        let version = fields.as_mut().and_then(|fields| fields.need_number("v")).unwrap_or_default();
        if version > VERSION {
            return Ok(Found::Later);
        }
        if let Some(session) = fields.and_then(Self::read).filter(|_| version >= 1.0) {
            return Ok(Found::Session(session));
        }
        store.remove(key).await?;
        Ok(Found::Damaged)
    }

    pub async fn save<S: Store>(&self, store: &S, key: &str) -> Result<(), AuthError> {
        Ok(store.set(key, &self.write()).await?)
    }

    fn read(mut fields: Fields) -> Option<Box<Self>> {
        let secret = |text: Result<Option<String>, WrongType>| Some(text.ok()?.map(Secret::new));
        Some(Box::new(Self {
            id: fields.take_text("id").ok()?.unwrap_or_default(),
            access_token: Some(Secret::new(fields.need_text("access_token")?)).filter(Secret::fits_a_header)?,
            refresh_token: secret(fields.take_text("refresh_token"))?,
            id_token: secret(fields.take_text("id_token"))?,
            sub: fields.take_text("sub").ok()?,
            scope: fields.need_text("scope")?,
            life: Life::take(&mut fields)?,
            is_bound: fields.take("is_bound") == Some(Json::Flag(true)),
            is_copy: fields.take("is_copy") == Some(Json::Flag(true)),
        }))
    }

    fn write(&self) -> String {
        let mut fields = Fields::default();
        fields.put("v", VERSION);
        fields.put("id", self.id.as_str());
        fields.put("access_token", self.access_token.expose());
        fields.put("refresh_token", self.refresh_token.as_ref().map(Secret::expose));
        fields.put("id_token", self.id_token.as_ref().map(Secret::expose));
        fields.put("sub", self.sub.as_deref());
        fields.put("scope", self.scope.as_str());
        fields.put("is_bound", Json::Flag(self.is_bound));
        fields.put("is_copy", Json::Flag(self.is_copy));
        self.life.put(&mut fields);
        Json::Object(fields).write()
    }

    /// What tells this stage of the session from others, without any of its secrets.
    pub fn mark(&self) -> String {
        // Whole numbers: what writes fractions weighs 16 KB in the wasm.
        format!("{}/{}", self.life.since.wall_ms as u64, self.life.since.page as u64)
    }

    /// Whether it is the same person's as another; where one of them has no name, of the same sign-in.
    pub fn is_same_persons(&self, id: &str, sub: Option<&str>) -> bool {
        match (self.sub.as_deref(), sub) {
            (Some(own), Some(other)) => own == other,
            _ => self.id == id,
        }
    }

    /// Whether its tokens are of use, or can be replaced.
    pub fn is_alive(&self, now: Moment) -> bool {
        self.refresh_token.is_some() || !self.life.is_over(now)
    }

    /// The key that its requests are proven with, by the session's id.
    pub fn key(&self) -> Option<&str> {
        self.is_bound.then_some(self.id.as_str())
    }

    /// The same, unless the tab that it was copied from needs that key.
    pub fn own_key(&self) -> Option<&str> {
        self.key().filter(|_| !self.is_copy)
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
