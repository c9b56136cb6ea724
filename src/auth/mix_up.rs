//! Two issuers behind one redirect URI. A hostile one sends the browser on to the other, with its own `state`; the code
//! that comes back looks like its own, and the page would post it, and the verifier, to the hostile one (RFC 9700,
//! section 4.4). What helps is an answer that says who it is from (`iss`), or a redirect URI for each issuer.

use super::config::Config;
use super::endpoints::Endpoints;
use super::pending::{PendingRecords, SIGN_INS};
use super::{AuthCode, AuthError};
use crate::seams::{Store, UrlParts, Urls};

/// Other issuers that sessions of this page use at the same redirect URI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// There are none.
    #[default]
    Alone,
    /// Each of those whose metadata could be had promises `iss`.
    WithPromise,
    /// One of them does not.
    WithoutPromise,
}

/// Whether all of a redirect URI is in an address, whatever more that has.
fn is_at(home: &UrlParts, address: &UrlParts) -> bool {
    let pairs = |url: &UrlParts| form_urlencoded::parse(url.query.as_bytes()).into_owned().collect::<Vec<_>>();
    let found = pairs(address);
    home.origin == address.origin && home.path == address.path && pairs(home).iter().all(|pair| found.contains(pair))
}

/// Refuses an answer that came to another address than the redirect URI of its sign-in: that is another issuer's.
pub(super) fn check_place<U: Urls>(urls: &U, redirect_uri: &str, address: &str) -> Result<(), AuthError> {
    let both = urls.parse(redirect_uri).zip(urls.parse(address));
    if both.is_some_and(|(home, address)| is_at(&home, &address)) {
        return Ok(());
    }
    let message = "The answer came to another address than the redirect URI of its sign-in: it may be another \
                   provider's and is not used. Sign in again.";
    Err(AuthError::new(AuthCode::NotACallback, message))
}

/// Refuses a sign-in that could be mixed up with one of another issuer: of the sessions of this page (`sharing`), and of
/// those under way in this tab.
pub(super) async fn check_sharing<U: Urls, S: Store>(
    urls: &U,
    config: &Config,
    endpoints: &Endpoints,
    sharing: Sharing,
    store: &S,
    now_wall_ms: f64,
) -> Result<(), AuthError> {
    let mut is_safe = match sharing {
        Sharing::Alone => true,
        Sharing::WithPromise => endpoints.iss_promised,
        Sharing::WithoutPromise => false,
    };
    let home = urls.parse(&config.redirect_uri);
    for (key, record) in (PendingRecords { store, prefix: SIGN_INS.to_owned() }).all(now_wall_ms).await? {
        let issuer = key.get(SIGN_INS.len()..).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let is_here = home
            .as_ref()
            .zip(urls.parse(&record.redirect_uri))
            .is_some_and(|(home, other)| is_at(home, &other) || is_at(&other, home));
        if is_here && !is_one_issuer(issuer, config.issuer_part()) {
            is_safe &= record.iss_promised && endpoints.iss_promised;
        }
    }
    if is_safe {
        return Ok(());
    }
    Err(AuthError::config(
        "redirectUri",
        "is that of sign-ins with another issuer, too, and not both promise to name themselves in their answers \
         (`authorization_response_iss_parameter_supported`). One could get the other's codes: give each issuer a \
         redirect URI of its own.",
    ))
}

/// Refuses an answer that does not say who it is from where it could be from several.
pub(super) fn check_named(sharing: Sharing, iss: Option<&str>) -> Result<(), AuthError> {
    if sharing == Sharing::Alone || iss.is_some() {
        return Ok(());
    }
    let message = "The answer to the sign-in does not say who it comes from (`iss`), and several issuers have this \
                   redirect URI: it may be another one's and is not used. Give each issuer a redirect URI of its own.";
    Err(AuthError::new(AuthCode::IssuerMismatch, message))
}

/// Two spellings that differ in a slash at the end are one provider's.
fn is_one_issuer(one: &str, other: &str) -> bool {
    let without_slash = |text: &str| text.strip_suffix("%2F").unwrap_or(text).to_owned();
    without_slash(one) == without_slash(other)
}
