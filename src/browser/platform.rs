//! All seams in one value.

use super::{call, get};
use crate::seams::{NoRandom, Random, Spawn, UrlParts, Urls};
use futures_util::future::LocalBoxFuture;
use js_sys::{Function, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::Url;

/// The browser (or a worker, or Node), and how requests leave it.
#[derive(Clone, Default)]
pub struct Browser {
    /// The face's function that sends requests. (`Function::default()` compiles a text, which a page's policy may forbid.)
    pub send: Option<Function>,
    /// The face's keys, for DPoP proofs.
    pub proof_keys: JsValue,
    /// What `js/platform/waiting.ts` exports.
    pub page: JsValue,
}

impl Spawn for Browser {
    fn spawn(&self, future: LocalBoxFuture<'static, ()>) {
        wasm_bindgen_futures::spawn_local(future);
    }
}

impl Random for Browser {
    fn random(&self) -> Result<[u8; 32], NoRandom> {
        let target = Uint8Array::new_with_length(32);
        let crypto = get(&js_sys::global(), "crypto").map_err(|_| NoRandom)?;
        call(&crypto, "getRandomValues", &[&target]).map_err(|_| NoRandom)?;
        let mut bytes = [0; 32];
        target.copy_to(&mut bytes);
        Ok(bytes)
    }
}

impl Urls for Browser {
    fn parse(&self, text: &str) -> Option<UrlParts> {
        let url = Url::new(text).ok()?;
        let part = |name: &str| get(&url, name).ok().and_then(|part| part.as_string()).unwrap_or_default();
        let without = |text: String, mark: char| text.strip_prefix(mark).map(str::to_owned).unwrap_or_default();
        let scheme = part("protocol");
        Some(UrlParts {
            href: part("href"),
            scheme: scheme.strip_suffix(':').unwrap_or(&scheme).to_owned(),
            host: part("hostname"),
            origin: part("origin"),
            path: part("pathname"),
            query: without(part("search"), '?'),
            fragment: without(part("hash"), '#'),
            has_credentials: !part("username").is_empty() || !part("password").is_empty(),
        })
    }
}
