//! The authorization response: what the provider put into the URL that it sent the browser back to.

use super::{AuthCode, AuthError, Secret};
use crate::form;
use crate::redact::Secrets;
use crate::url::Urls;

/// The parameters that are the provider's in a callback.
pub(crate) const ANSWER_PARAMETERS: [&str; 7] =
    ["code", "state", "error", "error_description", "error_uri", "iss", "response"];

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
        let Parameters { mut codes, others: [state, error, description, uri, iss, response] } = parameters(urls, url)?;
        if response.is_some() {
            return Err(not_a_callback("It has a signed `response`, which was not asked for."));
        }
        let outcome = if let Some(error) = error {
            // A code beside it is not used: however many there are, the provider's words are told.
            let codes = Secrets::new(codes);
            let shown = |text: Option<String>| text.map(|text| codes.cut(&text));
            Outcome::Refused { error: codes.cut(&error), description: shown(description), uri: shown(uri) }
        } else {
            match codes.pop() {
                Some(code) if codes.is_empty() => Outcome::Code(Secret::new(code)),
                Some(_) => return Err(twice("code")),
                None => return Err(not_a_callback("It has neither `code` nor `error`.")),
            }
        };
        let state = state.ok_or_else(|| not_a_callback("It has no `state`."))?;
        Ok(Self { state, iss, outcome })
    }

    /// Of an answer without a code: its state, and why it is a refusal if it is one.
    pub fn read_state<U: Urls>(urls: &U, url: &str) -> Result<(String, Option<Refusal>), AuthError> {
        let [state, error, description, uri, _, _] = parameters(urls, url)?.others;
        let state = state.ok_or_else(|| not_a_callback("It has no `state`."))?;
        Ok((state, error.map(|error| (error, description, uri))))
    }
}

/// The `error` of an address without `state`. Anybody can make a link like that.
pub(crate) fn stateless_error<U: Urls>(urls: &U, url: &str) -> Option<String> {
    match parameters(urls, url).ok()? {
        Parameters { codes, others: [None, error, _, _, _, None] } if codes.is_empty() => error,
        _ => None,
    }
}

/// `error`, `error_description`, `error_uri`.
pub(crate) type Refusal = (String, Option<String>, Option<String>);

/// The values of `code`, and those of the other [`ANSWER_PARAMETERS`].
struct Parameters {
    codes: Vec<String>,
    others: [Option<String>; 6],
}

fn parameters<U: Urls>(urls: &U, url: &str) -> Result<Parameters, AuthError> {
    let url = urls.parse(url).ok_or_else(|| not_a_callback("It is no absolute URL."))?;
    let [code, others @ ..] = ANSWER_PARAMETERS;
    let mut codes = Vec::new();
    let mut found = [const { None::<String> }; 6];
    for (name, value) in form::pairs(&url.query) {
        // RFC 6749, section 3.1: without a value it is as good as left out, and none is there more than once. Which one
        // would count is anybody's guess.
        if value.is_empty() {
            continue;
        }
        if name == code {
            codes.push(value);
        } else if let Some(at) = others.iter().position(|known| *known == name)
            && let Some(slot) = found.get_mut(at)
            && slot.replace(value).is_some()
        {
            return Err(twice(&name));
        }
    }
    Ok(Parameters { codes, others: found })
}

fn twice(name: &str) -> AuthError {
    not_a_callback(&["It has the parameter `", name, "` twice."].concat())
}

fn not_a_callback(why: &str) -> AuthError {
    let message = ["The URL is not a provider's answer to a sign-in. ", why, " Ask isRedirectCallback first."];
    AuthError::new(AuthCode::NotACallback, message.concat())
}
