//! The error of a refusal, and what of the provider's words is shown.

use super::refusal::Said;
use super::reply::Reply;
use super::{AuthCode, AuthError, Secret};
use crate::error::Kind;
use crate::json::{Fields, Json};
use crate::redact::Secrets;
use crate::text::{decimal, header, number};

/// What a provider says may be shown to people, but not without end.
const SHOWN_LIMIT: usize = 1000;

/// What a refusal means. A provider may repeat what it was sent, or what it knows: that, and `secrets`, are taken out of its
/// words.
pub(crate) fn refusal(place: &str, reply: &Reply, secrets: &[&Secret]) -> AuthError {
    let mut told = Fields::parse(&reply.body).unwrap_or_default();
    let mut known = Vec::new();
    for name in ["access_token", "refresh_token", "id_token"] {
        known.extend(told.take(name).and_then(Json::into_text));
    }
    for secret in secrets {
        known.push(secret.expose().to_owned());
    }
    let secrets = &reply.secrets.and(&Secrets::new(known));
    let Said { word, description, uri, .. } = Said::of(reply);
    let passing = reply.status >= 500 || matches!(reply.status, 408 | 425 | 429);
    let known = word.as_deref().and_then(AuthCode::from_oauth).filter(|code| !passing || code.retryable());
    let code = known.unwrap_or(match reply.status {
        408 | 425 | 429 | 503 => AuthCode::TemporarilyUnavailable,
        500.. => AuthCode::ServerError,
        _ => AuthCode::ProviderError,
    });
    let mut error =
        refused(code, word.as_deref(), &["The ", place, " answered ", &decimal(reply.status.into())].concat(), secrets);
    if code == AuthCode::ProviderError {
        error.kind = Kind::Config;
    }
    error.description = shown(description, secrets);
    error.uri = shown_address(uri, secrets);
    error.http_status = Some(reply.status);
    error.retry_after_ms = retry_after_ms(reply);
    error
}

/// A refusal in the provider's own word, told as `what` happened.
pub(crate) fn refused(code: AuthCode, word: Option<&str>, what: &str, secrets: &Secrets) -> AuthError {
    let advice = code.advice();
    // The specifications' own words are nobody's secret, whatever they have in common with one.
    let word = match word.filter(|word| AuthCode::from_oauth(word).is_some()) {
        Some(word) => Some(word.into()),
        None => shown(word.map(str::to_owned), secrets),
    };
    let message = match word {
        Some(word) if word.len() <= 64 => [what, " with the error `", &word, "`. ", advice].concat(),
        _ => [what, ". ", advice].concat(),
    };
    AuthError::new(code, message)
}

/// A provider's words, without what is secret and not without end.
pub(crate) fn shown(text: Option<String>, secrets: &Secrets) -> Option<Box<str>> {
    Some(secrets.cut_to(&text?, SHOWN_LIMIT).into_boxed_str())
}

/// An address that a page may make a link of: nothing like `javascript:`.
pub(crate) fn shown_address(text: Option<String>, secrets: &Secrets) -> Option<Box<str>> {
    shown(text, secrets).filter(|text| text.starts_with("https://") || text.starts_with("http://"))
}

/// Seconds only; the form with a date depends on a clock that nobody checked.
fn retry_after_ms(reply: &Reply) -> Option<f64> {
    let seconds = number(header(&reply.headers, "retry-after")?.as_bytes().trim_ascii())?;
    Some(seconds.min(u32::MAX.into()) * 1000.0)
}
