//! `wasm-glue IN.wasm OUT_DIR NAME`: what `wasm-bindgen --target web --omit-default-module-path` does, from the same
//! library, without the rest of that program.

use anyhow::{Context, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, directory, name] = arguments.as_slice() else {
        bail!("wanted: wasm-glue IN.wasm OUT_DIR NAME");
    };
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(true)
        // The package's own loader holds the one address of the wasm that bundlers see.
        .omit_default_module_path(true)
        .generate(directory)
        .with_context(|| format!("making the glue of {wasm}"))
}
