//! Sign-ins under way: one record for each `state`, so that two tabs and the back button do not get into each other's
//! way.

use super::{AuthError, Secret};
use crate::seams::{Fields, Json, Store};
use form_urlencoded::byte_serialize;
use std::fmt;

/// The form written below; records of another form are swept.
const VERSION: f64 = 1.0;

/// What the names of all records begin with.
pub(super) const SIGN_INS: &str = "sipbreakout/sign-in/";

/// Who takes longer begins again.
const LIFE_MS: f64 = 600_000.0;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The user was sent to the provider.
    Sent,
    /// The code is being exchanged, or was when the page went away.
    Exchanging,
}

/// What the callback has to know of the request.
#[derive(Clone)]
pub(super) struct Pending {
    pub created_wall_ms: f64,
    pub step: Step,
    pub verifier: Secret,
    pub nonce: Option<String>,
    pub app_state: Option<String>,
    pub redirect_uri: String,
    pub scope: String,
    pub token_endpoint: String,
    pub issuer: Option<String>,
    pub iss_promised: bool,
}

/// Nonce and the application's state are nobody's business either.
impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("step", &self.step).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Pending {
    /// `None` for a damaged record and for one of another form.
    pub fn read(text: &str) -> Option<Box<Self>> {
        let mut fields = Fields::parse(text)?;
        if fields.need_number("v") != Some(VERSION) {
            return None;
        }
        let step = match fields.need_text("step")?.as_str() {
            "sent" => Step::Sent,
            "exchanging" => Step::Exchanging,
            _ => return None,
        };
        Some(Box::new(Self {
            created_wall_ms: fields.need_number("created_wall_ms")?,
            step,
            verifier: Secret::new(fields.need_text("verifier")?),
            nonce: fields.take_text("nonce").ok()?,
            app_state: fields.take_text("app_state").ok()?,
            redirect_uri: fields.need_text("redirect_uri")?,
            scope: fields.need_text("scope")?,
            token_endpoint: fields.need_text("token_endpoint")?,
            issuer: fields.take_text("issuer").ok()?,
            iss_promised: fields.take("iss_promised") == Some(Json::Flag(true)),
        }))
    }

    fn write(&self) -> String {
        let mut fields = Fields::default();
        fields.put("v", VERSION);
        fields.put("created_wall_ms", self.created_wall_ms);
        fields.put("step", if self.step == Step::Sent { "sent" } else { "exchanging" });
        fields.put("verifier", self.verifier.expose());
        fields.put("nonce", self.nonce.as_deref());
        fields.put("app_state", self.app_state.as_deref());
        fields.put("redirect_uri", self.redirect_uri.as_str());
        fields.put("scope", self.scope.as_str());
        fields.put("token_endpoint", self.token_endpoint.as_str());
        fields.put("issuer", self.issuer.as_deref());
        fields.put("iss_promised", Json::Flag(self.iss_promised));
        Json::Object(fields).write()
    }
}

/// The records of one session.
pub(super) struct PendingRecords<'a, S> {
    pub store: &'a S,
    pub prefix: String,
}

impl<S: Store> PendingRecords<'_, S> {
    /// A state from a URL may be anything.
    fn key(&self, state: &str) -> String {
        format!("{}{}", self.prefix, byte_serialize(state.as_bytes()).collect::<String>())
    }

    pub async fn put(&self, state: &str, record: &Pending) -> Result<(), AuthError> {
        Ok(self.store.set(&self.key(state), &record.write()).await?)
    }

    pub async fn get(&self, state: &str, now_wall_ms: f64) -> Result<Option<Box<Pending>>, AuthError> {
        let text = self.store.get(&self.key(state)).await?;
        Ok(text.as_deref().and_then(|text| usable(text, now_wall_ms)))
    }

    pub async fn remove(&self, state: &str) -> Result<(), AuthError> {
        Ok(self.store.remove(&self.key(state)).await?)
    }

    /// All that can still be used, by name.
    pub async fn all(&self, now_wall_ms: f64) -> Result<Vec<(String, Box<Pending>)>, AuthError> {
        let mut records = Vec::new();
        for key in self.store.keys(&self.prefix).await? {
            let text = self.store.get(&key).await?;
            if let Some(record) = text.and_then(|text| usable(&text, now_wall_ms)) {
                records.push((key, record));
            }
        }
        Ok(records)
    }

    /// Removes records that are too old, damaged, or of another form.
    pub async fn sweep(&self, now_wall_ms: f64) -> Result<(), AuthError> {
        for key in self.store.keys(&self.prefix).await? {
            let text = self.store.get(&key).await?;
            if text.is_some_and(|text| usable(&text, now_wall_ms).is_none()) {
                self.store.remove(&key).await?;
            }
        }
        Ok(())
    }
}

/// A clock that was set back makes a record look as if from the future; that far off it is as good as stale.
fn usable(text: &str, now_wall_ms: f64) -> Option<Box<Pending>> {
    let record = Pending::read(text)?;
    let age = (now_wall_ms - record.created_wall_ms).abs();
    (age <= LIFE_MS).then_some(record)
}
