//! What an answer to a sign-in means: whose it may be, and how it was refused.

use super::callback::Refusal;
use super::config::Issuer;
use super::refusal_error::{refused, shown, shown_address};
use super::{AuthCode, AuthError};
use crate::redact::Secrets;

/// The issuer that a sign-in was sent to (`own`), if `iss` does not speak against it (RFC 9207). When the application
/// gave no issuer, the answer's own stands in, so that at least the ID token has to agree with it.
pub(crate) fn issuer_of(
    own: Option<Issuer>,
    iss_promised: bool,
    iss: Option<String>,
) -> Result<Option<Issuer>, AuthError> {
    let why = match (&own, iss) {
        (Some(issuer), Some(iss)) if !issuer.is(&iss) => "comes from another issuer than it was sent to",
        (_, None) if iss_promised => "does not say who it comes from (`iss`), though the provider promises it",
        (None, Some(text)) => return Ok(Some(Issuer { text, slash_optional: false })),
        _ => return Ok(own),
    };
    let message = ["The answer to the sign-in ", why, ": it may be forged and is not used. Sign in again."];
    Err(AuthError::new(AuthCode::IssuerMismatch, message.concat()))
}

/// The provider said no.
pub(crate) fn refused_by_provider((word, description, uri): Refusal, secrets: &Secrets) -> AuthError {
    let code = AuthCode::from_oauth(&word).unwrap_or(AuthCode::ProviderError);
    let mut error = refused(code, Some(&word), "The provider ended the sign-in", secrets);
    error.description = shown(description, secrets);
    error.uri = shown_address(uri, secrets);
    error
}

/// An address without `state` says no. Anybody can make such a link, so only a word that OAuth knows is repeated.
pub(crate) fn refused_by_link(word: &str) -> AuthError {
    let known = AuthCode::from_oauth(word);
    let what = "The address says that the sign-in was ended";
    refused(known.unwrap_or(AuthCode::ProviderError), known.map(|_| word), what, &Secrets::default())
}
