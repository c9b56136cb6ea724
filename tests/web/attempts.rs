//! What the sandbox can't do: odd replies, and a look at the request, by a page's own `fetch`.

use super::patched::{Patched, counted, rpc};
use super::sandbox::{arm, client, disarm, options, quick_retries, registered, registration, vendor_token};
use futures_util::future::poll_immediate;
use serde_json::json;
use sipbreakout_web::breakout::{ApiVersion, RouteType};
use sipbreakout_web::error::Kind;
use sipbreakout_web::grpc_web::{Code, Metadata, RpcError};
use sipbreakout_web::web::{CallOptions, Client, ClientOptions, Error};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

const NUMBER: &str = "+4799912020";

/// A frame of an answer (OK, 120 s), and one of trailers.
const ANSWER: &str = "[0,0,0,0,6, 8,1,26,2,8,120, 128,0,0,0,15, ...new TextEncoder().encode('grpc-status: 0\\r')]";
/// The same with `NOT_ACCEPTABLE`.
const NOT_ACCEPTABLE: &str = "[0,0,0,0,2, 8,2, 128,0,0,0,15, ...new TextEncoder().encode('grpc-status: 0\\r')]";
const HEAD: &str = "{ headers: { 'content-type': 'application/grpc-web+proto' } }";

fn example(options: ClientOptions) -> Client {
    Client::new("https://api.example.com/path/", options).expect("good options")
}

async fn upsert(client: &Client) -> Result<f64, Error> {
    let registration = registration(RouteType::Loop, Some(NUMBER));
    let registered = client.upsert(&registration, &CallOptions::default(), async |_| Ok("a-token".to_owned())).await;
    registered.map(|registered| registered.ttl_seconds)
}

async fn delete(client: &Client) -> Result<(), Error> {
    let target = registration(RouteType::Loop, Some(NUMBER)).target;
    client.delete(&target, &CallOptions::default(), async |_| Ok("a-token".to_owned())).await
}

/// Of an upsert that is answered so.
async fn failure(response: &str) -> RpcError {
    let _patched = Patched::replying(response);
    rpc(upsert(&example(options())).await.expect_err("fails"))
}

async fn pause(ms: u32) {
    let source = format!("return new Promise((resolve) => setTimeout(resolve, {ms}))");
    super::sandbox::js(&source).await.expect("a pause");
}

#[wasm_bindgen_test]
async fn what_is_sent() {
    for (version, path) in [(ApiVersion::V1, "v1"), (ApiVersion::V0, "v0")] {
        let check = format!(
            "const header = (name) => request.headers.get(name);
             const bytes = new Uint8Array(await request.clone().arrayBuffer());
             const wanted = [
               request.url === 'https://api.example.com/path/wgtwo.sipbreakout.{path}.SipBreakoutService/UpsertRegistration',
               request.method === 'POST', request.redirect === 'manual', request.credentials === 'same-origin',
               header('content-type') === 'application/grpc-web+proto', header('x-grpc-web') === '1',
               header('authorization') === 'Bearer a-token', /^\\d+m$/.test(header('grpc-timeout')),
               header('grpc-previous-rpc-attempts') === null, bytes[0] === 0, bytes[4] === bytes.length - 5,
             ];
             if (wanted.includes(false)) throw new Error(`unexpected: ${{wanted}}`);
             return new Response(new Uint8Array({ANSWER}), {HEAD});"
        );
        let _patched = Patched::new(&check);
        assert_eq!(upsert(&example(ClientOptions { api_version: version, ..options() })).await.expect("sent"), 120.0);
    }
}

#[wasm_bindgen_test]
async fn metadata_of_the_client_and_of_the_call_is_sent() {
    let check = format!(
        "if (request.headers.get('x-a') !== '1, 2') throw new Error(request.headers.get('x-a'));
         return new Response(new Uint8Array({ANSWER}), {HEAD});"
    );
    let _patched = Patched::new(&check);
    let metadata = |value| {
        let mut metadata = Metadata::new();
        metadata.append("X-A", value).expect("good");
        metadata
    };
    let client = example(ClientOptions { metadata: metadata("1"), ..options() });
    let call = CallOptions { metadata: metadata("2"), ..CallOptions::default() };
    let target = registration(RouteType::Loop, Some(NUMBER)).target;
    client.delete(&target, &call, async |_| Ok("a-token".to_owned())).await.expect("sent");
}

