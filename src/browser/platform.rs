//! All seams in one value.

use super::{call, get};
use crate::seams::{NoRandom, Random, Spawn};
use futures_util::future::LocalBoxFuture;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

/// The browser (or a worker, or Node).
#[derive(Clone, Default)]
pub struct Browser {
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
