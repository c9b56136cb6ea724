//! Ways to make the wasm stop, for tests of what then becomes of it; and what the adapter for foreign conformance suites
//! needs beside the call path. Not in the published build.
#![allow(clippy::panic)]

use super::flat::received;
use super::js::Array;
use crate::grpc_web::{body, decoded, doors};
use std::hint::black_box;
use wasm_bindgen::prelude::*;

/// The header of a reply that names a door.
const REPLY_HEADER: &str = "x-test-door";

/// The memory that this instance has taken.
#[wasm_bindgen(js_name = memoryBytes)]
pub fn memory_bytes() -> f64 {
    (core::arch::wasm32::memory_size::<0>() * 64 * 1024) as f64
}

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

/// Opens the door that a reply names.
pub fn look(headers: &[(String, String)]) {
    if let Some((_, door)) = headers.iter().find(|(name, _)| name == REPLY_HEADER) {
        open(door);
    }
}

/// Opens the door that a SIP URI names: `sips:panic.door.example`, `overflow` or `exhaust`.
pub fn knock(sip_uri: Option<&str>) {
    let door = sip_uri.and_then(|uri| uri.strip_prefix("sips:")).and_then(|host| host.strip_suffix(".door.example"));
    if let Some(door) = door {
        open(door);
    }
}

fn open(kind: &str) {
    match kind {
        "panic" => panic!("through the door"),
        "overflow" => {
            black_box(overflow(black_box(1)));
        }
        "exhaust" => loop {
            black_box(Vec::<u8>::with_capacity(64 * 1024 * 1024).leak());
        },
        _ => {}
    }
}

/// Without an end, and in need of each frame after the call.
#[allow(unconditional_recursion)]
fn overflow(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    overflow(depth + 1) + frame.iter().sum::<u64>()
}
