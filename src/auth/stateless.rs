//! An `error` without `state`. Providers that could not read a request answer like that; anybody can make such a link. So it
//! is told while one sign-in waits for an answer, and uses nothing up.

use super::callback::stateless_error;
use super::mix_up::check_place;
use super::pending::{PendingRecords, SIGN_INS, Step};
use super::request::refused;
use super::session::{Inner, Session};
use super::{AuthCode, AuthError};
use crate::redact::Secrets;
use crate::seams::{Platform, Store};

impl<P: Platform, S: Store> Session<P, S> {
    /// What `url` says to the only sign-in of this tab that waits at this redirect URI, if that is this session's.
    pub(super) async fn anybodys_error(&self, url: &str) -> Result<Option<AuthError>, AuthError> {
        let Inner { platform, config, pending, .. } = &*self.inner;
        let Some(word) = stateless_error(platform, url) else { return Ok(None) };
        let records = PendingRecords { store: pending, prefix: SIGN_INS.to_owned() };
        let mut waiting = records.all(platform.now().wall_ms).await?;
        waiting.retain(|(_, record)| record.step == Step::Sent && record.redirect_uri == config.redirect_uri);
        let is_own = waiting.len() == 1 && waiting.iter().all(|(key, _)| key.starts_with(&config.pending_prefix()));
        let is_here = check_place(platform, &config.redirect_uri, url).is_ok();
        Ok((is_own && is_here).then(|| refused_by_somebody(&word)))
    }
}

/// Only a word that OAuth knows is repeated.
fn refused_by_somebody(word: &str) -> AuthError {
    let known = AuthCode::from_oauth(word);
    let what = "The address says that the sign-in was ended";
    let nothing = Secrets::new::<&str>([]);
    refused(known.unwrap_or(AuthCode::ProviderError), known.map(|_| word), what, &nothing)
}
