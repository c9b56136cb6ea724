//! Ways to make the wasm stop, for tests of what then becomes of it. Not in the published build.
#![allow(clippy::panic)]

use super::read::Reader;
use crate::browser::Browser;
use crate::seams::Timer;
use std::hint::black_box;

/// Which way, and when.
pub struct Door {
    kind: String,
    is_later: bool,
}

impl Door {
    /// The option `testDoor`: `panic`, `overflow` or `exhaust`; with `-later` after a while, in a callback.
    pub fn read(reader: &mut Reader) -> Self {
        let name = reader.string("testDoor").unwrap_or_default();
        match name.strip_suffix("-later") {
            Some(kind) => Self { kind: kind.to_owned(), is_later: true },
            None => Self { kind: name, is_later: false },
        }
    }

    /// At an entry.
    pub fn at_entry(&self) {
        if !self.is_later {
            open(&self.kind);
        }
    }

    /// In a callback.
    pub async fn later(self) {
        if self.is_later {
            Browser::default().sleep(20.0).await;
            open(&self.kind);
        }
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
