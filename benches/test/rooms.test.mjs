// To whom a function of the wasm is attributed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "../measure/rooms.mjs";

const cases = [
  ["sipbreakout_web::grpc_web::failure::no_time::h35d99073b77c8e15", { own: "grpc_web" }],
  [
    "<sipbreakout_web::breakout::lanes::Ticket as core::ops::drop::Drop>::drop::h68f0fd95efd403e5",
    { own: "breakout" },
  ],
  // The glue that drops our values is there because of them.
  [
    "core::ptr::drop_in_place<core::option::Option<sipbreakout_web::auth::token::Held>>::h421fca372ebb8d65",
    { own: "auth" },
  ],
  ["alloc::vec::Vec<T,A>::reserve::h0055c0fd91cb2a53", { crate: "alloc" }],
  ["alloc[3ca501edff3f0c7c]::fmt::format", { crate: "alloc" }],
  [
    "core::ptr::drop_in_place<alloc::sync::Arc<futures_util::shared::Notifier>>::he35c9b0473157f73",
    { crate: "core" },
  ],
  ["<alloc::vec::Vec<T> as core::convert::From<[T; N]>>::from::hc910b53d8843d7a4", { crate: "alloc" }],
  // Only the crate of the type or of the trait may implement it.
  [
    "<core::option::Option<T> as wasm_bindgen::convert::OptionIntoWasmAbi>::none::h4a3313987e25a119",
    { crate: "wasm_bindgen" },
  ],
  [
    "<talc::cell::TalcCell<S,B> as core::alloc::global::GlobalAlloc>::realloc::h854a9e7452724a25",
    { crate: "talc" },
  ],
  ["<u64>::_fmt", { crate: "core" }],
  ["<[u8]>::trim_ascii", { crate: "core" }],
  ["memcpy", { crate: "compiler_builtins" }],
  ["__wbindgen_malloc", { crate: "wasm_bindgen" }],
  ["F64 -> Externref externref shim", { crate: "wasm_bindgen" }],
  ["clienthandle_new externref shim multivalue shim", { own: "bindings" }],
  ["__wbg_clienthandle_free", { own: "bindings" }],
  ["", { crate: "without a name" }],
];

for (const [name, place] of cases) {
  test(`${name || "a function without a name"} belongs to ${place.own ?? place.crate}`, () => {
    assert.deepEqual(placeOf(name, ["clienthandle_new", "__wbg_clienthandle_free"]), place);
  });
}
