//! `wasm-glue IN.wasm OUT_DIR NAME`: what `wasm-bindgen --target web --omit-default-module-path` does, from the same
//! library, without the rest of that program; and smaller: without what panics say, and with shorter names between the two.

use anyhow::{Context, bail, ensure};
use std::fs;
use std::path::Path;
use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, FunctionBuilder, FunctionKind, Module};
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

/// What panics of the standard library and of crates would say. Long enough that nothing else says it.
const PANIC_WORDS: [&str; 15] = [
    "advance out of bounds: the len is ",
    " but advancing by ",
    "copy_from_slice: source slice length (",
    ") does not match destination slice length (",
    "attempt to join into collection with len > usize::MAX",
    "assertion failed: cnt <= self.limit",
    "assertion failed: mid <= self.len()",
    "mid > len",
    "Tried to shrink to a larger capacity",
    "capacity overflow",
    "null pointer passed to rust",
    "attempted to take ownership of Rust value while it was borrowed",
    "recursive use of an object detected which would lead to unsafe aliasing in rust",
    "called `Option::unwrap()` on a `None` value",
    "called `Result::unwrap()` on an `Err` value",
];

/// The beginnings of exports' names that scripts/build/glue.mjs knows, and tests/js/callback-interrupted.test.mjs (`readAnswer`).
const KNOWN_EXPORTS: [&str; 5] =
    ["memory", "__wbindgen_externrefs", "__wbindgen_start", "wasm_bindgen__convert__closures", "readAnswer"];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, directory, name] = arguments.as_slice() else {
        bail!("wanted: wasm-glue IN.wasm OUT_DIR NAME");
    };
    let mut module = Module::from_file(wasm).with_context(|| format!("reading {wasm}"))?;
    trap_instead_of_panicking(&mut module)?;
    forget_locations(&mut module);
    forget_words(&mut module);
    Bindgen::new()
        .input_bytes(name, module.emit_wasm())
        .out_name(name)
        .web(true)?
        .typescript(true)
        // The package's own loader holds the one address of the wasm that bundlers see.
        .omit_default_module_path(true)
        .generate(directory)
        .with_context(|| format!("making the glue of {wasm}"))?;
    shorten_names(
        &Path::new(directory).join(format!("{name}_bg.wasm")),
        &Path::new(directory).join(format!("{name}.js")),
        name,
    )
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

/// Blanks the places in the sources at which there are panics (`core::panic::Location`: a file name's address and length,
/// line, column), and those names. Nothing reads them any more, but the optimizer can't tell.
fn forget_locations(module: &mut Module) {
    let segments: Vec<_> = module.data.iter().map(|segment| segment.id()).collect();
    for id in segments {
        let segment = module.data.get_mut(id);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = segment.kind else { continue };
        let data = &mut segment.value;
        let word = |data: &[u8], at: usize| Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?) as usize);
        let mut blanks = Vec::new();
        let unaligned = start as usize % 4;
        for at in ((4 - unaligned) % 4..data.len()).step_by(4) {
            let (Some(address), Some(length)) = (word(data, at), word(data, at + 4)) else { continue };
            let Some(name) = address.checked_sub(start as usize).map(|from| from..from.saturating_add(length)) else {
                continue;
            };
            let is_path = |text: &[u8]| text.ends_with(b".rs") && text.iter().all(u8::is_ascii_graphic);
            if data.get(name.clone()).is_some_and(is_path) {
                blanks.extend([at..(at + 16).min(data.len()), name]);
            }
        }
        for blank in blanks {
            data[blank].fill(0);
        }
    }
}

/// Blanks what those panics would say. Nothing says it any more, but the optimizer can't tell.
fn forget_words(module: &mut Module) {
    let segments: Vec<_> = module.data.iter().map(|segment| segment.id()).collect();
    for id in segments {
        let data = &mut module.data.get_mut(id).value;
        for words in PANIC_WORDS {
            let words = words.as_bytes();
            while let Some(at) = data.windows(words.len()).position(|window| window == words) {
                data[at..at + words.len()].fill(0);
            }
        }
    }
}

/// The names between the two are for nobody to read: letters will do. `imports_from` is the one module that the wasm imports from.
fn shorten_names(wasm: &Path, glue: &Path, imports_from: &str) -> anyhow::Result<()> {
    let mut module = Module::from_file(wasm)?;
    let mut text = fs::read_to_string(glue)?;
    let mut replace = |before: &str, after: &str| -> anyhow::Result<()> {
        ensure!(text.contains(before), "the glue has no {before}");
        text = text.replace(before, after);
        Ok(())
    };
    for (number, import) in module.imports.iter_mut().enumerate() {
        let short = letters(number);
        replace(&format!(" {}: function(", import.name), &format!(" {short}: function("))?;
        if number == 0 {
            replace(&format!("\"{}\"", import.module), &format!("\"{imports_from}\""))?;
        }
        import.name = short;
        import.module = imports_from.to_owned();
    }
    for (number, export) in module.exports.iter_mut().enumerate() {
        if KNOWN_EXPORTS.iter().any(|known| export.name.starts_with(known)) {
            continue;
        }
        let short = letters(number);
        for end in ["(", ",", ")", ";"] {
            text = text.replace(&format!("wasm.{}{end}", export.name), &format!("wasm.{short}{end}"));
        }
        export.name = short;
    }
    fs::write(glue, text)?;
    module.emit_wasm_file(wasm)
}

/// A name for each number: a to z, then aa and so on.
fn letters(number: usize) -> String {
    let letter = char::from(b'a' + (number % 26) as u8);
    if number < 26 { letter.to_string() } else { letters(number / 26 - 1) + &letter.to_string() }
}
