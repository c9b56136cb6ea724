//! `wasm-glue IN.wasm OUT_DIR NAME`: what `wasm-bindgen --target web --omit-default-module-path` does, from the same
//! library, without the rest of that program; and without the texts of panics.

use anyhow::{Context, bail, ensure};
use walrus::{FunctionBuilder, FunctionKind, Module};
use wasm_bindgen_cli_support::Bindgen;

/// The ends of the standard library's names for functions that only say what went wrong and panic.
const PANICS: [&str; 6] = [
    "_fail",
    "_failed",
    "panic_already_borrowed",
    "panic_already_mutably_borrowed",
    "handle_error",
    "handle_alloc_error",
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, directory, name] = arguments.as_slice() else {
        bail!("wanted: wasm-glue IN.wasm OUT_DIR NAME");
    };
    let mut module = Module::from_file(wasm).with_context(|| format!("reading {wasm}"))?;
    trap_instead_of_panicking(&mut module)?;
    Bindgen::new()
        .input_bytes(name, module.emit_wasm())
        .out_name(name)
        .web(true)?
        .typescript(true)
        // The package's own loader holds the one address of the wasm that bundlers see.
        .omit_default_module_path(true)
        .generate(directory)
        .with_context(|| format!("making the glue of {wasm}"))
}

/// A panic traps at once. In a browser nobody could read its message: the standard library has no place to write it to,
/// and traps afterwards. The optimizer then removes what prepares the messages.
fn trap_instead_of_panicking(module: &mut Module) -> anyhow::Result<()> {
    let panics: Vec<_> = module
        .funcs
        .iter_local()
        .filter(|(id, _)| module.funcs.get(*id).name.as_deref().is_some_and(is_panic))
        .map(|(id, function)| (id, function.ty()))
        .collect();
    ensure!(panics.len() > 1, "no panics were found: does this compiler name them otherwise?");
    for (id, ty) in panics {
        let (parameters, results) = module.types.params_results(ty);
        let (parameters, results) = (parameters.to_vec(), results.to_vec());
        let locals = parameters.iter().map(|parameter| module.locals.add(*parameter)).collect();
        let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
        builder.func_body().unreachable();
        module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(locals));
    }
    Ok(())
}

/// Mangled names: `_RNv` begins those of the standard library, which is of another mangling than the rest.
fn is_panic(name: &str) -> bool {
    name.contains("4core9panicking")
        || name.ends_with("17rust_begin_unwind")
        || (name.starts_with("_RNv") && PANICS.iter().any(|end| name.ends_with(end)))
}
