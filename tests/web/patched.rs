//! A page's own `fetch`, while it is in scope.

use js_sys::{Function, Reflect, global};
use sipbreakout_web::web::Error;
use wasm_bindgen::{JsCast, JsValue};

/// Puts the platform's back when it is dropped.
pub struct Patched(Function);

impl Patched {
    /// `body` is that of an async function of `request`, which has the platform's own as `original`, and counts what it
    /// likes with `count()`.
    pub fn new(body: &str) -> Self {
        let original: Function = get("fetch").unchecked_into();
        let source = format!("return async (request) => {{ {body} }};");
        let source = format!("globalThis.counted = 0; const count = () => {{ globalThis.counted += 1; }}; {source}");
        let fetch = Function::new_with_args("original", &source).call1(&JsValue::UNDEFINED, &original).expect("fetch");
        Reflect::set(&global(), &"fetch".into(), &fetch).expect("a fetch of the page's own");
        Self(original)
    }

    /// Answers so without a network; `count()`s its requests.
    pub fn replying(response: &str) -> Self {
        Self::new(&["count(); return ", response, ";"].concat())
    }
}

impl Drop for Patched {
    fn drop(&mut self) {
        Reflect::set(&global(), &"fetch".into(), &self.0).expect("the platform's fetch");
    }
}

fn get(name: &str) -> JsValue {
    Reflect::get(&global(), &name.into()).expect(name)
}

/// How often `count()` was called since the newest [`Patched`] was made.
pub fn counted() -> f64 {
    get("counted").as_f64().expect("a number")
}

/// Of an `RpcError`.
pub fn rpc(error: Error) -> sipbreakout_web::grpc_web::RpcError {
    match error {
        Error::Rpc { error, .. } => error,
        other => panic!("not an RpcError: {other:?}"),
    }
}
