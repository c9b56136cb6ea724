//! What was thrown, as the cause of an error. It is somebody else's and stays as it is, unless it repeats a secret that it
//! was given: an error of `fetch` may quote headers, one of a storage what was to be stored.

use super::bytes::bytes_of;
use super::{call, get, is_array, items};
use crate::redact::Secrets;
use crate::seams::Cause;
use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

/// How many objects of a thrown thing are looked at. One that has more is not shown.
const OBJECTS: u32 = 400;

/// What errors and requests have, though not always as properties of their own.
const NAMES: [&str; 9] = ["name", "message", "stack", "cause", "errors", "reason", "headers", "url", "body"];

/// `thrown` as a cause. A reply, or a part of one, is none.
pub fn cause(thrown: JsValue, secrets: &Secrets) -> Option<Cause> {
    if bytes_of(&thrown).is_some() || is_reply(&thrown) {
        return None;
    }
    // A word of a few letters is no proof that a secret was repeated.
    let secrets = secrets.without_short();
    let look = Look { secrets: &secrets, seen: Array::new() };
    if !look.finds(&thrown) {
        return Some(Cause::new(thrown));
    }
    let text = |value: Result<JsValue, JsValue>| value.ok().and_then(|value| value.as_string()).unwrap_or_default();
    if let Some(thrown) = thrown.as_string() {
        return Some(Cause::new(JsValue::from_str(&secrets.cut(&thrown))));
    }
    let error = js_sys::Error::new(&secrets.cut(&text(get(&thrown, "message"))));
    let name = secrets.cut(&text(get(&thrown, "name")));
    if !name.is_empty() {
        error.set_name(&name);
    }
    Some(Cause::new(JsValue::from(error)))
}

/// A `Response` of any realm.
fn is_reply(value: &JsValue) -> bool {
    let has = |name: &str| get(value, name).is_ok_and(|part| part.is_object() || part.is_function());
    get(value, "status").is_ok_and(|status| status.as_f64().is_some()) && has("headers") && has("arrayBuffer")
}

struct Look<'a> {
    secrets: &'a Secrets,
    /// Objects that were looked at: they may have each other.
    seen: Array,
}

impl Look<'_> {
    /// Whether a secret is in `value`, or in what it has. Also true when it has too much to tell.
    fn finds(&self, value: &JsValue) -> bool {
        if let Some(text) = value.as_string() {
            return self.secrets.is_in(text.as_bytes());
        }
        if (!value.is_object() && !value.is_function()) || self.seen.includes(value, 0) {
            return false;
        }
        if self.seen.push(value) > OBJECTS {
            return true;
        }
        if let Some(bytes) = bytes_of(value) {
            return self.secrets.is_in(&bytes.to_vec());
        }
        let own = Reflect::own_keys(value).unwrap_or_default();
        let others = NAMES.iter().map(|name| JsValue::from_str(name)).filter(|name| !own.includes(name, 0));
        let names: Vec<JsValue> = own.iter().chain(others).collect();
        names.iter().any(|name| {
            let part = Reflect::get(value, name);
            name.as_string().is_some_and(|name| self.secrets.is_in(name.as_bytes()))
                || part.is_ok_and(|part| self.finds(&part))
        }) || self.finds_entry(value)
    }

    /// The same of what `Headers`, a `Map`, or a `URLSearchParams` holds. An array has its items as properties.
    fn finds_entry(&self, value: &JsValue) -> bool {
        if is_array(value) || !get(value, "forEach").is_ok_and(|method| method.is_function()) {
            return false;
        }
        let entries = call(value, "entries", &[]).and_then(|entries| items(&entries)).ok().flatten();
        entries.is_some_and(|entries| entries.iter().any(|entry| self.finds(&entry)))
    }
}
