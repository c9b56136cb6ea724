//! A session as a source of tokens, for `js/client/session-tokens.ts`.

use super::auth::AuthHandle;
use super::promise;
use super::raw_error::raw;
use crate::auth::Secret;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl AuthHandle {
    /// Resolves to a token that is good for a call, another one than `refused`, and behind it the headers by which a POST to
    /// `url` is authorized with it, names and values in turn.
    pub fn authorize(&self, url: String, refused: Option<String>) -> Promise {
        let session = self.session();
        promise(async move {
            let refused = refused.map(Secret::new);
            let authorization = session.authorization(&url, refused.as_ref()).await;
            let (token, headers) = authorization.map_err(|error| raw(error.into()))?;
            let flat = Array::of1(&JsValue::from_str(token.expose()));
            for (name, value) in headers {
                flat.push(&JsValue::from_str(name));
                flat.push(&JsValue::from_str(&value));
            }
            Ok(flat.into())
        })
    }

    /// Resolves to whose tokens they are; undefined where that is not known.
    pub fn subject(&self) -> Promise {
        let session = self.session();
        promise(async move { Ok(session.subject().await.as_deref().map(JsValue::from_str).unwrap_or_default()) })
    }

    /// Learns the nonce that a reply of `url` had. True if the call was refused for the want of it.
    #[wasm_bindgen(js_name = heedNonce)]
    pub fn heed(&self, url: &str, nonce: String, www_authenticate: String) -> bool {
        let headers = [("dpop-nonce", nonce), ("www-authenticate", www_authenticate)];
        self.session().heed(url, &headers.map(|(name, value)| (name.to_owned(), value)))
    }
}
