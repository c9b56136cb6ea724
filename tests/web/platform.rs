//! Clocks, a store of the face, URLs, JSON.

use js_sys::{Function, Promise};
use sipbreakout_web::browser::{Browser, KeptStore};
use sipbreakout_web::page_url::PageUrls;
use sipbreakout_web::seams::{Clock, Fields, Json, MAX_DEPTH, Random, Spawn, Store, StoreFailure};
use sipbreakout_web::url::Urls;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn both_clocks_go_on() {
    let browser = Browser::default();
    let before = browser.now();
    later(60).await;
    let age = before.age_ms(browser.now());
    assert!((59.0..2000.0).contains(&age), "{age}");
    assert!(browser.now().wall_ms > 1.6e12);
    assert!(browser.now().page > 1.6e12);
}

#[wasm_bindgen_test]
async fn spawned_work_goes_on_by_itself() {
    let done = Rc::new(Cell::new(false));
    let flag = done.clone();
    Browser::default().spawn(Box::pin(async move {
        later(10).await;
        flag.set(true);
    }));
    assert!(!done.get());
    later(80).await;
    assert!(done.get());
}

async fn later(ms: i32) {
    let body = format!("return new Promise((resolve) => setTimeout(resolve, {ms}))");
    let promise = Function::new_no_args(&body).call0(&JsValue::UNDEFINED).expect("a promise");
    JsFuture::from(Promise::from(promise)).await.expect("a timer");
}

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

fn store_of(source: &str) -> KeptStore {
    KeptStore(Function::new_no_args(source).call0(&JsValue::UNDEFINED).expect("a store"))
}

#[wasm_bindgen_test]
async fn a_store_of_the_face_may_answer_with_promises() {
    let store = store_of(
        "const map = new Map();
         return { get: async (key) => map.get(key), set: (key, value) => { map.set(key, value); },
                  remove: async (key, value) => { if (value === undefined || map.get(key) === value) map.delete(key); },
                  entries: (prefix) => [...map].filter(([key]) => key.startsWith(prefix)) };",
    );
    assert_eq!(store.get("t.none").await, Ok(None));
    for (key, value) in [("t.a", "1"), ("t.b", "2"), ("u.c", "3")] {
        store.set(key, value).await.expect("set");
    }
    assert_eq!(store.get("t.a").await, Ok(Some("1".to_owned())));
    store.remove_same("t.a", "2").await.expect("remove");
    let found = [("t.a", "1"), ("t.b", "2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(store.entries("t.").await.expect("entries"), found);
    store.remove_same("t.a", "1").await.expect("remove");
    for key in ["t.b", "u.c", "t.none"] {
        store.remove(key).await.expect("remove");
    }
    assert_eq!(store.entries("").await, Ok(Vec::new()));
}

#[wasm_bindgen_test]
async fn a_store_that_throws_is_a_failure() {
    let store = store_of(
        "return { get() { throw new Error('no get'); }, async set() { throw 'no set'; }, remove: 5,
                  get entries() { throw null; } };",
    );
    assert_eq!(store.get("a").await, Err(StoreFailure));
    assert_eq!(store.set("a", "b").await, Err(StoreFailure));
    assert_eq!(store.remove("a").await, Err(StoreFailure));
    assert_eq!(store.entries("").await, Err(StoreFailure));
    assert_eq!(store_of("return { entries: () => 5 };").entries("").await, Err(StoreFailure));
}

#[wasm_bindgen_test]
async fn promises_still_settle_after_all_that() {
    assert_eq!(JsFuture::from(Promise::resolve(&JsValue::from(1))).await, Ok(JsValue::from(1)));
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

#[wasm_bindgen_test]
fn randomness_differs() {
    let browser = Browser::default();
    let (first, second) = (browser.random().expect("random"), browser.random().expect("random"));
    assert_ne!(first, second);
    assert!(first.iter().any(|byte| *byte != 0));
}
