//! A store that the face brings along.

use super::{call, get};
use crate::seams::{Store, StoreFailure};
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// An object with `get`, `set`, `remove` and `entries` (`js/kept.ts`).
pub struct KeptStore(pub JsValue);

impl KeptStore {
    async fn ask(&self, method: &str, texts: &[&str]) -> Result<JsValue, StoreFailure> {
        let texts: Vec<JsValue> = texts.iter().map(|text| JsValue::from_str(text)).collect();
        let returned = call(&self.0, method, &texts.iter().collect::<Vec<_>>()).map_err(|_| StoreFailure)?;
        JsFuture::from(Promise::resolve(&returned)).await.map_err(|_| StoreFailure)
    }
}

impl Store for KeptStore {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        self.ask("get", &[key]).await.map(|value| value.as_string())
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        self.ask("set", &[key, value]).await.map(drop)
    }

    async fn remove(&self, key: &str) -> Result<(), StoreFailure> {
        self.ask("remove", &[key]).await.map(drop)
    }

    /// The face does both in one step.
    async fn remove_same(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        self.ask("remove", &[key, value]).await.map(drop)
    }

    /// The face hands them out at once.
    async fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreFailure> {
        let list: Array = self.ask("entries", &[prefix]).await?.dyn_into().map_err(|_| StoreFailure)?;
        let part = |entry: &JsValue, name| get(entry, name).ok().and_then(|part| part.as_string());
        Ok(list.iter().filter_map(|entry| part(&entry, "0").zip(part(&entry, "1"))).collect())
    }
}
