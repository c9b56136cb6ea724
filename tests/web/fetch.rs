//! `fetch`, the real one and odd ones.

use super::sandbox;
use js_sys::Function;
use sipbreakout_web::browser::Browser;
use sipbreakout_web::seams::{
    Http, HttpBody, HttpFailure, HttpFailureKind, HttpMethod, HttpRequest, HttpResponse, Timer, header,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn get(url: &str) -> HttpRequest {
    HttpRequest {
        method: HttpMethod::Get,
        url: url.to_owned(),
        headers: vec![("accept".to_owned(), "application/json".to_owned())],
        body: None,
    }
}

async fn whole<B: HttpBody>(mut response: HttpResponse<B>) -> Result<Vec<u8>, HttpFailure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.body.chunk().await? {
        bytes.extend(chunk);
    }
    Ok(bytes)
}

/// With `fetch` given as the body of a function of (url, init).
fn with_fetch(body: &str) -> Browser {
    Browser { fetch: Some(Function::new_with_args("url, init", body)), ..Browser::default() }
}

async fn failing(body: &str) -> HttpFailureKind {
    match with_fetch(body).send(get("https://api.example.com/")).await {
        Ok(response) => whole(response).await.expect_err("fails").kind,
        Err(failure) => failure.kind,
    }
}

#[wasm_bindgen_test]
async fn reads_a_real_reply() {
    let response = Browser::default().send(get(&format!("{}/status.json", sandbox()))).await.expect("a reply");
    assert_eq!((response.status, response.opaque_redirect), (200, false));
    assert!(header(&response.headers, "content-type").is_some_and(|kind| kind.starts_with("application/json")));
    let text = String::from_utf8(whole(response).await.expect("a body")).expect("UTF-8");
    assert!(text.contains("\"registrations\""), "{text}");
}

#[wasm_bindgen_test]
async fn nobody_listens() {
    let failure = match Browser::default().send(get("http://127.0.0.1:1/")).await {
        Err(failure) => failure,
        Ok(_) => panic!("somebody listens on port 1"),
    };
    assert_eq!(failure.kind, HttpFailureKind::Network);
    assert!(failure.cause.is_some_and(|cause| cause.get::<JsValue>().is_some()));
}

#[wasm_bindgen_test]
async fn odd_fetches_are_failures() {
    assert_eq!(failing("throw new TypeError('at once')").await, HttpFailureKind::Unusable);
    assert_eq!(failing("return 5").await, HttpFailureKind::Unusable);
    assert_eq!(failing("return { status: 200 }").await, HttpFailureKind::Unusable);
    assert_eq!(failing("return undefined").await, HttpFailureKind::Unusable);
    assert_eq!(failing("return { get status() { throw 1 } }").await, HttpFailureKind::Unusable);
    for thrown in ["undefined", "null", "'text'", "Object.create(null)"] {
        assert_eq!(failing(&format!("return Promise.reject({thrown})")).await, HttpFailureKind::Network);
    }
    let locked = "const r = new Response('x'); r.body.getReader(); return r";
    assert_eq!(failing(locked).await, HttpFailureKind::BodyUnusable);
    let broken = "return new Response(new ReadableStream({ pull(c) { c.error(undefined) } }))";
    assert_eq!(failing(broken).await, HttpFailureKind::BodyBroken);
    let no_bytes = "return new Response(new ReadableStream({ pull(c) { c.enqueue('text') } }))";
    assert_eq!(failing(no_bytes).await, HttpFailureKind::NoBytes);
}

#[wasm_bindgen_test]
async fn a_mock_that_is_only_shaped_like_a_response_will_do() {
    let mock = "return { status: 204, headers: new Headers({ 'X-Name': 'v' }), body: null }";
    let response = with_fetch(mock).send(get("https://api.example.com/")).await.expect("a reply");
    assert_eq!((response.status, header(&response.headers, "x-name")), (204, Some("v")));
    assert!(whole(response).await.expect("a body").is_empty());
    let odd = "return { status: 200, headers: { entries: () => [null, 5, ['a'], ['b', 'c']].values() } }";
    let response = with_fetch(odd).send(get("https://api.example.com/")).await.expect("a reply");
    assert_eq!(response.headers, [("b".to_owned(), "c".to_owned())]);
}

#[wasm_bindgen_test]
async fn what_is_sent() {
    let echo = "const h = Object.fromEntries(new Headers(init.headers));
                const body = init.body === undefined ? 'none' : [...init.body].join();
                return new Response(JSON.stringify([url, init.method, h, body, init.credentials, init.redirect]))";
    let request = HttpRequest {
        method: HttpMethod::Post,
        url: "https://api.example.com/x".to_owned(),
        headers: vec![("a".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())],
        body: Some(vec![0, 255]),
    };
    let response = with_fetch(echo).send(request).await.expect("a reply");
    let text = String::from_utf8(whole(response).await.expect("a body")).expect("UTF-8");
    let expected = r#"["https://api.example.com/x","POST",{"a":"1, 2"},"0,255","omit","manual"]"#;
    assert_eq!(text, expected);
}

#[wasm_bindgen_test]
async fn dropping_a_request_or_its_body_aborts_it() {
    let global = js_sys::global();
    let count = || js_sys::Reflect::get(&global, &"aborts".into()).ok().and_then(|count| count.as_f64());
    let never = "globalThis.aborts = 0;
                 init.signal.addEventListener('abort', () => globalThis.aborts++);
                 return new Promise(() => {})";
    drop(futures_util::future::poll_immediate(with_fetch(never).send(get("https://api.example.com/"))).await);
    assert_eq!(count(), Some(1.0));

    let endless = "globalThis.aborts = 0;
                   init.signal.addEventListener('abort', () => globalThis.aborts++);
                   return new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(9)) } }))";
    let mut response = with_fetch(endless).send(get("https://api.example.com/")).await.expect("a reply");
    assert_eq!(response.body.chunk().await.expect("a chunk").map(|chunk| chunk.len()), Some(9));
    drop(response);
    assert_eq!(count(), Some(1.0));

    let short = "globalThis.aborts = 0;
                 init.signal.addEventListener('abort', () => globalThis.aborts++);
                 return new Response('abc')";
    let response = with_fetch(short).send(get("https://api.example.com/")).await.expect("a reply");
    assert_eq!(whole(response).await.expect("a body"), b"abc");
    Browser::default().sleep(10.0).await;
    assert_eq!(count(), Some(0.0));
}

#[wasm_bindgen_test]
async fn a_large_chunk_comes_in_parts() {
    let large = "return new Response(new Uint8Array(1_000_000).fill(7))";
    let mut response = with_fetch(large).send(get("https://api.example.com/")).await.expect("a reply");
    let mut total = 0;
    while let Some(chunk) = response.body.chunk().await.expect("a chunk") {
        assert!(chunk.len() <= 64 * 1024 && chunk.iter().all(|byte| *byte == 7));
        total += chunk.len();
    }
    assert_eq!(total, 1_000_000);
}
