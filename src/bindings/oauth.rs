//! What a provider is asked and what it answers, for `js/provider/`: each function takes texts, numbers and arrays of them, and
//! answers in the same turn. What it throws is an array, too (`thrown`), which `js/core/decide.ts` reads.

use super::flat::{push_any_number, push_any_text};
use super::js::Array;
use crate::oauth::authorize::{Request, check_params, check_prompt};
use crate::oauth::callback::{Answer, Outcome, stateless_error};
use crate::oauth::config::{Config, Issuer, Provider};
use crate::oauth::endpoints::{Endpoints, safe_url};
use crate::oauth::{AuthError, AuthOptions, EndpointOverrides, answer, discovery};
use crate::page_url::PageUrls;
use crate::redact::Secrets;
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use wasm_bindgen::prelude::*;

/// An error: code, kind, whether the same may succeed later, message, description, URI, HTTP status, `retry-after`.
pub fn thrown(error: AuthError) -> Array {
    let array = Array::new();
    array.push_texts(error.code.as_str(), error.kind.as_str());
    array.push_flag(error.retryable);
    array.push_text(&error.message);
    push_any_text(&array, error.description.as_deref());
    push_any_text(&array, error.uri.as_deref());
    push_any_number(&array, error.http_status.map(f64::from));
    push_any_number(&array, error.retry_after_ms);
    array
}

/// Names and values in turn.
pub fn pairs_of(flat: &Array) -> Vec<(String, String)> {
    let mut texts = flat.texts().into_iter();
    std::iter::from_fn(|| texts.next().zip(texts.next())).collect()
}

/// The issuer, unless there is none.
pub fn issuer_of(text: Option<String>, slash_optional: bool) -> Option<Issuer> {
    text.map(|text| Issuer { text, slash_optional })
}

/// In the order of `ENDPOINTS` in `js/auth/settings.ts`, from the place `first` on.
fn overrides(texts: &Array, first: u32) -> EndpointOverrides {
    let text = |at| texts.text(first + at);
    EndpointOverrides {
        authorization: text(0),
        token: text(1),
        revocation: text(2),
        end_session: text(3),
        user_info: text(4),
        jwks: text(5),
    }
}

/// The same order, and whether `iss` is promised.
fn push_endpoints(array: &Array, endpoints: &Endpoints) {
    array.push_texts(&endpoints.authorization, &endpoints.token);
    for address in [&endpoints.revocation, &endpoints.end_session, &endpoints.user_info, &endpoints.jwks] {
        push_any_text(array, address.as_deref());
    }
    array.push_flag(endpoints.iss_promised);
}

/// The options of `createAuth`: client id, redirect URI, issuer, preset, name and endpoints in `texts`. Returns scope, time-out,
/// the issuer and whether its slash is optional, and the endpoints if they are known. Throws what is wrong.
#[wasm_bindgen(js_name = checkAuthOptions)]
pub fn check_options(
    texts: &Array,
    scope: Option<Array>,
    params: &Array,
    timeout_ms: Option<f64>,
) -> Result<Array, Array> {
    let options = AuthOptions {
        client_id: texts.text(0).unwrap_or_default(),
        redirect_uri: texts.text(1).unwrap_or_default(),
        issuer: texts.text(2),
        preset: texts.text(3),
        name: texts.text(4),
        endpoints: overrides(texts, 5),
        scope: scope.map(|scope| scope.texts()),
        authorization_params: pairs_of(params),
        timeout_ms,
    };
    let config = Config::new(&PageUrls, options).map_err(thrown)?;
    let array = Array::new();
    array.push_text(&config.scope.join(" "));
    array.push_number(config.timeout_ms);
    push_any_text(&array, config.issuer.as_ref().map(|issuer| issuer.text.as_str()));
    array.push_flag(config.issuer.is_some_and(|issuer| issuer.slash_optional));
    if let Provider::Known(endpoints) = &config.provider {
        push_endpoints(&array, endpoints);
    }
    Ok(array)
}

/// The endpoints of a discovery document, with the application's own in their place. Throws.
#[wasm_bindgen(js_name = readDiscovery)]
pub fn read_discovery(issuer: String, slash_optional: bool, own: &Array, text: String) -> Result<Array, Array> {
    let issuer = Issuer { text: issuer, slash_optional };
    let endpoints = discovery::read(&PageUrls, &issuer, &overrides(own, 0), &text).map_err(thrown)?;
    let array = Array::new();
    push_endpoints(&array, &endpoints);
    Ok(array)
}

