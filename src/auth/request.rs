//! One request to the provider, and what its refusals mean.

use super::dpop::asks_for_nonce;
use super::refusal::Said;
use super::session::{Inner, Session};
use super::{AuthCode, AuthError, Secret};
use crate::error::Kind;
use crate::redact::Secrets;
use crate::seams::{
    Fields, HttpBody, HttpFailure, HttpMethod, HttpRequest, HttpResponse, Json, Moment, Platform, Store, header,
};
use form_urlencoded::Serializer;
use futures_util::future::{Either, select};
use std::pin::pin;

/// Longer replies are not read to their end.
const BODY_LIMIT: usize = 1 << 20;

/// What a provider says may be shown to people, but not without end.
const SHOWN_LIMIT: usize = 1000;

/// A reply, read whole.
pub(super) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// When the request was sent.
    pub sent_at: Moment,
    /// When its end came.
    pub read_at: Moment,
    /// What was sent for it.
    pub secrets: Secrets,
}

impl Reply {
    /// Some gateways answer 201 or 203 where a provider answers 200.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// A form post. The client's id is always among the fields: some providers decide CORS by it.
pub(super) fn form(url: &str, client_id: &str, fields: &[(&str, &str)]) -> HttpRequest {
    let mut body = Serializer::new(String::new());
    body.extend_pairs(fields).append_pair("client_id", client_id);
    HttpRequest {
        method: HttpMethod::Post,
        url: url.to_owned(),
        headers: vec![
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            ("accept".to_owned(), "application/json".to_owned()),
        ],
        body: Some(body.finish().into_bytes()),
    }
}

/// A question without a body.
pub(super) fn get(url: &str) -> HttpRequest {
    let headers = vec![("accept".to_owned(), "application/json".to_owned())];
    HttpRequest { method: HttpMethod::Get, url: url.to_owned(), headers, body: None }
}

impl<P: Platform, S: Store> Session<P, S> {
    /// Sends `request` with what it is authorized by: `token`, and a proof where tokens are bound to a key, by the id of
    /// its session. It is sent once more when the provider wants a proof with a nonce of its own (RFC 9449, section 8).
    pub(super) async fn send(
        &self,
        place: &str,
        request: HttpRequest,
        token: Option<&Secret>,
        key: Option<&str>,
    ) -> Result<Box<Reply>, AuthError> {
        let reply = self.send_once(place, request.clone(), token, key).await?;
        if key.is_some() && wants_nonce(&reply) && header(&reply.headers, "dpop-nonce").is_some() {
            return self.send_once(place, request, token, key).await;
        }
        Ok(reply)
    }

