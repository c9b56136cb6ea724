//! Whose registrations a client keeps, as the face tells it.

use super::promise;
use crate::browser::{AbortOnDrop, call, get};
use crate::keeper::{Owner, Owners, SuppliedOwner, delete_all_kept};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use js_sys::Promise;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// `owners` of the face is what `js/auth/owners.ts` makes; without one the application names the person.
pub fn owners(owners: JsValue, supplied: Option<String>) -> Rc<dyn Owners> {
    if owners.is_undefined() { Rc::new(SuppliedOwner::new(supplied)) } else { Rc::new(JsOwners(owners)) }
}

struct JsOwners(JsValue);

impl JsOwners {
    /// What the promise comes to that the method returns. It is given a signal, which dropping the future aborts.
    fn ask(&self, method: &str) -> LocalBoxFuture<'_, JsValue> {
        let asked = AbortOnDrop::new().and_then(|(guard, signal)| Ok((guard, call(&self.0, method, &[&signal])?)));
        async move {
            let Ok((mut guard, promise)) = asked else { return std::future::pending().await };
            let answer = JsFuture::from(Promise::resolve(&promise)).await;
            guard.disarm();
            answer.unwrap_or_default()
        }
        .boxed_local()
    }
}

impl Owners for JsOwners {
    fn owner(&self) -> LocalBoxFuture<'_, Owner> {
        self.ask("owner").map(|flat| read(&flat)).boxed_local()
    }

    fn changed(&self) -> LocalBoxFuture<'_, ()> {
        self.ask("changed").map(drop).boxed_local()
    }

    fn ended(&self) -> LocalBoxFuture<'_, bool> {
        self.ask("ended").map(|is_left| is_left.is_truthy()).boxed_local()
    }
}

/// Of the kind, the name of the session or of the person, whether it outlives the page, and the person's.
fn read(flat: &JsValue) -> Owner {
    let part = |index| get(flat, index).unwrap_or_default();
    let name = part("1").as_string().unwrap_or_default();
    match part("0").as_string().as_deref() {
        Some("nobody") => Owner::Nobody,
        Some("nameless") => Owner::Nameless,
        Some("named") => Owner::Named(name),
        Some("session") => {
            Owner::Session { session: name, is_lasting: part("2").is_truthy(), person: part("3").as_string() }
        }
        _ => Owner::Unknown,
    }
}

/// Deletes at the core all that is kept for the owner in this page. Resolves to whether nothing is left.
#[wasm_bindgen(js_name = deleteAllKept)]
pub fn delete_all(owner: &JsValue) -> Promise {
    let owner = read(owner);
    promise(async move { Ok(JsValue::from_bool(delete_all_kept(owner).await)) })
}
