//! The authorization request: the URL that the user is sent to.

use super::AuthError;
use form_urlencoded::Serializer;

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

/// The reserved name among `names`, if there is one.
pub(super) fn reserved<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    names.find_map(|name| RESERVED.into_iter().find(|reserved| *reserved == name))
}

/// Refuses reserved and empty names among `authorizationParams`.
pub(super) fn check_params(params: &[(String, String)]) -> Result<(), AuthError> {
    if let Some(name) = reserved(params.iter().map(|(name, _)| name.as_str())) {
        let wanted = "is set by the SDK and can't be given.";
        return Err(AuthError::config(&format!("authorizationParams.{name}"), wanted));
    }
    if params.iter().any(|(name, _)| name.is_empty()) {
        return Err(AuthError::config("authorizationParams", "must not have an empty name."));
    }
    Ok(())
}

/// OpenID Connect Core, 3.1.2.1; several may stand together.
pub(super) fn check_prompt(prompt: Option<&str>) -> Result<(), AuthError> {
    let known = |word| matches!(word, "none" | "login" | "consent" | "select_account");
    if prompt.is_none_or(|prompt| prompt.split(' ').all(known)) {
        return Ok(());
    }
    Err(AuthError::config("prompt", "must be `none`, `login`, `consent` or `select_account`."))
}

/// One authorization request.
pub(super) struct Request<'a> {
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
        let (_, own) = endpoint.split_once('?').unwrap_or((endpoint, ""));
        let own: Vec<String> = form_urlencoded::parse(own.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        if let Some(name) = reserved(own.iter().map(String::as_str)) {
            let wanted = format!("must not have the parameter `{name}` itself: it is set by the SDK.");
            return Err(AuthError::config("endpoints.authorization", &wanted));
        }
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id)
            .append_pair("redirect_uri", self.redirect_uri)
            .append_pair("scope", self.scope)
            .append_pair("state", self.state)
            .append_pair("code_challenge", self.code_challenge)
            .append_pair("code_challenge_method", "S256");
        if let Some(nonce) = self.nonce {
            query.append_pair("nonce", nonce);
        }
        for (index, (name, value)) in self.params.iter().enumerate() {
            if !self.params.iter().skip(index + 1).any(|(later, _)| later == name) {
                query.append_pair(name, value);
            }
        }
        let joint = match endpoint {
            _ if endpoint.ends_with(['?', '&']) => "",
            _ if endpoint.contains('?') => "&",
            _ => "?",
        };
        Ok(format!("{endpoint}{joint}{}", query.finish()))
    }
}
