//! The browser's own `JSON`.

use super::{bare, set};
use crate::seams::{Fields, Json, MAX_DEPTH};
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

pub fn parse(text: &str) -> Option<Json> {
    from(&JSON::parse(text).ok()?, MAX_DEPTH)
}

pub fn write(json: &Json) -> String {
    JSON::stringify(&to(json)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn from(value: &JsValue, depth: usize) -> Option<Json> {
    let deeper = depth.checked_sub(1)?;
    if let Some(text) = value.as_string() {
        return Some(Json::Text(text));
    }
    if let Some(number) = value.as_f64() {
        return Some(Json::Number(number));
    }
    if let Some(flag) = value.as_bool() {
        return Some(Json::Flag(flag));
    }
    if let Some(list) = value.dyn_ref::<Array>() {
        return Some(Json::List(list.iter().map(|item| from(&item, deeper)).collect::<Option<_>>()?));
    }
    if !value.is_object() {
        return Some(Json::Null);
    }
    let mut fields = Fields::default();
    for entry in Object::entries(value.unchecked_ref::<Object>()).iter() {
        let entry: Array = entry.unchecked_into();
        fields.put(&entry.get(0).as_string()?, from(&entry.get(1), deeper)?);
    }
    Some(Json::Object(fields))
}

/// As a value that inherits nothing.
pub fn to(json: &Json) -> JsValue {
    match json {
        Json::Null => JsValue::NULL,
        Json::Flag(flag) => JsValue::from_bool(*flag),
        Json::Number(number) => JsValue::from_f64(*number),
        Json::Text(text) => JsValue::from_str(text),
        Json::List(list) => {
            let array: JsValue = list.iter().map(to).collect::<Array>().into();
            // Else `JSON.stringify` would ask a `toJSON` that is on `Object.prototype`.
            let none = bare(&[("value", JsValue::UNDEFINED)]);
            let _ = Reflect::define_property(array.unchecked_ref::<Object>(), &JsValue::from_str("toJSON"), &none);
            array
        }
        Json::Object(fields) => {
            let target = bare(&[]);
            for (name, value) in fields.iter() {
                set(&target, name, &to(value));
            }
            target.into()
        }
    }
}
