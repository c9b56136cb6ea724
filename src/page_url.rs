//! URLs as the page's own `URL` parses them: for the session's bindings and for front ends in Rust.

use crate::url::{UrlParts, Urls};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Url;

    #[wasm_bindgen(catch, constructor, js_class = URL)]
    fn new(text: &str) -> Result<Url, JsValue>;

    /// A property of it, all of which are texts. One getter for all weighs less than one for each.
    #[wasm_bindgen(method, indexing_getter)]
    fn part(this: &Url, name: &str) -> String;
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
        let mut scheme = url.part("protocol");
        scheme.pop();
        Some(UrlParts {
            href: url.part("href"),
            scheme,
            host: url.part("hostname"),
            origin: url.part("origin"),
            path: url.part("pathname"),
            query: without(url.part("search"), '?'),
            fragment: without(url.part("hash"), '#'),
            has_credentials: !url.part("username").is_empty() || !url.part("password").is_empty(),
        })
    }
}
