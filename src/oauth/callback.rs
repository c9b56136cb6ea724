//! The authorization response: what the provider put into the URL that it sent the browser back to.

use super::{AuthCode, AuthError, Secret};
use crate::form;
use crate::redact::Secrets;
use crate::seams::Urls;

/// The parameters that are the provider's in a callback.
pub(crate) const ANSWER_PARAMETERS: [&str; 7] =
    ["state", "code", "error", "error_description", "error_uri", "iss", "response"];

/// What it says.
pub(crate) enum Outcome {
    Code(Secret),
    Refused { error: String, description: Option<String>, uri: Option<String> },
}

/// The whole answer.
pub(crate) struct Answer {
    pub state: String,
    pub iss: Option<String>,
    pub outcome: Outcome,
}

impl Answer {
    /// Reads the query; the fragment is not the code flow's and is ignored.
    pub fn read<U: Urls>(urls: &U, url: &str) -> Result<Self, AuthError> {
        let [state, code, error, description, uri, iss, response] = parameters(urls, url)?;
        if response.is_some() {
            return Err(not_a_callback("It has a signed `response`, which was not asked for."));
        }
        let outcome = match (error, code) {
            (Some(error), code) => {
                let code = Secrets::new(code);
                let shown = |text: Option<String>| text.map(|text| code.cut(&text));
                Outcome::Refused { error: code.cut(&error), description: shown(description), uri: shown(uri) }
            }
            (None, Some(code)) => Outcome::Code(Secret::new(code)),
            (None, None) => return Err(not_a_callback("It has neither `code` nor `error`.")),
        };
        let state = state.ok_or_else(|| not_a_callback("It has no `state`."))?;
        Ok(Self { state, iss, outcome })
    }

    /// Of an answer without a code: its state, and why it is a refusal if it is one.
    pub fn read_state<U: Urls>(urls: &U, url: &str) -> Result<(String, Option<Refusal>), AuthError> {
        let [state, _, error, description, uri, _, _] = parameters(urls, url)?;
        let state = state.ok_or_else(|| not_a_callback("It has no `state`."))?;
        Ok((state, error.map(|error| (error, description, uri))))
    }
}

/// The `error` of an address without `state`. Anybody can make a link like that.
pub(crate) fn stateless_error<U: Urls>(urls: &U, url: &str) -> Option<String> {
    match parameters(urls, url).ok()? {
        [None, None, error, _, _, _, None] => error,
        _ => None,
    }
}

/// `error`, `error_description`, `error_uri`.
pub(crate) type Refusal = (String, Option<String>, Option<String>);

fn parameters<U: Urls>(urls: &U, url: &str) -> Result<[Option<String>; 7], AuthError> {
    let url = urls.parse(url).ok_or_else(|| not_a_callback("It is no absolute URL."))?;
    let mut found = ANSWER_PARAMETERS.map(|name| (name, None::<String>));
    for (name, value) in form::pairs(&url.query) {
        if let Some((known, slot)) = found.iter_mut().find(|(known, _)| *known == name) {
            // RFC 6749, section 3.1: never more than once. Which one would count is anybody's guess.
            if slot.replace(value).is_some() {
                return Err(not_a_callback(&["It has the parameter `", known, "` twice."].concat()));
            }
        }
    }
    Ok(found.map(|(_, value)| value.filter(|text| !text.is_empty())))
}

fn not_a_callback(why: &str) -> AuthError {
    let message = ["The URL is not a provider's answer to a sign-in. ", why, " Ask isRedirectCallback first."];
    AuthError::new(AuthCode::NotACallback, message.concat())
}
