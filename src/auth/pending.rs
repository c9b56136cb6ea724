//! Sign-ins under way: one record for each `state`, so that two tabs and the back button do not get into each other's
//! way.

use super::{AuthError, Secret, json, secret};
use crate::seams::Store;
use form_urlencoded::byte_serialize;
use serde::{Deserialize, Serialize};

/// The form written below; records of another form are swept.
pub(super) const VERSION: u32 = 1;

/// Who takes longer begins again.
const LIFE_MS: f64 = 600_000.0;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// The user was sent to the provider.
    Sent,
    /// The code is being exchanged, or was when the page went away.
    Exchanging,
}

/// What the callback has to know of the request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    pub v: u32,
    pub created_wall_ms: f64,
    pub step: Step,
    #[serde(with = "secret::stored")]
    pub verifier: Secret,
    pub nonce: Option<String>,
    pub app_state: Option<String>,
    pub redirect_uri: String,
    pub scope: String,
    pub token_endpoint: String,
    pub issuer: Option<String>,
    pub iss_promised: bool,
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
        let text = serde_json::to_string(record).map_err(|_| json::unwritable())?;
        Ok(self.store.set(&self.key(state), &text).await?)
    }

    pub async fn get(&self, state: &str, now_wall_ms: f64) -> Result<Option<Pending>, AuthError> {
        let text = self.store.get(&self.key(state)).await?;
        Ok(text.as_deref().and_then(|text| usable(text, now_wall_ms)))
    }

    pub async fn remove(&self, state: &str) -> Result<(), AuthError> {
        Ok(self.store.remove(&self.key(state)).await?)
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
fn usable(text: &str, now_wall_ms: f64) -> Option<Pending> {
    let record: Pending = json::object(text.as_bytes())?;
    let age = (now_wall_ms - record.created_wall_ms).abs();
    (record.v == VERSION && age <= LIFE_MS).then_some(record)
}
