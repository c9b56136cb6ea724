//! Storage: the page's sessionStorage, or a store that the JavaScript face brings along.

use super::{call, get, is_nullish, keys, text_of};
use crate::seams::{Cause, Store, StoreFailure};
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Where strings are kept.
pub enum AnyStore {
    /// The page's sessionStorage, looked up at each access: it may come and go with the user's settings.
    Session,
    /// An object with `get`, `set`, `remove` and `keys`; each may return a promise.
    Face(JsValue),
}

fn refused(thrown: JsValue) -> StoreFailure {
    StoreFailure { message: text_of(&thrown), cause: Some(Cause::new(thrown)) }
}

impl AnyStore {
    fn target(&self) -> Result<JsValue, StoreFailure> {
        let store = match self {
            Self::Session => get(&js_sys::global(), "sessionStorage").map_err(refused)?,
            Self::Face(store) => store.clone(),
        };
        if is_nullish(&store) {
            return Err(StoreFailure { message: "this page has no sessionStorage".to_owned(), cause: None });
        }
        Ok(store)
    }

    /// Calls the method that is called `of_page` there and `of_face` here.
    async fn ask(&self, of_page: &str, of_face: &str, arguments: &[&JsValue]) -> Result<JsValue, StoreFailure> {
        let name = if matches!(self, Self::Session) { of_page } else { of_face };
        let returned = call(&self.target()?, name, arguments).map_err(refused)?;
        JsFuture::from(Promise::resolve(&returned)).await.map_err(refused)
    }
}

impl Store for AnyStore {
    fn place(&self) -> String {
        // The face has one memory for all.
        let place = if matches!(self, Self::Session) { "session" } else { "memory" };
        place.to_owned()
    }

    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        let value = self.ask("getItem", "get", &[&JsValue::from_str(key)]).await?;
        if is_nullish(&value) { Ok(None) } else { value.as_string().map(Some).ok_or_else(|| refused(value)) }
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        self.ask("setItem", "set", &[&JsValue::from_str(key), &JsValue::from_str(value)]).await.map(drop)
    }

    async fn remove(&self, key: &str) -> Result<(), StoreFailure> {
        self.ask("removeItem", "remove", &[&JsValue::from_str(key)]).await.map(drop)
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreFailure> {
        let names = match self {
            Self::Session => keys(&self.target()?),
            Self::Face(_) => {
                let list = self.ask("", "keys", &[]).await?.dyn_into::<Array>().map_err(refused)?;
                Some(list.iter().filter_map(|name| name.as_string()).collect())
            }
        };
        Ok(names.unwrap_or_default().into_iter().filter(|name| name.starts_with(prefix)).collect())
    }
}
