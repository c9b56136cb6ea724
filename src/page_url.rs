//! URLs as the page's own `URL` parses them: for the session's bindings and for front ends in Rust.

use crate::url::{UrlParts, Urls};
use web_sys::Url;

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
