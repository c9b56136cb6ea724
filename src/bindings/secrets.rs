//! What may be shown of a text that others wrote.

use super::js::Array;
use crate::redact::Secrets;
use wasm_bindgen::prelude::*;

/// Whether `text` has a secret in it, of those that a request with these headers carries (names and values in turn) and of
/// these tokens. `is_sure`: a short one, which may be a word, does not count.
#[wasm_bindgen(js_name = hasSecret)]
pub fn has_secret(text: String, request_headers: &Array, tokens: &Array, is_sure: bool) -> bool {
    let secrets = secrets(request_headers, tokens);
    if is_sure { secrets.without_short().is_in(text.as_bytes()) } else { secrets.is_in(text.as_bytes()) }
}

/// `text` without them.
#[wasm_bindgen(js_name = cutSecrets, unchecked_return_type = "string")]
pub fn cut_secrets(text: String, request_headers: &Array, tokens: &Array) -> JsValue {
    JsValue::from_str(&secrets(request_headers, tokens).cut(&text))
}

/// All that a request with these headers carries, and these tokens.
pub fn secrets(request_headers: &Array, tokens: &Array) -> Secrets {
    Secrets::of_attempts(&request_headers.texts(), &tokens.texts())
}
