//! The options, checked once, so that nothing later has to ask.

use super::authorize::check_params;
use super::callback::ANSWER_PARAMETERS;
use super::endpoints::{Endpoints, WGTWO_ISSUER, safe_url, wgtwo};
use super::options::EndpointOverrides;
use super::pending::SIGN_INS;
use super::{AuthError, AuthOptions};
use crate::proto::methods::V1_UPSERT_REGISTRATION;
use crate::seams::Urls;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use form_urlencoded::byte_serialize;

/// For each request to the provider, unless the application says otherwise.
const DEFAULT_TIMEOUT_MS: f64 = 10_000.0;

const DEFAULT_NAME: &str = "default";

/// Who the provider says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Issuer {
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
pub(super) enum Provider {
    /// They are known.
    Known(Endpoints),
    /// They are in the discovery document of the issuer.
    Discovered,
}

/// Checked options.
pub(super) struct Config {
    pub client_id: String,
    pub redirect_uri: String,
    /// Without repeats.
    pub scope: Vec<String>,
    /// `None` only if all endpoints were given by hand.
    pub issuer: Option<Issuer>,
    pub provider: Provider,
    pub overrides: EndpointOverrides,
    pub params: Vec<(String, String)>,
    pub timeout_ms: f64,
    pub dpop: bool,
    pub auto_refresh: bool,
    pub skip_signature: bool,
    pub name: String,
    /// The end of every storage key, made of issuer, client and name.
    realm: String,
}

impl Config {
    pub fn new<U: Urls>(urls: &U, options: AuthOptions) -> Result<Self, AuthError> {
        let AuthOptions { client_id, redirect_uri, endpoints: overrides, .. } = options;
        if client_id.trim().is_empty() || client_id.contains(|c: char| !matches!(c, ' '..='~')) {
            return Err(AuthError::config("clientId", "must be the id of a client registered with the provider."));
        }
        check_redirect_uri(urls, &redirect_uri)?;
        check_overrides(urls, &overrides)?;
        check_params(&options.authorization_params)?;
        let scope = scopes(options.scope)?;
        let (issuer, provider) = provider(urls, options.issuer, options.preset, &overrides)?;
        let name = options.name.unwrap_or_else(|| DEFAULT_NAME.to_owned());
        if name.is_empty() {
            return Err(AuthError::config("name", "must not be empty; leave it out for `default`."));
        }
        let timeout_ms = options.timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS);
        if !(timeout_ms.is_finite() && timeout_ms > 0.0) {
            return Err(AuthError::config("timeoutMs", "must be a number of milliseconds above 0."));
        }
        let place = match (&issuer, &provider) {
            (Some(issuer), _) => &issuer.text,
            (None, Provider::Known(endpoints)) => &endpoints.authorization,
            (None, Provider::Discovered) => "",
        };
        let realm =
            [place, &client_id, &name].map(|part| byte_serialize(part.as_bytes()).collect::<String>()).join("/");
        Ok(Self {
            client_id,
            redirect_uri,
            scope,
            issuer,
            provider,
            overrides,
            params: options.authorization_params,
            timeout_ms,
            dpop: options.dpop,
            auto_refresh: options.auto_refresh,
            skip_signature: options.skip_signature,
            name,
            realm,
        })
    }

    /// Whether an ID token is asked for.
    pub fn wants_id_token(&self) -> bool {
        self.scope.iter().any(|scope| scope == "openid")
    }

    /// The `state` of a sign-in, of `random`, with what the page must know of an answer before the wasm is loaded
    /// (`js/ownership.ts`): that it is this package's and this session's, and whether it is for a popup to pass on (`p`) or
    /// ends a consent (`c`). Tabs of 0.1.0 look for mark and name behind the dots.
    pub fn tagged_state(&self, random: &str, mark: &str) -> String {
        let name = if self.name == DEFAULT_NAME { String::new() } else { URL_SAFE_NO_PAD.encode(&self.name) };
        let state = format!("sipbreakout1-{:08x}-{random}", fnv_1a(&self.realm));
        if mark.is_empty() && name.is_empty() { state } else { [&state, ".", mark, ".", &name].concat() }
    }

    /// The issuer as a part of names; an authorization endpoint stands for a missing one.
    pub fn issuer_part(&self) -> &str {
        self.realm.split('/').next().unwrap_or_default()
    }

    /// Whose registrations `sub`'s are: the session's name and where it is kept have no part in it.
    pub fn owner_name(&self, sub: &str) -> String {
        let (place, _) = self.realm.rsplit_once('/').unwrap_or_default();
        let sub: String = byte_serialize(sub.as_bytes()).collect();
        [place, "/", &sub].concat()
    }

    /// Whose registrations the session called `id` has, as long as the person is not known. No person's name looks like
    /// it: a colon is written otherwise there.
    pub fn session_owner_name(&self, id: &str) -> String {
        let (place, _) = self.realm.rsplit_once('/').unwrap_or_default();
        [place, "/session:", id].concat()
    }

    /// The name of the stored session.
    pub fn session_key(&self) -> String {
        format!("sipbreakout/session/{}", self.realm)
    }

    /// Where it is noted that a refresh token was sent and no answer came.
    pub fn asked_key(&self) -> String {
        format!("sipbreakout/asked/{}", self.realm)
    }

    /// Where it is noted how renewing the session fails.
    pub fn trouble_key(&self) -> String {
        format!("sipbreakout/trouble/{}", self.realm)
    }

    /// Where tabs without Web Locks say who refreshes.
    pub fn lease_key(&self) -> String {
        format!("sipbreakout/lease/{}", self.realm)
    }

    /// The Web Lock of who refreshes.
    pub fn lock_name(&self) -> String {
        format!("sipbreakout/refresh/{}", self.realm)
    }

    /// The channel on which the tabs tell each other.
    pub fn channel_name(&self) -> String {
        format!("sipbreakout/session/{}", self.realm)
    }

    /// The key pair that the tokens of the session called `id` are bound to.
    pub fn key_name(&self, id: &str) -> String {
        format!("sipbreakout/key/{}/{id}", self.realm)
    }

    /// Where it is tried whether the store takes anything.
    pub fn probe_key(&self) -> String {
        format!("sipbreakout/probe/{}", self.realm)
    }

    /// Where a revocation of consent is remembered.
    pub fn consent_key(&self) -> String {
        format!("sipbreakout/consent/{}", self.realm)
    }

    /// What the names of pending sign-ins begin with. No part of the realm contains a slash, so that no session's
    /// prefix is the beginning of another's.
    pub fn pending_prefix(&self) -> String {
        format!("{SIGN_INS}{}/", self.realm)
    }
}