#[wasm_bindgen_test]
async fn trailers_may_be_cut_anywhere() {
    let real = "const reply = await original(request);
                const bytes = new Uint8Array(await reply.arrayBuffer());
                const pull = (controller) => {
                  if (count(), globalThis.counted > bytes.length) return controller.close();
                  controller.enqueue(bytes.subarray(globalThis.counted - 1, globalThis.counted));
                };
                return new Response(new ReadableStream({ pull }), { headers: reply.headers });";
    let registration = registration(RouteType::Loop, Some(NUMBER));
    {
        let token = vendor_token(false).await.expect("a token");
        let patched = Patched::new(real);
        let supply = async |_| Ok(token.clone());
        client(options()).upsert(&registration, &CallOptions::default(), supply).await.expect("registered");
        drop(patched);
        assert!(counted() > 30.0, "{}", counted());
    }
    assert!(registered(NUMBER).await.is_some());
    client(options()).delete(&registration.target, &CallOptions::default(), vendor_token).await.expect("deleted");

    for cut in 0..21 {
        let chunks = format!(
            "const bytes = new Uint8Array({ANSWER}); const chunks = [bytes.slice(0, {cut}), new Uint8Array(), bytes.slice({cut})];
             return new Response(new ReadableStream({{ pull(c) {{ c.enqueue(chunks.shift()); }} }}), {HEAD});"
        );
        let _patched = Patched::new(&chunks);
        assert_eq!(upsert(&example(options())).await.expect("answered"), 120.0, "cut at {cut}");
    }
}

#[wasm_bindgen_test]
async fn odd_replies_are_failures() {
    let _unpatched = Patched::new("return undefined");
    for (response, code, kind) in [
        ("5", Code::Internal, Kind::Config),
        ("{ status: 200 }", Code::Internal, Kind::Config),
        ("(() => { const r = new Response('x'); r.body.getReader(); return r; })()", Code::Unknown, Kind::Protocol),
        ("new Response(new Uint8Array([0,0,0,0,9,8]), HEAD)", Code::Unknown, Kind::Protocol),
        (
            "new Response(new ReadableStream({ pull(c) { c.error(new Error('cut')); } }), HEAD)",
            Code::Unavailable,
            Kind::Network,
        ),
        ("new Response(new ReadableStream({ pull(c) { c.enqueue('text'); } }), HEAD)", Code::Internal, Kind::Config),
        (
            "(() => { const r = new Response('x', HEAD); r.body.getReader(); return r; })()",
            Code::Internal,
            Kind::Config,
        ),
        ("new Response('<h1>hi</h1>', { headers: { 'content-type': 'text/html' } })", Code::Unknown, Kind::Protocol),
        ("new Response(null, HEAD)", Code::Unknown, Kind::Protocol),
        (
            "new Response(null, { headers: { 'content-type': 'application/grpc-web', 'grpc-status': '5' } })",
            Code::NotFound,
            Kind::Protocol,
        ),
    ] {
        let error = failure(&response.replace("HEAD", HEAD)).await;
        assert_eq!((error.code, error.kind), (code, kind), "{response}: {error}");
        assert_eq!(error.attempts, 1);
    }
    let missing = {
        let _missing = Patched::new("");
        js_sys::Reflect::set(&js_sys::global(), &"fetch".into(), &JsValue::UNDEFINED).expect("no fetch");
        rpc(upsert(&example(options())).await.expect_err("fails"))
    };
    assert_eq!((missing.code, missing.kind), (Code::Internal, Kind::Config));
}

#[wasm_bindgen_test]
async fn a_slow_error_page_is_not_waited_for() {
    let slow = "new Response(new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('sorry')); } }),
                             { status: 404, headers: { 'content-type': 'text/plain' } })";
    let before = js_sys::Date::now();
    let error = failure(slow).await;
    assert_eq!((error.code, error.http_status), (Code::Unimplemented, Some(404)));
    assert_eq!(error.body_text.as_deref(), Some("sorry"));
    assert!((900.0..5_000.0).contains(&(js_sys::Date::now() - before)));
}

