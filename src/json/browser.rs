//! The browser's own `JSON`. Not by js-sys, which brings what runs futures along.

use super::{Fields, Json, MAX_DEPTH};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn parse_text(text: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = JSON, js_name = stringify)]
    fn text_of(value: &JsValue) -> Result<JsValue, JsValue>;

    /// Names and values.
    #[wasm_bindgen(js_namespace = Object, js_name = entries)]
    fn entries_of(value: &JsValue) -> JsValue;

    #[wasm_bindgen(js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> bool;

    #[wasm_bindgen(js_namespace = Object, js_name = create)]
    fn create(prototype: &JsValue) -> Bag;

    #[wasm_bindgen(js_namespace = Array, js_name = of)]
    fn empty() -> Bag;

    /// An array, or an object without anything inherited.
    type Bag;

    #[wasm_bindgen(method, indexing_setter)]
    fn put(this: &Bag, name: &str, value: &JsValue);

    #[wasm_bindgen(method, indexing_setter)]
    fn put_at(this: &Bag, index: u32, value: &JsValue);

    #[wasm_bindgen(method, indexing_getter)]
    fn at(this: &Bag, index: u32) -> JsValue;
}

pub fn parse(text: &str) -> Option<Json> {
    from(parse_text(text).ok()?, MAX_DEPTH)
}

pub fn write(json: &Json) -> String {
    text_of(&to(json)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn items(list: JsValue) -> impl Iterator<Item = JsValue> {
    let list: Bag = list.unchecked_into();
    (0..).map(move |index| list.at(index)).take_while(|item| !item.is_undefined())
}

fn from(value: JsValue, depth: usize) -> Option<Json> {
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
    if !value.is_object() {
        return Some(Json::Null);
    }
    if is_array(&value) {
        let mut list = Vec::new();
        for item in items(value) {
            list.push(from(item, deeper)?);
        }
        return Some(Json::List(list));
    }
    let mut fields = Fields::default();
    for entry in items(entries_of(&value)) {
        let entry: Bag = entry.unchecked_into();
        fields.put(&entry.at(0).as_string()?, from(entry.at(1), deeper)?);
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
            let array = empty();
            // Else `JSON.stringify` would ask a `toJSON` that is on `Object.prototype`.
            array.put("toJSON", &JsValue::UNDEFINED);
            for (index, item) in list.iter().enumerate() {
                array.put_at(index as u32, &to(item));
            }
            array.into()
        }
        Json::Object(fields) => {
            let target = create(&JsValue::NULL);
            for (name, value) in fields.iter() {
                target.put(name, &to(value));
            }
            target.into()
        }
    }
}
