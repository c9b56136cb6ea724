//! The options of a session, in the order in which `js/auth-settings.ts` gives them.

use crate::auth::{AuthOptions, EndpointOverrides, Sharing, SignIn};
use crate::browser::{AnyStore, Browser, get};
use js_sys::Array;
use std::vec::IntoIter;
use wasm_bindgen::{JsCast, JsValue};

struct Values(IntoIter<JsValue>);

impl Values {
    fn next(&mut self) -> JsValue {
        self.0.next().unwrap_or_default()
    }

    fn text(&mut self) -> Option<String> {
        self.next().as_string()
    }

    fn is(&mut self) -> bool {
        self.next().is_truthy()
    }

    fn texts(&mut self) -> Option<Vec<String>> {
        let texts: Array = self.next().dyn_into().ok()?;
        Some(texts.iter().filter_map(|text| text.as_string()).collect())
    }

    /// Of names and values in turn.
    fn pairs(&mut self) -> Vec<(String, String)> {
        let mut texts = self.texts().unwrap_or_default().into_iter();
        std::iter::from_fn(|| texts.next().zip(texts.next())).collect()
    }

    fn store(&mut self) -> AnyStore {
        let kind = self.next().as_f64();
        let (target, name) = (self.next(), self.text().unwrap_or_default());
        match kind {
            Some(1.0) => AnyStore::Session(target, name),
            Some(2.0) => AnyStore::Local(target),
            Some(3.0) => AnyStore::Adapter(target, name),
            _ => AnyStore::Memory(target, name),
        }
    }
}

/// What a session is made of; `face` is told of in [`AuthHandle::new`](super::auth::AuthHandle::new).
pub fn session(settings: Vec<JsValue>, face: &JsValue) -> (Browser, AuthOptions, AnyStore) {
    let mut values = Values(settings.into_iter());
    let (client_id, redirect_uri) = (values.text().unwrap_or_default(), values.text().unwrap_or_default());
    let (issuer, preset, name) = (values.text(), values.text(), values.text());
    let endpoints = EndpointOverrides {
        authorization: values.text(),
        token: values.text(),
        revocation: values.text(),
        end_session: values.text(),
        user_info: values.text(),
        jwks: values.text(),
    };
    let (scope, authorization_params) = (values.texts(), values.pairs());
    let tokens = values.store();
    let options = AuthOptions {
        client_id,
        redirect_uri,
        scope,
        issuer,
        preset,
        endpoints,
        authorization_params,
        name,
        timeout_ms: values.next().as_f64(),
        dpop: values.is(),
        auto_refresh: values.is(),
        skip_signature: values.is(),
    };
    let browser = Browser {
        send: values.next().dyn_into().ok(),
        proof_keys: get(face, "keys").unwrap_or_default(),
        page: get(face, "page").unwrap_or_default(),
    };
    (browser, options, tokens)
}

/// What one sign-in adds.
pub fn sign_in(settings: Vec<JsValue>) -> SignIn {
    let mut values = Values(settings.into_iter());
    SignIn {
        app_state: values.text(),
        prompt: values.text(),
        login_hint: values.text(),
        params: values.pairs(),
        popup: values.is(),
        sharing: Sharing::Alone,
    }
}
