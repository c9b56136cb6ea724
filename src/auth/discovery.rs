//! OpenID Connect Discovery: the endpoints from the issuer's own document.

use super::config::{Config, Issuer};
use super::endpoints::{Endpoints, safe_url};
use super::json::flag;
use super::request::{exchange, get, refusal};
use super::{AuthCode, AuthError};
use crate::seams::{Fields, Json, Platform, Urls};

const PLACE: &str = "discovery document";

struct Metadata {
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    jwks_uri: Option<String>,
    authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    fn read(body: &[u8]) -> Option<Self> {
        let mut fields = Fields::from_bytes(body)?;
        // An address of another type is as good as none.
        let mut text = |name: &str| fields.take(name).and_then(Json::into_text);
        Some(Self {
            issuer: text("issuer")?,
            authorization_endpoint: text("authorization_endpoint"),
            token_endpoint: text("token_endpoint"),
            revocation_endpoint: text("revocation_endpoint"),
            end_session_endpoint: text("end_session_endpoint"),
            userinfo_endpoint: text("userinfo_endpoint"),
            jwks_uri: text("jwks_uri"),
            authorization_response_iss_parameter_supported: fields
                .take("authorization_response_iss_parameter_supported")
                .and_then(flag)
                .unwrap_or(false),
        })
    }
}

/// Asks the issuer.
pub(super) async fn discover<P: Platform>(
    platform: &P,
    config: &Config,
    issuer: &Issuer,
) -> Result<Endpoints, AuthError> {
    let base = issuer.text.strip_suffix('/').unwrap_or(&issuer.text);
    let address = format!("{base}/.well-known/openid-configuration");
    let reply = exchange(platform, PLACE, get(&address), config.timeout_ms).await?;
    if !reply.is_success() {
        let advice = "Check `issuer`, or leave it out and give the `endpoints`.";
        let message = format!("The discovery document ({address}) answered {}. {advice}", reply.status);
        let mut error = refusal(PLACE, &reply, &[]);
        error.message = message;
        return Err(error);
    }
    read(platform, config, issuer, &reply.body)
}

/// The endpoints in a document, the application's own in their place.
pub(super) fn read<U: Urls>(urls: &U, config: &Config, issuer: &Issuer, body: &[u8]) -> Result<Endpoints, AuthError> {
    let document = Metadata::read(body).ok_or_else(|| {
        bad("is no OpenID configuration in JSON (often a web application's start page). Check `issuer`.")
    })?;
    if !issuer.is(&document.issuer) {
        let found: String = document.issuer.chars().take(200).collect();
        let message = format!(
            "The discovery document names the issuer `{found}`, not `{}`; the two must be equal, a slash at the end \
             included.",
            issuer.text
        );
        return Err(AuthError::new(AuthCode::IssuerMismatch, message));
    }
    let endpoints = Endpoints {
        authorization: document.authorization_endpoint.unwrap_or_default(),
        token: document.token_endpoint.unwrap_or_default(),
        revocation: document.revocation_endpoint,
        end_session: document.end_session_endpoint,
        user_info: document.userinfo_endpoint,
        jwks: document.jwks_uri,
        iss_promised: document.authorization_response_iss_parameter_supported,
    };
    let endpoints = endpoints.overridden_by(&config.overrides);
    let named = [
        ("authorization_endpoint", "endpoints.authorization", Some(&endpoints.authorization)),
        ("token_endpoint", "endpoints.token", Some(&endpoints.token)),
        ("revocation_endpoint", "endpoints.revocation", endpoints.revocation.as_ref()),
        ("end_session_endpoint", "endpoints.endSession", endpoints.end_session.as_ref()),
        ("userinfo_endpoint", "endpoints.userInfo", endpoints.user_info.as_ref()),
        ("jwks_uri", "endpoints.jwks", endpoints.jwks.as_ref()),
    ];
    for (name, option, address) in named {
        let problem = match address.map(String::as_str) {
            None => None,
            Some("") => Some("is missing."),
            Some(address) => safe_url(urls, address).err(),
        };
        if let Some(problem) = problem {
            return Err(bad(&format!("can't be used: `{name}` {problem} `{option}` can replace it.")));
        }
    }
    Ok(endpoints)
}

fn bad(what: &str) -> AuthError {
    AuthError::new(AuthCode::InvalidResponse, format!("The discovery document {what}"))
}
