//! What fuzzing began with and what it found, once more: every input of `fuzz/corpus/` through the same checks.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use sipbreakout_web::grpc_web::doors;
use std::fs;
use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in fs::read_dir(&folder).expect("a folder of inputs") {
        let path = entry.expect("an entry").path();
        let input = fs::read(&path).expect("readable");
        if std::panic::catch_unwind(|| check(&input)).is_err() {
            panic!("{} does not hold", path.display());
        }
        inputs += 1;
    }
    assert!(inputs > 0, "{} is empty", folder.display());
}

#[test]
fn frame() {
    replay("frame", doors::frame);
}

#[test]
fn trailers() {
    replay("trailers", doors::trailers);
}

#[test]
fn status() {
    replay("status", doors::status);
}

#[test]
fn base64_text() {
    replay("base64_text", doors::base64_text);
}

#[test]
fn content_type() {
    replay("content_type", doors::content_type);
}

#[test]
fn header_values() {
    replay("header_values", doors::header_values);
}

#[test]
fn reply() {
    replay("reply", doors::reply);
}
