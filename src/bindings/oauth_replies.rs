//! The provider's replies, for `js/provider/`. A reply is its status, its headers (names and values in turn) and the text of its
//! body; `sent` are the secrets of the request, `known` those that are known beside.

use super::flat::push_any_text;
use super::js::{Array, Uint8Array};
use super::oauth::{issuer_of, pairs_of, thrown};
use crate::oauth::dpop::Proof;
use crate::oauth::id_token::{Claims, Expected};
use crate::oauth::refusal::Said;
use crate::oauth::refusal_error::{refusal, shown};
use crate::oauth::reply::Reply;
use crate::oauth::token_reply::TokenReply;
use crate::oauth::user_info::UserInfo;
use crate::oauth::{Secret, jwks};
use crate::redact::Secrets;
use wasm_bindgen::prelude::*;

fn reply(status: u16, headers: &Array, body: String, sent: &Array) -> Reply {
    let secrets = Secrets::new(sent.texts());
    Reply { status, headers: pairs_of(headers), body, secrets }
}

fn secrets(texts: &Array) -> Vec<Secret> {
    texts.texts().into_iter().map(Secret::new).collect()
}

/// The token endpoint's reply: access token, refresh token, ID token, whether that is no text, scope, milliseconds to live,
/// whether it is bound to a key. Or the error, its verdict on the session, and the provider's word.
#[wasm_bindgen(js_name = readTokens)]
#[allow(clippy::too_many_arguments)]
pub fn read_tokens(
    place: String,
    status: u16,
    headers: &Array,
    body: String,
    sent: &Array,
    known: &Array,
    wants_bound: bool,
) -> Array {
    let (reply, known) = (reply(status, headers, body, sent), secrets(known));
    let array = Array::new();
    match TokenReply::of(&place, &reply, wants_bound, &known.iter().collect::<Vec<_>>()) {
        Ok(tokens) => {
            let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
            array.push_text(tokens.access_token.expose());
            push_any_text(&array, text(&tokens.refresh_token).as_deref());
            push_any_text(&array, text(&tokens.id_token).as_deref());
            array.push_flag(tokens.is_id_token_odd);
            push_any_text(&array, tokens.scope.as_deref());
            array.push_number(tokens.life_ms);
            array.push_flag(tokens.is_bound);
        }
        Err(error) => {
            array.push(thrown(error).into());
            let said = Said::of(&reply);
            array.push_text(said.verdict(reply.status).as_str());
            push_any_text(&array, shown(said.word, &reply.secrets).as_deref());
        }
    }
    array
}

/// The error of a reply that is a refusal.
#[wasm_bindgen(js_name = refusalOf)]
pub fn refusal_of(place: String, status: u16, headers: &Array, body: String, sent: &Array, known: &Array) -> Array {
    let known = secrets(known);
    thrown(refusal(&place, &reply(status, headers, body, sent), &known.iter().collect::<Vec<_>>()))
}

/// The word by which a reply names its error.
#[wasm_bindgen(js_name = refusedWord)]
pub fn refused_word(headers: &Array, body: String) -> Option<String> {
    Said::of(&reply(0, headers, body, &Array::new())).word
}

/// When an ID token was made, in seconds, and its nonce. Throws if it can't be read.
#[wasm_bindgen(js_name = readIdToken)]
pub fn read_id_token(token: String) -> Result<Array, Array> {
    let claims = Claims::required(&Secret::new(token)).map_err(thrown)?;
    let array = Array::new();
    array.push_number(claims.iat);
    push_any_text(&array, claims.nonce.as_deref());
    Ok(array)
}

/// Whom the ID token of a sign-in is about. Throws if it is not what was expected. `max_age_seconds`: how long ago the person
/// may have signed in at the provider, if that was asked for.
#[wasm_bindgen(js_name = checkIdToken, unchecked_return_type = "string")]
pub fn check_id_token(
    token: String,
    issuer: Option<String>,
    slash_optional: bool,
    client_id: String,
    nonce: Option<String>,
    max_age_seconds: Option<f64>,
    now_wall_ms: f64,
) -> Result<JsValue, Array> {
    let issuer = issuer_of(issuer, slash_optional);
    let claims = Claims::required(&Secret::new(token)).map_err(thrown)?;
    let nonce = nonce.as_deref();
    let expected = Expected { issuer: issuer.as_ref(), client_id: &client_id, nonce, max_age_seconds, now_wall_ms };
    claims.check(&expected).map_err(thrown)?;
    Ok(JsValue::from_str(&claims.sub))
}

/// Whom the ID token of a refresh is about; undefined if it is of no use. Throws if it is about another person, or for another
/// client, than `before`.
#[wasm_bindgen(js_name = renewedSubject, unchecked_return_type = "string | undefined")]
pub fn renewed_subject(
    token: String,
    before: Option<String>,
    issuer: Option<String>,
    slash_optional: bool,
    client_id: String,
    now_wall_ms: f64,
) -> Result<JsValue, Array> {
    let issuer = issuer_of(issuer, slash_optional);
    let expected =
        Expected { issuer: issuer.as_ref(), client_id: &client_id, nonce: None, max_age_seconds: None, now_wall_ms };
    let sub = Claims::renewed(&Secret::new(token), before.map(Secret::new).as_ref(), &expected).map_err(thrown)?;
    Ok(sub.map_or(JsValue::UNDEFINED, |sub| JsValue::from_str(&sub)))
}

/// A token's signature: algorithm, name of the key, bytes. Throws if it has none that is taken here.
#[wasm_bindgen(js_name = readSignature)]
pub fn read_signature(token: String) -> Result<Array, Array> {
    let signature = jwks::Signature::of(&token).map_err(thrown)?;
    let array = Array::new();
    array.push_text(signature.algorithm.as_str());
    push_any_text(&array, signature.kid.as_deref());
    array.push(Uint8Array::new(&signature.bytes).into());
    Ok(array)
}

/// The provider's keys: of each its name, algorithm, and two members (`n` and `e`, or `x` and `y`). Undefined if they can't be
/// read.
#[wasm_bindgen(js_name = readKeys)]
pub fn read_keys(text: String) -> Option<Array> {
    let array = Array::new();
    for key in jwks::keys(&text)? {
        let [first, second] = &key.members;
        push_any_text(&array, key.kid.as_deref());
        array.push_text(key.algorithm.as_str());
        array.push_texts(first, second);
    }
    Some(array)
}

/// What a proof is a signature of. `texts`: `x` and `y` of the key, a random text, the method, the address, the token and the
/// nonce, if there are any.
#[wasm_bindgen(js_name = proofInput)]
pub fn proof_input(texts: &Array, iat_seconds: f64) -> String {
    let text = |at| texts.text(at).unwrap_or_default();
    let (jti, method, url, nonce) = (text(2), text(3), text(4), texts.text(6));
    let token = texts.text(5).map(Secret::new);
    let proof =
        Proof { jti: &jti, method: &method, url: &url, iat_seconds, token: token.as_ref(), nonce: nonce.as_deref() };
    proof.signing_input(&text(0), &text(1))
}

/// Who is signed in: `sub`, phone number, whether it was checked. Throws.
#[wasm_bindgen(js_name = readUser)]
pub fn read_user(text: String) -> Result<Array, Array> {
    let user = UserInfo::read(&text).map_err(thrown)?;
    let array = Array::new();
    array.push_text(&user.sub);
    push_any_text(&array, user.phone_number.as_deref());
    array.push(user.phone_number_verified.map_or(JsValue::UNDEFINED, JsValue::from_bool));
    Ok(array)
}