/// Refuses an address that nobody should be sent to; `option` is what it was given as. Throws.
#[wasm_bindgen(js_name = checkAddress)]
pub fn check_address(option: String, address: String) -> Result<(), Array> {
    match safe_url(&PageUrls, &address) {
        Ok(_) => Ok(()),
        Err(wanted) => Err(thrown(AuthError::config(&option, wanted))),
    }
}

/// The parameters that one sign-in adds. Throws what is wrong.
#[wasm_bindgen(js_name = checkSignIn)]
pub fn check_sign_in(params: &Array, prompt: Option<String>) -> Result<(), Array> {
    check_params(&pairs_of(params)).and_then(|()| check_prompt(prompt.as_deref())).map_err(thrown)
}

/// The address to send the person to. `texts`: endpoint, client id, redirect URI, scope, state, verifier, and the nonce if there
/// is one. Throws.
#[wasm_bindgen(js_name = authorizationUrl, unchecked_return_type = "string")]
pub fn authorization_url(texts: &Array, params: &Array) -> Result<JsValue, Array> {
    let text = |at| texts.text(at).unwrap_or_default();
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(text(5)));
    let params = pairs_of(params);
    let (client_id, redirect_uri, scope, state, nonce) = (text(1), text(2), text(3), text(4), texts.text(6));
    let request = Request {
        client_id: &client_id,
        redirect_uri: &redirect_uri,
        scope: &scope,
        state: &state,
        nonce: nonce.as_deref(),
        code_challenge: challenge.as_str(),
        params: params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
    };
    request.url(&text(0)).map(|url| JsValue::from_str(&url)).map_err(thrown)
}

/// What an address says: state, `iss`, code, `error`, `error_description`, `error_uri`. Throws for what is no answer.
/// `is_consent`: of a revocation of consent, which has no code.
#[wasm_bindgen(js_name = readAnswer)]
pub fn read_answer(url: String, is_consent: bool) -> Result<Array, Array> {
    let (state, iss, code, refusal) = if is_consent {
        let (state, refusal) = Answer::read_state(&PageUrls, &url).map_err(thrown)?;
        (state, None, None, refusal)
    } else {
        let Answer { state, iss, outcome } = Answer::read(&PageUrls, &url).map_err(thrown)?;
        match outcome {
            Outcome::Code(code) => (state, iss, Some(code), None),
            Outcome::Refused { error, description, uri } => (state, iss, None, Some((error, description, uri))),
        }
    };
    let (error, description, uri) = refusal.map_or((None, None, None), |(word, text, uri)| (Some(word), text, uri));
    let array = Array::new();
    array.push_text(&state);
    push_any_text(&array, iss.as_deref());
    push_any_text(&array, code.as_ref().map(|code| code.expose()));
    for text in [error, description, uri] {
        push_any_text(&array, text.as_deref());
    }
    Ok(array)
}

/// The `error` of an address that has no `state`, if it is one.
#[wasm_bindgen(js_name = statelessError)]
pub fn read_stateless_error(url: String) -> Option<String> {
    stateless_error(&PageUrls, &url)
}

/// The error of an answer that is a refusal. `secrets` are cut from the provider's words.
#[wasm_bindgen(js_name = refusedByProvider)]
pub fn refused_by_provider(word: String, description: Option<String>, uri: Option<String>, secrets: &Array) -> Array {
    thrown(answer::refused_by_provider((word, description, uri), &Secrets::new(secrets.texts())))
}

/// The error of an address that has no `state`.
#[wasm_bindgen(js_name = refusedByLink)]
pub fn refused_by_link(word: String) -> Array {
    thrown(answer::refused_by_link(&word))
}

/// Who the answer to a sign-in is from, if that can be known: the issuer, and whether its slash is optional. Throws if it is
/// not who the sign-in was sent to (`own`).
#[wasm_bindgen(js_name = answerIssuer)]
pub fn answer_issuer(
    own: Option<String>,
    slash_optional: bool,
    iss_promised: bool,
    iss: Option<String>,
) -> Result<Array, Array> {
    let issuer = answer::issuer_of(issuer_of(own, slash_optional), iss_promised, iss).map_err(thrown)?;
    let array = Array::new();
    if let Some(issuer) = issuer {
        array.push_text(&issuer.text);
        array.push_flag(issuer.slash_optional);
    }
    Ok(array)
}
