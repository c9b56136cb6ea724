//! What crosses in one piece: arrays of strings and numbers, whose names TypeScript knows.

use super::js::Array;
use crate::breakout::InvalidRequest;
use wasm_bindgen::JsValue;

/// Undefined for none.
pub fn push_any_text(array: &Array, text: Option<&str>) {
    match text {
        Some(text) => array.push_text(text),
        None => array.push(JsValue::UNDEFINED),
    }
}

/// Undefined for none.
pub fn push_any_number(array: &Array, number: Option<f64>) {
    match number {
        Some(number) => array.push_number(number),
        None => array.push(JsValue::UNDEFINED),
    }
}

/// Field, code and message in turn.
pub fn problems(invalid: InvalidRequest) -> Array {
    let array = Array::new();
    for problem in &invalid.problems {
        array.push_texts(&problem.field, problem.code);
        array.push_text(&problem.message);
    }
    array
}
