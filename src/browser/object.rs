//! JavaScript objects by the names of their properties, every throw caught.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    /// `Object.prototype`, which every script of the page can put properties on.
    static ROOT: Object = Object::get_prototype_of(&Object::new());
}

/// Longer chains of prototypes are a proxy's that never ends.
const LONGEST_CHAIN: usize = 100;

/// The property `name`; undefined for what has no properties, and for what only `Object.prototype` has. The error is what
/// a getter threw. (`js/given/read.ts` does the same for what the caller gave.)
pub fn get(target: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    if !target.is_object() && !target.is_function() {
        return Ok(JsValue::UNDEFINED);
    }
    let name = JsValue::from_str(name);
    if ROOT.with(|root| Object::has_own(root, &name) && !is_of_others(target, root, &name)) {
        return Ok(JsValue::UNDEFINED);
    }
    Reflect::get(target, &name)
}

/// Whether the object itself, or a prototype before the root, has the property.
fn is_of_others(target: &JsValue, root: &Object, name: &JsValue) -> bool {
    let mut holder: Object = target.clone().unchecked_into();
    for _ in 0..LONGEST_CHAIN {
        if holder.is_null() || &holder == root {
            return false;
        }
        // A proxy that was revoked throws.
        match Reflect::get_own_property_descriptor(&holder, name) {
            Ok(found) if !found.is_undefined() => return true,
            Ok(_) => {}
            Err(_) => return true,
        }
        match Reflect::get_prototype_of(&holder) {
            Ok(above) => holder = above,
            Err(_) => return true,
        }
    }
    false
}

/// Calls the method `name`; the error is what it threw.
pub fn call(target: &JsValue, name: &str, arguments: &[&JsValue]) -> Result<JsValue, JsValue> {
    let method = get(target, name)?;
    let method: &Function =
        method.dyn_ref().ok_or_else(|| JsValue::from(js_sys::TypeError::new(&["no function ", name].concat())))?;
    method.apply(target, &array(&mut arguments.iter().map(|&argument| argument.clone())))
}

/// Sets a property of a bare object; the engine can't refuse that. (Another object may inherit a setter.)
pub fn set(target: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(target, &JsValue::from_str(name), value);
}

/// An object of these properties that inherits nothing: for what the platform or the face reads by name.
pub fn bare(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::create(JsValue::NULL.unchecked_ref::<Object>());
    for (name, value) in properties {
        set(&object, name, value);
    }
    object
}

/// A plain object of these properties: for the application. No setter of `Object.prototype` runs.
pub fn object(properties: &[(&str, JsValue)]) -> Object {
    let pairs = properties.iter().map(|(name, value)| Array::of2(&JsValue::from_str(name), value).into());
    Object::from_entries(&array(&mut { pairs })).unwrap_or_default()
}

/// An array of these. Not `collect`, which would be in the wasm once for each kind of iterator.
pub fn array(items: &mut dyn Iterator<Item = JsValue>) -> Array {
    let array = Array::new();
    for item in items {
        array.push(&item);
    }
    array
}
