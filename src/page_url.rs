//! URLs as the page's own `URL` parses them: for the session's bindings and for front ends in Rust.

use crate::url::{UrlParts, Urls};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Url;

    #[wasm_bindgen(catch, constructor, js_class = URL)]
    fn new(text: &str) -> Result<Url, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn protocol(this: &Url) -> String;

    #[wasm_bindgen(method, getter)]
    fn href(this: &Url) -> String;

    #[wasm_bindgen(method, getter)]
    fn hostname(this: &Url) -> String;

    #[wasm_bindgen(method, getter)]
    fn origin(this: &Url) -> String;

    #[wasm_bindgen(method, getter)]
    fn pathname(this: &Url) -> String;

    #[wasm_bindgen(method, getter)]
    fn search(this: &Url) -> String;

    #[wasm_bindgen(method, getter)]
    fn hash(this: &Url) -> String;

    #[wasm_bindgen(method, getter)]
    fn username(this: &Url) -> String;

    #[wasm_bindgen(method, getter)]
    fn password(this: &Url) -> String;
}

/// Parses by it.
pub struct PageUrls;

impl Urls for PageUrls {
    fn parse(&self, text: &str) -> Option<UrlParts> {
        let url = Url::new(text).ok()?;
        let without = |mut text: String, mark: char| {
            if text.starts_with(mark) {
                text.remove(0);
            }
            text
        };
        let mut scheme = url.protocol();
        scheme.pop();
        Some(UrlParts {
            href: url.href(),
            scheme,
            host: url.hostname(),
            origin: url.origin(),
            path: url.pathname(),
            query: without(url.search(), '?'),
            fragment: without(url.hash(), '#'),
            has_credentials: !url.username().is_empty() || !url.password().is_empty(),
        })
    }
}