#[wasm_bindgen_test]
async fn a_large_chunk_is_no_message_over_the_limit() {
    let large = format!("new Response(new Uint8Array([0,0,15,66,64, ...new Uint8Array(1_000_000)]), {HEAD})");
    let error = failure(&large).await;
    assert_eq!(error.code, Code::ResourceExhausted);
    let _patched = Patched::replying(&large);
    let larger = example(ClientOptions { max_message_bytes: 1_000_000, ..options() });
    let error = rpc(upsert(&larger).await.expect_err("no trailers"));
    assert!(error.message.contains("ended without trailers"), "{error}");
}

#[wasm_bindgen_test]
async fn dropping_a_call_aborts_its_request() {
    let counts = "request.signal.addEventListener('abort', count);";
    let client = example(options());
    {
        let _never = Patched::new(&[counts, "return new Promise(() => {});"].concat());
        assert!(poll_immediate(Box::pin(upsert(&client))).await.is_none());
        assert_eq!(counted(), 1.0);
    }
    {
        let half = format!(
            "{counts} return new Response(new ReadableStream({{ start(c) {{ c.enqueue(new Uint8Array([0,0,0,0,9])); }} }}), {HEAD});"
        );
        let _half = Patched::new(&half);
        let mut call = Box::pin(upsert(&client));
        assert!(poll_immediate(&mut call).await.is_none());
        pause(50).await;
        assert!(poll_immediate(&mut call).await.is_none());
        pause(50).await;
        assert!(poll_immediate(&mut call).await.is_none());
        assert_eq!(counted(), 0.0);
        drop(call);
        assert_eq!(counted(), 1.0);
    }
    {
        let _whole = Patched::new(&format!("{counts} return new Response(new Uint8Array({ANSWER}), {HEAD});"));
        upsert(&client).await.expect("answered");
        pause(50).await;
        assert_eq!(counted(), 0.0, "read to its end");
    }
}

#[wasm_bindgen_test]
async fn an_answer_need_not_wait_for_the_end_of_the_body() {
    let open = format!(
        "request.signal.addEventListener('abort', count);
         return new Response(new ReadableStream({{ start(c) {{ c.enqueue(new Uint8Array({ANSWER})); }} }}), {HEAD});"
    );
    let _open = Patched::new(&open);
    assert_eq!(upsert(&example(options())).await.expect("answered"), 120.0);
    assert_eq!(counted(), 0.0);
    pause(1_500).await;
    assert_eq!(counted(), 1.0, "the rest was waited for a second");
}

#[wasm_bindgen_test]
async fn a_repeated_delete_that_finds_nothing_is_done() {
    let lost = format!(
        "count(); if (globalThis.counted === 1) throw new TypeError('lost');
         return new Response(new Uint8Array({NOT_ACCEPTABLE}), {HEAD});"
    );
    {
        let _lost = Patched::new(&lost);
        delete(&example(ClientOptions { retry: quick_retries(2), ..options() })).await.expect("deleted");
        assert_eq!(counted(), 2.0);
    }
    let _refused = Patched::replying(&format!("new Response(new Uint8Array({NOT_ACCEPTABLE}), {HEAD})"));
    let error = delete(&example(ClientOptions { retry: quick_retries(2), ..options() })).await.expect_err("refused");
    assert_eq!((error.kind(), counted()), (Kind::Rejected, 1.0));
}

#[wasm_bindgen_test]
async fn a_wait_beyond_the_deadline_is_told() {
    arm(json!({ "on": "core", "grpcStatus": 14, "grpcMessage": "no", "times": "always" })).await;
    let mut retry = quick_retries(5);
    retry.initial_delay_ms = 60_000.0;
    retry.max_delay_ms = 60_000.0;
    let client = client(ClientOptions { retry, ..options() });
    let target = registration(RouteType::Loop, Some(NUMBER)).target;
    let error = rpc(client.delete(&target, &CallOptions::default(), vendor_token).await.expect_err("unavailable"));
    assert_eq!((error.code, error.attempts), (Code::Unavailable, 1));
    assert!(error.retry_after_ms.is_some_and(|ms| (48_000.0..=72_000.0).contains(&ms)));
    disarm().await;
}

#[wasm_bindgen_test]
async fn clones_stop_retrying_together() {
    let down = "new Response(null, { status: 503 })";
    let _down = Patched::replying(down);
    let client = example(ClientOptions { retry: quick_retries(5), ..options() });
    assert_eq!(rpc(upsert(&client).await.expect_err("down")).attempts, 5);
    // Half of the bucket is used up.
    assert_eq!(rpc(upsert(&client.clone()).await.expect_err("down")).attempts, 1);
}
