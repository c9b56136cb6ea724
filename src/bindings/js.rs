//! The two classes of JavaScript that the call path makes. js-sys has them too, but brings what runs futures along, and takes
//! each text and number as an object of its own.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Array<any>")]
    pub type Array;

    #[wasm_bindgen(constructor)]
    pub fn new() -> Array;

    #[wasm_bindgen(method, js_name = push)]
    pub fn push(this: &Array, item: JsValue);

    #[wasm_bindgen(method, js_name = push)]
    pub fn push_flag(this: &Array, flag: bool);

    #[wasm_bindgen(method, js_name = push)]
    pub fn push_text(this: &Array, text: &str);

    #[wasm_bindgen(method, js_name = push)]
    pub fn push_texts(this: &Array, first: &str, second: &str);

    #[wasm_bindgen(method, js_name = push)]
    pub fn push_number(this: &Array, number: f64);

    #[wasm_bindgen(method, indexing_getter)]
    pub fn text(this: &Array, index: u32) -> Option<String>;

    #[wasm_bindgen(method, indexing_getter)]
    pub fn value(this: &Array, index: u32) -> JsValue;

    /// NaN where there is none.
    #[wasm_bindgen(method, indexing_getter)]
    pub fn number(this: &Array, index: u32) -> f64;

    #[wasm_bindgen(method, indexing_getter)]
    pub fn flag(this: &Array, index: u32) -> bool;

    #[wasm_bindgen(typescript_type = "Uint8Array")]
    pub type Uint8Array;

    /// A copy.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Uint8Array;
}

impl Array {
    /// The texts in it, up to the first that is none.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        while let Some(text) = self.text(texts.len() as u32) {
            texts.push(text);
        }
        texts
    }
}
