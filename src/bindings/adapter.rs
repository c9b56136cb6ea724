//! What the adapter for foreign conformance suites needs beside the call path. Not in the published build.

use super::failures::received;
use super::js::Array;
use crate::grpc_web::{body, decoded, doors};
use wasm_bindgen::prelude::*;

/// The body of a request; undefined for a message that is too large for a frame.
#[wasm_bindgen(js_name = requestBody)]
pub fn request_body(message: &[u8]) -> Option<Vec<u8>> {
    body(message)
}

/// Headers as a reply has them, names and values in turn, as they are told: without the status, lists of bytes split.
#[wasm_bindgen(js_name = receivedHeaders)]
pub fn received_headers(names_and_values: Vec<String>) -> Array {
    let pairs = names_and_values.chunks_exact(2).filter_map(|pair| match pair {
        [name, value] => Some((name.clone(), value.clone())),
        _ => None,
    });
    received(&doors::received(&pairs.collect::<Vec<_>>()))
}

/// The bytes of an entry with a `-bin` name; undefined if there are none.
#[wasm_bindgen(js_name = bytesOfEntry)]
pub fn bytes_of_entry(name: &str, value: &str) -> Option<Vec<u8>> {
    decoded(name, value)
}
