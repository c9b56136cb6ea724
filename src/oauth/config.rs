//! The options, checked once, so that nothing later has to ask.

use super::authorize::check_params;
use super::callback::ANSWER_PARAMETERS;
use super::endpoints::{Endpoints, WGTWO_ISSUER, safe_url, wgtwo};
use super::options::EndpointOverrides;
use super::{AuthError, AuthOptions};
use crate::form;
use crate::proto::methods::V1_UPSERT_REGISTRATION;
use crate::text::{all, place, split_first};
use crate::url::Urls;

/// For each request to the provider, unless the application says otherwise.
const DEFAULT_TIMEOUT_MS: f64 = 10_000.0;

/// Who the provider says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issuer {
    pub text: String,
    /// A slash at the end may be missing or added. For the preset only: the operator's Hydra is documented without its
    /// issuer, Hydra versions differ in that slash, an application could not correct a preset, and both spellings name
    /// the same host. An issuer that the application gives is compared character by character (RFC 9207, OpenID).
    pub slash_optional: bool,
}

impl Issuer {
    pub fn is(&self, other: &str) -> bool {
        let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
        self.text == other || (self.slash_optional && bare(&self.text) == bare(other))
    }
}

/// Where the endpoints come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    /// They are known.
    Known(Endpoints),
    /// They are in the discovery document of the issuer.
    Discovered,
}

/// Checked options: what the application left out, and what it means.
pub(crate) struct Config {
    /// Without repeats.
    pub scope: Vec<String>,
    /// `None` only if all endpoints were given by hand.
    pub issuer: Option<Issuer>,
    pub provider: Provider,
    pub timeout_ms: f64,
}

impl Config {
    pub fn new<U: Urls>(urls: &U, options: AuthOptions) -> Result<Self, AuthError> {
        let AuthOptions { client_id, redirect_uri, endpoints: overrides, .. } = options;
        if client_id.as_bytes().trim_ascii().is_empty()
            || !all(client_id.as_bytes(), |byte| matches!(byte, b' '..=b'~'))
        {
            return Err(AuthError::config("clientId", "must be the id of a client registered with the provider."));
        }
        check_redirect_uri(urls, &redirect_uri)?;
        check_overrides(urls, &overrides)?;
        check_params(&options.authorization_params)?;
        let scope = scopes(options.scope)?;
        let (issuer, provider) = provider(urls, options.issuer, options.preset, &overrides)?;
        if options.name.is_some_and(|name| name.is_empty()) {
            return Err(AuthError::config("name", "must not be empty; leave it out for `default`."));
        }
        let timeout_ms = options.timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS);
        if !(timeout_ms.is_finite() && timeout_ms > 0.0) {
            return Err(AuthError::config("timeoutMs", "must be a number of milliseconds above 0."));
        }
        Ok(Self { scope, issuer, provider, timeout_ms })
    }
}

fn check_redirect_uri<U: Urls>(urls: &U, redirect_uri: &str) -> Result<(), AuthError> {
    let url = safe_url(urls, redirect_uri).map_err(|wanted| AuthError::config("redirectUri", wanted))?;
    for (name, _) in form::pairs(&url.query) {
        if ANSWER_PARAMETERS.contains(&name.as_str()) {
            let wanted = ["must not have the parameter `", &name, "` itself: it is the provider's to add."];
            return Err(AuthError::config("redirectUri", &wanted.concat()));
        }
    }
    Ok(())
}

fn check_overrides<U: Urls>(urls: &U, overrides: &EndpointOverrides) -> Result<(), AuthError> {
    let named = [
        ("endpoints.authorization", &overrides.authorization),
        ("endpoints.token", &overrides.token),
        ("endpoints.revocation", &overrides.revocation),
        ("endpoints.endSession", &overrides.end_session),
        ("endpoints.userInfo", &overrides.user_info),
        ("endpoints.jwks", &overrides.jwks),
    ];
    for (option, address) in named {
        if let Some(address) = address {
            safe_url(urls, address).map_err(|wanted| AuthError::config(option, wanted))?;
        }
    }
    Ok(())
}

fn scopes(given: Option<Vec<String>>) -> Result<Vec<String>, AuthError> {
    let given = given.unwrap_or_else(|| vec![["openid offline_access phone ", V1_UPSERT_REGISTRATION.scope].concat()]);
    let mut scopes: Vec<String> = Vec::new();
    for entry in &given {
        let mut rest = Some(entry.as_str());
        while let Some(words) = rest {
            let (scope, behind) = split_first(words, b' ');
            rest = behind;
            // RFC 6749, section 3.3: visible ASCII without quote and backslash.
            if !all(scope.as_bytes(), |byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\') {
                return Err(AuthError::config("scope", "may hold visible ASCII only, without quotes and backslashes."));
            }
            if !scope.is_empty() && !scopes.iter().any(|known| known == scope) {
                scopes.push(scope.to_owned());
            }
        }
    }
    if scopes.is_empty() {
        return Err(AuthError::config("scope", "must name at least one scope; leave it out for the default."));
    }
    Ok(scopes)
}

fn provider<U: Urls>(
    urls: &U,
    issuer: Option<String>,
    preset: Option<String>,
    overrides: &EndpointOverrides,
) -> Result<(Option<Issuer>, Provider), AuthError> {
    match (issuer, preset.as_deref()) {
        (Some(_), Some(_)) => Err(AuthError::config("preset", "can't be given together with `issuer`.")),
        (Some(text), None) => {
            let url = safe_url(urls, &text).map_err(|wanted| AuthError::config("issuer", wanted))?;
            if !url.query.is_empty() || place(text.as_bytes(), b'?').is_some() {
                return Err(AuthError::config("issuer", "must not have a query (?…)."));
            }
            Ok((Some(Issuer { text, slash_optional: false }), Provider::Discovered))
        }
        (None, Some("wgtwo")) => {
            let issuer = Issuer { text: WGTWO_ISSUER.to_owned(), slash_optional: true };
            Ok((Some(issuer), Provider::Known(wgtwo().overridden_by(overrides))))
        }
        (None, Some(_)) => Err(AuthError::config("preset", "must be `wgtwo`.")),
        (None, None) if overrides.authorization.is_some() && overrides.token.is_some() => {
            Ok((None, Provider::Known(Endpoints::default().overridden_by(overrides))))
        }
        // `js/auth/settings.ts` has said how to give one.
        (None, None) => Err(AuthError::config("issuer", "is missing.")),
    }
}
