//! The authorization request: the URL that the user is sent to.

use super::AuthError;
use crate::form;
use crate::text::{any_word, place, split_once};

/// What this module alone decides. A second copy from outside would make a request that two sides read differently.
const RESERVED: [&str; 11] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
    "request",
    "request_uri",
];

/// The reserved name among those of `params`, if there is one.
fn reserved(params: &[(String, String)]) -> Option<&str> {
    params.iter().map(|(name, _)| name.as_str()).find(|name| RESERVED.contains(name))
}

/// Refuses reserved and empty names among `authorizationParams`.
pub(crate) fn check_params(params: &[(String, String)]) -> Result<(), AuthError> {
    if let Some(name) = reserved(params) {
        let wanted = "is set by the SDK and can't be given.";
        return Err(AuthError::config(&["authorizationParams.", name].concat(), wanted));
    }
    if params.iter().any(|(name, value)| name == "max_age" && value.parse::<u32>().is_err()) {
        return Err(AuthError::config("authorizationParams.max_age", "must be a whole number of seconds."));
    }
    if params.iter().any(|(name, _)| name.is_empty()) {
        return Err(AuthError::config("authorizationParams", "must not have an empty name."));
    }
    Ok(())
}

/// OpenID Connect Core, 3.1.2.1; several may stand together.
pub(crate) fn check_prompt(prompt: Option<&str>) -> Result<(), AuthError> {
    let known = |word: &str| matches!(word, "none" | "login" | "consent" | "select_account");
    if prompt.is_none_or(|prompt| !any_word(prompt, |word| !known(word))) {
        return Ok(());
    }
    Err(AuthError::config("prompt", "must be `none`, `login`, `consent` or `select_account`."))
}

/// One authorization request.
pub(crate) struct Request<'a> {
    pub client_id: &'a str,
    pub redirect_uri: &'a str,
    pub scope: &'a str,
    pub state: &'a str,
    pub nonce: Option<&'a str>,
    pub code_challenge: &'a str,
    /// Checked by `check_params`; of several with one name the last counts.
    pub params: Vec<(&'a str, &'a str)>,
}

impl Request<'_> {
    /// The URL, at `endpoint`, whose own query is kept (RFC 6749, section 3.1).
    pub fn url(&self, endpoint: &str) -> Result<String, AuthError> {
        let (_, own) = split_once(endpoint, b'?').unwrap_or((endpoint, ""));
        let own = form::pairs(own);
        if let Some(name) = reserved(&own) {
            let wanted = ["must not have the parameter `", name, "` itself: it is set by the SDK."].concat();
            return Err(AuthError::config("endpoints.authorization", &wanted));
        }
        let mut query = String::new();
        let own = [
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", self.redirect_uri),
            ("scope", self.scope),
            ("state", self.state),
            ("code_challenge", self.code_challenge),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in own {
            form::push(&mut query, name, value);
        }
        if let Some(nonce) = self.nonce {
            form::push(&mut query, "nonce", nonce);
        }
        for (index, (name, value)) in self.params.iter().enumerate() {
            if !self.params.iter().skip(index + 1).any(|(later, _)| later == name) {
                form::push(&mut query, name, value);
            }
        }
        let joint = match endpoint {
            _ if endpoint.ends_with('?') || endpoint.ends_with('&') => "",
            _ if place(endpoint.as_bytes(), b'?').is_some() => "&",
            _ => "?",
        };
        Ok([endpoint, joint, &query].concat())
    }
}
