//! URLs and JSON of the page.

use sipbreakout_web::json::{Fields, Json, MAX_DEPTH};
use sipbreakout_web::page_url::PageUrls;
use sipbreakout_web::url::Urls;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn urls_in_parts() {
    let parts = PageUrls.parse("HTTPS://Api.Example.com:8443/a/../b?x=1#y").expect("a URL");
    assert_eq!(parts.href, "https://api.example.com:8443/b?x=1#y");
    assert_eq!((parts.scheme.as_str(), parts.host.as_str()), ("https", "api.example.com"));
    assert_eq!((parts.origin.as_str(), parts.path.as_str()), ("https://api.example.com:8443", "/b"));
    assert_eq!((parts.query.as_str(), parts.fragment.as_str()), ("x=1", "y"));
    assert!(!parts.has_credentials);
    assert!(PageUrls.parse("https://user@example.com").expect("a URL").has_credentials);
    assert_eq!(PageUrls.parse("http://[::1]:80/").expect("a URL").host, "[::1]");
    for text in ["", "api.example.com", "/path", "https://"] {
        assert!(PageUrls.parse(text).is_none(), "{text}");
    }
}

#[wasm_bindgen_test]
fn json_as_the_native_tests_see_it() {
    let text = r#"{"text":"a\"😀","number":1760000000000.1235,"none":null,"list":[true,null,{}]}"#;
    let mut fields = Fields::parse(text).expect("an object");
    assert_eq!(Json::Object(fields.clone()).write(), text);
    assert_eq!(fields.need_text("text").as_deref(), Some("a\"\u{1f600}"));
    assert_eq!(fields.need_number("number"), Some(1_760_000_000_000.123_5));
    assert_eq!(fields.take("none"), None);
    for odd in ["", "{", "[1]", "5", "null", "\"text\"", "{\"a\":1}x"] {
        assert_eq!(Fields::parse(odd), None, "{odd}");
    }
    let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    assert!(Json::parse(&nested(MAX_DEPTH)).is_some());
    assert!(Json::parse(&nested(MAX_DEPTH + 1)).is_none());
    assert!(Json::parse(&nested(100_000)).is_none());
    assert_eq!(Json::Number(f64::NAN).write(), "null");
}
