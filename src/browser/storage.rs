//! Storage: the page's sessionStorage, or a store that the JavaScript face brings along.

use super::{call, is_nullish, platform::session_storage, text_of};
use crate::seams::{Cause, Store, StoreFailure};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Where strings are kept.
pub enum AnyStore {
    /// The page's sessionStorage, looked up at each access: it may come and go with the user's settings.
    Session,
    /// An object with `get`, `set`, `remove` and `keys`, each may return a promise.
    Face(JsValue),
}

fn refused(thrown: JsValue) -> StoreFailure {
    StoreFailure { message: text_of(&thrown), cause: Some(Cause::new(thrown)) }
}

fn session() -> Result<web_sys::Storage, StoreFailure> {
    let message = "this page has no sessionStorage".to_owned();
    session_storage().ok_or(StoreFailure { message, cause: None })
}

async fn ask(store: &JsValue, name: &str, arguments: &[&JsValue]) -> Result<JsValue, StoreFailure> {
    let returned = call(store, name, arguments).map_err(refused)?;
    JsFuture::from(Promise::resolve(&returned)).await.map_err(refused)
}

impl Store for AnyStore {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        match self {
            Self::Session => session()?.get_item(key).map_err(refused),
            Self::Face(store) => {
                let value = ask(store, "get", &[&JsValue::from_str(key)]).await?;
                if is_nullish(&value) { Ok(None) } else { value.as_string().map(Some).ok_or_else(|| refused(value)) }
            }
        }
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        match self {
            Self::Session => session()?.set_item(key, value).map_err(refused),
            Self::Face(store) => {
                ask(store, "set", &[&JsValue::from_str(key), &JsValue::from_str(value)]).await.map(drop)
            }
        }
    }

    async fn remove(&self, key: &str) -> Result<(), StoreFailure> {
        match self {
            Self::Session => session()?.remove_item(key).map_err(refused),
            Self::Face(store) => ask(store, "remove", &[&JsValue::from_str(key)]).await.map(drop),
        }
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreFailure> {
        let names: Vec<String> = match self {
            Self::Session => {
                let storage = session()?;
                let count = storage.length().map_err(refused)?;
                (0..count).filter_map(|index| storage.key(index).ok().flatten()).collect()
            }
            Self::Face(store) => {
                let list = ask(store, "keys", &[]).await?;
                js_sys::Array::from(&list).iter().filter_map(|name| name.as_string()).collect()
            }
        };
        Ok(names.into_iter().filter(|name| name.starts_with(prefix)).collect())
    }
}