/// Tells the sessions of a page apart, no more: what an answer is good for, its record says.
fn fnv_1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn check_redirect_uri<U: Urls>(urls: &U, redirect_uri: &str) -> Result<(), AuthError> {
    let url = safe_url(urls, redirect_uri).map_err(|wanted| AuthError::config("redirectUri", wanted))?;
    let mut own = form_urlencoded::parse(url.query.as_bytes());
    match own.find(|(name, _)| ANSWER_PARAMETERS.contains(&name.as_ref())) {
        Some((name, _)) => Err(AuthError::config(
            "redirectUri",
            &format!("must not have the parameter `{name}` itself: it is the provider's to add."),
        )),
        None => Ok(()),
    }
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
    let given = given.unwrap_or_else(|| {
        ["openid", "offline_access", "phone", V1_UPSERT_REGISTRATION.scope].map(String::from).into()
    });
    let mut scopes: Vec<String> = Vec::new();
    for scope in given.iter().flat_map(|entry| entry.split(' ')).filter(|scope| !scope.is_empty()) {
        // RFC 6749, section 3.3: visible ASCII without quote and backslash.
        if !scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\') {
            return Err(AuthError::config("scope", "may hold visible ASCII only, without quotes and backslashes."));
        }
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
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
            if !url.query.is_empty() || text.contains('?') {
                return Err(AuthError::config("issuer", "must not have a query (?…)."));
            }
            Ok((Some(Issuer { text, slash_optional: false }), Provider::Discovered))
        }
        (None, Some("wgtwo")) => {
            let issuer = Issuer { text: WGTWO_ISSUER.to_owned(), slash_optional: true };
            Ok((Some(issuer), Provider::Known(wgtwo().overridden_by(overrides))))
        }
        (None, Some(_)) => Err(AuthError::config("preset", "must be `wgtwo`; other providers are given by `issuer`.")),
        (None, None) => {
            let missing = match (&overrides.authorization, &overrides.token) {
                (Some(_), Some(_)) => {
                    return Ok((None, Provider::Known(Endpoints::default().overridden_by(overrides))));
                }
                (None, None) => "issuer",
                (None, Some(_)) => "endpoints.authorization",
                (Some(_), None) => "endpoints.token",
            };
            let wanted =
                "is missing: give `issuer`, `preset`, or both `endpoints.authorization` and `endpoints.token`.";
            Err(AuthError::config(missing, wanted))
        }
    }
}
