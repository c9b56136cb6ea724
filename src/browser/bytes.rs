//! Bytes of any realm: a chunk may come from a frame's `fetch`, from Node while a test runs in a context of its own, from
//! a polyfill. `instanceof` knows only the classes of this realm.

use super::get;
use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// The bytes that `value` has: a view of any kind, or a buffer. `None` if it is neither.
pub fn bytes_of(value: &JsValue) -> Option<Uint8Array> {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return Some(bytes.clone());
    }
    // A DataView can only be made of a buffer, of whatever realm.
    let view = if ArrayBuffer::is_view(value) { value.clone() } else { make("DataView", &Array::of1(value))? };
    let part = |name| get(&view, name).ok();
    let bytes = make("Uint8Array", &Array::of3(&part("buffer")?, &part("byteOffset")?, &part("byteLength")?))?;
    Some(bytes.unchecked_into())
}

fn make(class: &str, arguments: &Array) -> Option<JsValue> {
    let class: Function = get(&js_sys::global(), class).ok()?.dyn_into().ok()?;
    Reflect::construct(&class, arguments).ok()
}
