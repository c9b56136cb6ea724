//! Taking back what the person agreed to: at a page of the provider whose address the application's back end gets. The
//! person comes back with the `state` that was sent along.

use super::callback::Answer;
use super::realm::Person;
use super::session::{Inner, Session, SessionEvent, signed_out};
use super::sign_in::{random_text, refused_by_provider};
use super::stored::Stored;
use super::{AuthCode, AuthError};
use crate::redact::Secrets;
use crate::seams::{Fields, Json, Platform, Store};

/// Who takes longer begins again.
const LIFE_MS: f64 = 3_600_000.0;

impl<P: Platform, S: Store> Session<P, S> {
    /// The `state` to send along; remembered until the person is back.
    pub async fn begin_consent_revocation(&self) -> Result<String, AuthError> {
        let Inner { platform, config, pending, .. } = &*self.inner;
        let state = config.tagged_state(&random_text(platform)?, "c");
        let mut record = Fields::default();
        record.put("state", state.as_str());
        record.put("created_wall_ms", platform.now().wall_ms);
        if let Ok(Some(stored)) = self.load().await {
            record.put("session", stored.id.as_str());
            record.put("sub", stored.sub.as_deref());
        }
        pending.set(&config.consent_key(), &Json::Object(record).write()).await?;
        Ok(state)
    }

    /// Checks that `url` is the answer to the revocation that was begun in this tab, and no refusal. Without consent
    /// there is no session: it is forgotten here as well.
    pub async fn finish_consent_revocation(&self, url: &str) -> Result<(), AuthError> {
        let Inner { platform, config, pending, realm, .. } = &*self.inner;
        let (state, refusal) = Answer::read_state(platform, url)?;
        let text = pending.get(&config.consent_key()).await?;
        let Some(whose) = text.and_then(|text| answered(&text, &state, platform.now().wall_ms)) else {
            return Err(AuthError::new(
                AuthCode::StateUnknown,
                "This answer belongs to no revocation that was begun in this tab within the last hour.",
            ));
        };
        if let Some((error, description, uri)) = refusal {
            pending.remove(&config.consent_key()).await?;
            return Err(refused_by_provider(&error, description, uri, &Secrets::new([state])));
        }
        let held = self.hold_briefly().await;
        // Somebody else may have signed in meanwhile, and has taken back nothing.
        let is_theirs =
            |stored: &Stored| whose.as_ref().is_none_or(|(id, sub)| stored.is_same_persons(id, sub.as_deref()));
        if let Some(stored) = self.load().await?.filter(|stored| is_theirs(stored)) {
            self.forget(Some(&stored)).await?;
            drop(held);
            realm.end(signed_out());
            self.tell(SessionEvent::SignedOut, Some(&stored));
            self.revoke(&stored).await;
        }
        // Last of all: a page that is reloaded before goes on with it.
        pending.remove(&config.consent_key()).await?;
        Ok(())
    }
}

/// Whose revocation it is, if that was noted; `None` if it is no answer to the one of this record.
fn answered(text: &str, state: &str, now_wall_ms: f64) -> Option<Option<Person>> {
    let mut record = Fields::parse(text)?;
    let is_recent = |created: f64| (now_wall_ms - created).abs() <= LIFE_MS;
    if record.need_text("state").as_deref() != Some(state)
        || !record.need_number("created_wall_ms").is_some_and(is_recent)
    {
        return None;
    }
    let sub = record.take_text("sub").ok().flatten();
    Some(record.need_text("session").map(|id| (id, sub)))
}
