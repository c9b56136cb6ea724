//! What was thrown, as the cause of an error. A patched `fetch` may quote the headers that it was given, and the
//! application's own function a token: then it is no cause.

use crate::redact::Secrets;
use js_sys::{Array, ArrayBuffer, Reflect, try_iter};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Response;

/// How many values of a thrown thing are looked at. One that has more is not shown.
const VALUES: u32 = 1000;

/// What errors and requests have, though not always as properties of their own.
const NAMES: [&str; 9] = ["name", "message", "stack", "cause", "errors", "reason", "headers", "url", "body"];

/// `thrown`, unless it repeats one of `secrets`, or may do so where nobody can look: in bytes, or in the body of a reply.
pub(super) fn cause(thrown: JsValue, secrets: &Secrets) -> Option<JsValue> {
    // A word of a few letters is no proof that a secret was repeated.
    let mut look = Look { secrets: &secrets.without_short(), seen: Array::new(), left: VALUES };
    if look.finds(&thrown) { None } else { Some(thrown) }
}

struct Look<'a> {
    secrets: &'a Secrets,
    /// Objects that were looked at: they may have each other.
    seen: Array,
    left: u32,
}

impl Look<'_> {
    /// Whether a secret is, or may be, in `value` or in what it has.
    fn finds(&mut self, value: &JsValue) -> bool {
        if self.left == 0 {
            return true;
        }
        self.left -= 1;
        if let Some(text) = value.as_string() {
            return self.secrets.is_in(text.as_bytes());
        }
        if !(value.is_object() || value.is_function()) || self.seen.includes(value, 0) {
            return false;
        }
        if value.has_type::<Response>() || value.has_type::<ArrayBuffer>() || ArrayBuffer::is_view(value) {
            return true;
        }
        self.seen.push(value);
        let own = Reflect::own_keys(value).unwrap_or_default();
        let others: Array = NAMES.iter().map(|name| JsValue::from_str(name)).collect();
        own.concat(&others).iter().any(|name| {
            let part = Reflect::get(value, &name).unwrap_or_default();
            self.finds(&name) || self.finds(&part)
        }) || self.finds_item(value)
    }

    /// The same of what `Headers`, a `Map` or a `Set` holds. An array has its items as properties.
    fn finds_item(&mut self, value: &JsValue) -> bool {
        if Array::is_array(value) {
            return false;
        }
        let items = try_iter(value).ok().flatten();
        items.is_some_and(|mut items| items.any(|item| item.is_ok_and(|item| self.finds(&item))))
    }
}
