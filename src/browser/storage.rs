//! Storage: the page's own, or a store that the JavaScript face or the application brings along.

use super::{call, get, is_nullish, keys, text_of};
use crate::seams::{Cause, Store, StoreFailure};
use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Where strings are kept.
pub enum AnyStore {
    /// The page's sessionStorage, looked up at each access: it may come and go with the user's settings. The value is a
    /// function that promises whether its content is another tab's, or undefined; the text is the name of the tab.
    Session(JsValue, String),
    /// The page's localStorage, and the face's database, in which every tab reads at once what another has written.
    Local(JsValue),
    /// The face's memory: an object with `get`, `set`, `remove` and `keys`. The text is the object's name if only one
    /// `Auth` has it, else empty.
    Memory(JsValue, String),
    /// The application's, behind `js/auth-store.ts`: an object with `get`, `set` and `remove`. The text is a name for
    /// the object, which no other one in this page has.
    Adapter(JsValue, String),
}

/// What an application's store throws has no secrets in it: `js/auth-store.ts` sees to that.
fn refused(thrown: JsValue) -> StoreFailure {
    let message = text_of(&thrown);
    StoreFailure { message, cause: (!thrown.is_undefined()).then(|| Cause::new(thrown)) }
}

impl AnyStore {
    /// A property of the page, if it is one of those.
    fn of_page(&self) -> Option<&'static str> {
        match self {
            Self::Session(..) => Some("sessionStorage"),
            Self::Local(_) => Some("localStorage"),
            Self::Memory(..) | Self::Adapter(..) => None,
        }
    }

    fn target(&self) -> Result<JsValue, StoreFailure> {
        let store = match (self, self.of_page()) {
            (_, Some(name)) => get(&js_sys::global(), name).map_err(refused)?,
            (Self::Memory(store, _) | Self::Adapter(store, _), _) => store.clone(),
            _ => JsValue::UNDEFINED,
        };
        if is_nullish(&store) {
            let message = ["this page has no ", self.of_page().unwrap_or("storage")].concat();
            return Err(StoreFailure { message, cause: None });
        }
        Ok(store)
    }

    /// Calls the method that is called `of_page` there and `of_face` here.
    async fn ask(&self, of_page: &str, of_face: &str, arguments: &[&JsValue]) -> Result<JsValue, StoreFailure> {
        let name = if self.of_page().is_some() { of_page } else { of_face };
        let returned = call(&self.target()?, name, arguments).map_err(refused)?;
        JsFuture::from(Promise::resolve(&returned)).await.map_err(refused)
    }
}

impl Store for AnyStore {
    fn place(&self) -> String {
        match self {
            // A frame, and a second copy of the package, are of the same tab.
            Self::Session(_, tab) if !tab.is_empty() => ["session/", tab].concat(),
            Self::Session(..) => "session".to_owned(),
            Self::Local(_) => "local".to_owned(),
            Self::Memory(..) => "memory".to_owned(),
            Self::Adapter(..) => "adapter".to_owned(),
        }
    }

    fn identity(&self) -> String {
        match self {
            Self::Memory(_, name) | Self::Adapter(_, name) => [self.place().as_str(), "/", name].concat(),
            Self::Session(..) | Self::Local(_) => self.place(),
        }
    }

    fn is_shared(&self) -> bool {
        !matches!(self, Self::Memory(..))
    }

    fn tab(&self) -> String {
        if let Self::Session(_, tab) = self { tab.clone() } else { String::new() }
    }

    fn is_private(&self) -> bool {
        matches!(self, Self::Memory(_, name) if !name.is_empty())
    }

    fn is_foreign(&self) -> bool {
        matches!(self, Self::Adapter(..))
    }

    async fn is_copy(&self) -> bool {
        match self {
            Self::Session(is_copied, _) => {
                let Some(ask) = is_copied.dyn_ref::<Function>() else { return false };
                let Ok(answer) = ask.call0(&JsValue::UNDEFINED) else { return false };
                JsFuture::from(Promise::resolve(&answer)).await.is_ok_and(|copied| copied.is_truthy())
            }
            _ => false,
        }
    }

    async fn set_stage(&self, key: &str, stage: &str) {
        if let Self::Local(database) = self {
            // Without a database nobody waits.
            let told = call(database, "set", &[&JsValue::from_str(key), &JsValue::from_str(stage)]);
            let _ = JsFuture::from(Promise::resolve(&told.unwrap_or_default())).await;
        }
    }

    async fn stage(&self, key: &str) -> Option<String> {
        let Self::Local(database) = self else { return None };
        let told = call(database, "get", &[&JsValue::from_str(key)]).ok()?;
        JsFuture::from(Promise::resolve(&told)).await.ok()?.as_string()
    }

    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        let value = self.ask("getItem", "get", &[&JsValue::from_str(key)]).await?;
        // What else an adapter returns is no cause: it may hold the tokens.
        let no_text = || StoreFailure { message: "the storage returned no text".to_owned(), cause: None };
        if is_nullish(&value) {
            return Ok(None);
        }
        value.as_string().ok_or_else(no_text).map(Some)
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        self.ask("setItem", "set", &[&JsValue::from_str(key), &JsValue::from_str(value)]).await.map(drop)
    }

    async fn remove(&self, key: &str) -> Result<(), StoreFailure> {
        self.ask("removeItem", "remove", &[&JsValue::from_str(key)]).await.map(drop)
    }

    /// The face does both in one step.
    async fn remove_same(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        if let Self::Memory(..) = self {
            return self.ask("", "remove", &[&JsValue::from_str(key), &JsValue::from_str(value)]).await.map(drop);
        }
        if self.get(key).await?.as_deref() == Some(value) { self.remove(key).await } else { Ok(()) }
    }

    /// The face hands them out at once.
    async fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreFailure> {
        let mut entries = Vec::new();
        if let Self::Memory(..) = self {
            let list =
                self.ask("", "entries", &[&JsValue::from_str(prefix)]).await?.dyn_into::<Array>().map_err(refused)?;
            for entry in list.iter() {
                let part = |name: &str| get(&entry, name).ok().and_then(|part| part.as_string());
                entries.extend(part("0").zip(part("1")));
            }
        }
        Ok(entries)
    }

    /// Only sign-ins under way are listed, and those are in sessionStorage.
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreFailure> {
        let names = match self {
            Self::Session(..) | Self::Local(_) => keys(&self.target()?),
            Self::Memory(..) => {
                let list = self.ask("", "keys", &[]).await?.dyn_into::<Array>().map_err(refused)?;
                Some(list.iter().filter_map(|name| name.as_string()).collect())
            }
            Self::Adapter(..) => None,
        };
        Ok(names.unwrap_or_default().into_iter().filter(|name| name.starts_with(prefix)).collect())
    }
}
