//! Taking back what the person agreed to: at a page of the provider whose address the application's back end gets. The
//! person comes back with the `state` that was sent along.

use super::callback::Answer;
use super::session::{Inner, Session, SessionEvent, signed_out};
use super::sign_in::{random_text, refused_by_provider};
use super::{AuthCode, AuthError};
use crate::redact::Secrets;
use crate::seams::{Fields, Json, Platform, Store};

/// Who takes longer begins again.
const LIFE_MS: f64 = 3_600_000.0;

impl<P: Platform, S: Store> Session<P, S> {
    /// The `state` to send along; remembered until the person is back.
    pub async fn begin_consent_revocation(&self) -> Result<String, AuthError> {
        let Inner { platform, config, pending, .. } = &*self.inner;
        let state = config.tagged_state(random_text(platform)?, "c");
        let mut record = Fields::default();
        record.put("state", state.as_str());
        record.put("created_wall_ms", platform.now().wall_ms);
        pending.set(&config.consent_key(), &Json::Object(record).write()).await?;
        Ok(state)
    }

    /// Checks that `url` is the answer to the revocation that was begun in this tab, and no refusal. Without consent
    /// there is no session: it is forgotten here as well.
    pub async fn finish_consent_revocation(&self, url: &str) -> Result<(), AuthError> {
        let Inner { platform, config, pending, realm, .. } = &*self.inner;
        let (state, refusal) = Answer::read_state(platform, url)?;
        let text = pending.get(&config.consent_key()).await?;
        if !text.is_some_and(|text| is_answered(&text, &state, platform.now().wall_ms)) {
            return Err(AuthError::new(
                AuthCode::StateUnknown,
                "This answer belongs to no revocation that was begun in this tab within the last hour.",
            ));
        }
        if let Some((error, description, uri)) = refusal {
            pending.remove(&config.consent_key()).await?;
            return Err(refused_by_provider(&error, description, uri, &Secrets::new([state])));
        }
        let held = self.hold_briefly().await;
        if let Some(stored) = self.load().await? {
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

fn is_answered(text: &str, state: &str, now_wall_ms: f64) -> bool {
    let Some(mut record) = Fields::parse(text) else { return false };
    let is_recent = |created: f64| (now_wall_ms - created).abs() <= LIFE_MS;
    record.need_text("state").as_deref() == Some(state) && record.need_number("created_wall_ms").is_some_and(is_recent)
}