    async fn send_once(
        &self,
        place: &str,
        mut request: HttpRequest,
        token: Option<&Secret>,
        key: Option<&str>,
    ) -> Result<Box<Reply>, AuthError> {
        let Inner { platform, config, skew, .. } = &*self.inner;
        let url = request.url.clone();
        if let Some(token) = token {
            let scheme = if key.is_some() { "DPoP " } else { "Bearer " };
            request.headers.push(("authorization".to_owned(), [scheme, token.expose()].concat()));
        }
        if let Some(key) = key {
            let proof = self.proof(key, request.method, &url, token).await?;
            request.headers.push(("dpop".to_owned(), proof));
        }
        let reply = exchange(platform, place, request, config.timeout_ms).await?;
        skew.learn_from_date(&reply.headers, reply.sent_at, platform.now());
        self.heed_nonce(&url, &reply.headers);
        Ok(reply)
    }
}

/// Said by a token endpoint in its body, by a resource in a header.
fn wants_nonce(reply: &Reply) -> bool {
    match reply.status {
        400 => Said::of(reply).word.as_deref() == Some("use_dpop_nonce"),
        401 => header(&reply.headers, "www-authenticate").is_some_and(asks_for_nonce),
        _ => false,
    }
}

/// Sends `request` to what people call `place`, and reads the reply within `timeout_ms`.
pub(super) async fn exchange<P: Platform>(
    platform: &P,
    place: &str,
    request: HttpRequest,
    timeout_ms: f64,
) -> Result<Box<Reply>, AuthError> {
    let address = request.url.split('?').next().unwrap_or_default();
    let place = format!("the {place} ({address})");
    let sent_at = platform.now();
    let reply = pin!(read(platform, request, sent_at));
    let limit = pin!(platform.sleep(timeout_ms));
    let reply = match select(reply, limit).await {
        Either::Left((reply, _)) => reply,
        Either::Right(_) => {
            let message = format!("No reply from {place} within {} ms. Try again.", timeout_ms as u64);
            return Err(AuthError::new(AuthCode::Timeout, message));
        }
    };
    match reply {
        Ok(Read::Whole(reply)) => Ok(reply),
        Ok(Read::Redirect) => {
            let message = format!(
                "A redirect came from {place}. It is never followed, because it would carry secrets elsewhere: give the \
                 final address."
            );
            Err(AuthError::new(AuthCode::Redirected, message))
        }
        Ok(Read::TooLong) => {
            Err(AuthError::new(AuthCode::InvalidResponse, format!("The reply of {place} is longer than 1 MiB.")))
        }
        Err(failure) => Err(AuthError::unanswered(&place, failure)),
    }
}

enum Read {
    Whole(Box<Reply>),
    Redirect,
    TooLong,
}

async fn read<P: Platform>(platform: &P, request: HttpRequest, sent_at: Moment) -> Result<Read, HttpFailure> {
    let secrets = Secrets::of_request(&request);
    let mut response = platform.send(request).await?;
    // A browser shows a redirect as opaque; other implementations of fetch show its status.
    if response.opaque_redirect || (300..400).contains(&response.status) {
        return Ok(Read::Redirect);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.body.chunk().await? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Ok(Read::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    let read_at = platform.now();
    let HttpResponse { status, headers, .. } = response;
    Ok(Read::Whole(Box::new(Reply { status, headers, body, sent_at, read_at, secrets })))
}

/// What a refusal means. A provider may repeat what it was sent, or what it knows: that, and `secrets`, are taken out of its
/// words.
pub(super) fn refusal(place: &str, reply: &Reply, secrets: &[&Secret]) -> AuthError {
    let mut told = Fields::from_bytes(&reply.body).unwrap_or_default();
    let mut text = |name: &str| told.take(name).and_then(Json::into_text);
    let issued =
        ["access_token", "refresh_token", "id_token"].into_iter().filter_map(&mut text).map(String::into_bytes);
    let known = secrets.iter().map(|secret| secret.expose().as_bytes().to_vec());
    let secrets = &reply.secrets.and(&Secrets::new(issued.chain(known)));
    let Said { word, description, uri, .. } = Said::of(reply);
    let passing = reply.status >= 500 || matches!(reply.status, 408 | 425 | 429);
    let known = word.as_deref().and_then(AuthCode::from_oauth).filter(|code| !passing || code.retryable());
    let code = known.unwrap_or(match reply.status {
        408 | 425 | 429 | 503 => AuthCode::TemporarilyUnavailable,
        500.. => AuthCode::ServerError,
        _ => AuthCode::ProviderError,
    });
    let mut error = refused(code, word.as_deref(), &format!("The {place} answered {}", reply.status), secrets);
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
pub(super) fn refused(code: AuthCode, word: Option<&str>, what: &str, secrets: &Secrets) -> AuthError {
    let advice = code.advice();
    // The specifications' own words are nobody's secret, whatever they have in common with one.
    let word = match word.filter(|word| AuthCode::from_oauth(word).is_some()) {
        Some(word) => Some(word.into()),
        None => shown(word.map(str::to_owned), secrets),
    };
    let message = match word {
        Some(word) if word.len() <= 64 => format!("{what} with the error `{word}`. {advice}"),
        _ => format!("{what}. {advice}"),
    };
    AuthError::new(code, message)
}

/// A provider's words, without what is secret and not without end.
pub(super) fn shown(text: Option<String>, secrets: &Secrets) -> Option<Box<str>> {
    Some(secrets.cut_to(&text?, SHOWN_LIMIT).into_boxed_str())
}

/// An address that a page may make a link of: nothing like `javascript:`.
pub(super) fn shown_address(text: Option<String>, secrets: &Secrets) -> Option<Box<str>> {
    shown(text, secrets).filter(|text| text.starts_with("https://") || text.starts_with("http://"))
}

/// Seconds only; the form with a date depends on a clock that nobody checked.
fn retry_after_ms(reply: &Reply) -> Option<f64> {
    let seconds: u32 = header(&reply.headers, "retry-after")?.trim().parse().ok()?;
    Some(f64::from(seconds) * 1000.0)
}
