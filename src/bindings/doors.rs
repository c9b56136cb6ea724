//! Ways to make the wasm stop, for tests of what then becomes of it. Not in the published build.
#![allow(clippy::panic)]

use std::hint::black_box;
use wasm_bindgen::prelude::*;

/// The header of a reply that names a door.
#[cfg(feature = "calls-wasm")]
const REPLY_HEADER: &str = "x-test-door";

/// The memory that this instance has taken.
#[wasm_bindgen(js_name = memoryBytes)]
pub fn memory_bytes() -> f64 {
    (core::arch::wasm32::memory_size::<0>() * 64 * 1024) as f64
}

/// Opens the door that a reply names.
#[cfg(feature = "calls-wasm")]
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
