//! OpenID Connect Discovery: the endpoints from the issuer's own document.

use super::config::Issuer;
use super::endpoints::{Endpoints, safe_url};
use super::json::flag;
use super::options::EndpointOverrides;
use super::{AuthCode, AuthError};
use crate::json::{Fields, Json};
use crate::text::first;
use crate::url::Urls;

struct Metadata {
    issuer: String,
    endpoints: Endpoints,
}

impl Metadata {
    fn read(text: &str) -> Option<Self> {
        let mut fields = Fields::parse(text)?;
        // An address of another type is as good as none.
        let mut address = |name: &str| fields.take(name).and_then(Json::into_text);
        Some(Self {
            issuer: address("issuer")?,
            endpoints: Endpoints {
                authorization: address("authorization_endpoint").unwrap_or_default(),
                token: address("token_endpoint").unwrap_or_default(),
                revocation: address("revocation_endpoint"),
                end_session: address("end_session_endpoint"),
                user_info: address("userinfo_endpoint"),
                jwks: address("jwks_uri"),
                iss_promised: fields
                    .take("authorization_response_iss_parameter_supported")
                    .and_then(flag)
                    .unwrap_or(false),
            },
        })
    }
}

/// The endpoints in a document, the application's own in their place.
pub(crate) fn read<U: Urls>(
    urls: &U,
    issuer: &Issuer,
    overrides: &EndpointOverrides,
    text: &str,
) -> Result<Endpoints, AuthError> {
    let document = Metadata::read(text).ok_or_else(|| {
        bad(&["is no OpenID configuration in JSON (often a web application's start page). Check `issuer`."])
    })?;
    if !issuer.is(&document.issuer) {
        let message = [
            "The discovery document names the issuer `",
            first(&document.issuer, 200),
            "`, not `",
            &issuer.text,
            "`; the two must be equal, a slash at the end included.",
        ];
        return Err(AuthError::new(AuthCode::IssuerMismatch, message.concat()));
    }
    let endpoints = document.endpoints.overridden_by(overrides);
    let EndpointOverrides { authorization, token, revocation, end_session, user_info, jwks } = overrides;
    let own = [authorization, token, revocation, end_session, user_info, jwks];
    let is_https = urls.parse(&issuer.text).is_some_and(|url| url.scheme == "https");
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
            Some(address) => match safe_url(urls, address) {
                Err(problem) => Some(problem),
                // Whatever listens on this machine is not the provider, who only the application may know to be here.
                Ok(url)
                    if is_https && url.scheme != "https" && !own.iter().any(|own| own.as_deref() == Some(address)) =>
                {
                    Some("must be https, as the issuer is.")
                }
                Ok(_) => None,
            },
        };
        if let Some(problem) = problem {
            return Err(bad(&["can't be used: `", name, "` ", problem, " `", option, "` can replace it."]));
        }
    }
    Ok(endpoints)
}

fn bad(what: &[&str]) -> AuthError {
    AuthError::new(AuthCode::InvalidResponse, ["The discovery document ", &what.concat()].concat())
}
