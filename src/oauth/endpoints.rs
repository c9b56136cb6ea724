//! The provider's addresses, and the rule that each has to keep.

use super::options::EndpointOverrides;
use crate::text::place;
use crate::url::{UrlParts, Urls, is_secure_enough};

/// All addresses, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Endpoints {
    pub authorization: String,
    pub token: String,
    pub revocation: Option<String>,
    pub end_session: Option<String>,
    pub user_info: Option<String>,
    pub jwks: Option<String>,
    /// The provider promises `iss` in its answers (RFC 9207).
    pub iss_promised: bool,
}

impl Endpoints {
    /// The same, with what the application says instead.
    pub fn overridden_by(self, overrides: &EndpointOverrides) -> Self {
        let overrides = overrides.clone();
        Self {
            authorization: overrides.authorization.unwrap_or(self.authorization),
            token: overrides.token.unwrap_or(self.token),
            revocation: overrides.revocation.or(self.revocation),
            end_session: overrides.end_session.or(self.end_session),
            user_info: overrides.user_info.or(self.user_info),
            jwks: overrides.jwks.or(self.jwks),
            iss_promised: self.iss_promised,
        }
    }
}

/// The issuer of the `wgtwo` preset. The operator documents the endpoints, not the issuer's exact spelling.
pub(crate) const WGTWO_ISSUER: &str = "https://id.wgtwo.com/";

/// The endpoints of the `wgtwo` preset.
pub(crate) fn wgtwo() -> Endpoints {
    Endpoints {
        authorization: "https://id.wgtwo.com/oauth2/auth".to_owned(),
        token: "https://id.wgtwo.com/oauth2/token".to_owned(),
        revocation: Some("https://id.wgtwo.com/oauth2/revoke".to_owned()),
        end_session: Some("https://id.wgtwo.com/oauth2/sessions/logout".to_owned()),
        user_info: Some("https://id.wgtwo.com/userinfo".to_owned()),
        jwks: Some("https://id.wgtwo.com/.well-known/jwks.json".to_owned()),
        iss_promised: false,
    }
}

/// The parts of an address that tokens and codes may be sent to, or what is wrong with it.
pub(crate) fn safe_url<U: Urls>(urls: &U, text: &str) -> Result<UrlParts, &'static str> {
    let url = urls.parse(text).ok_or("must be an absolute URL such as https://id.example.com/path.")?;
    if !is_secure_enough(&url) {
        Err("must be https (http is accepted for loopback hosts only).")
    } else if url.has_credentials {
        Err("must not carry a user name or password.")
    } else if place(text.as_bytes(), b'#').is_some() {
        Err("must not have a fragment (#…).")
    } else {
        Ok(url)
    }
}
