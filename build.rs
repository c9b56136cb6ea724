//! Compiles `proto/` without protoc. Beside the messages it writes one constant for each method: its path and
//! the scope that its option demands, so that neither is typed a second time.

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

const DEFINITIONS: [&str; 2] = ["wgtwo/sipbreakout/v1/sipbreakout.proto", "wgtwo/sipbreakout/v0/sipbreakout.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    println!("cargo::rerun-if-changed=build.rs");

    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).include_source_info(true);
    for definition in DEFINITIONS {
        compiler.open_file(definition)?;
    }

    let out_dir = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out_dir.join("methods.rs"), methods(&compiler.descriptor_pool())?)?;

    // Printing messages would bring the formatting of each field into the wasm.
    prost_build::Config::new()
        .skip_debug(["."])
        .include_file("messages.rs")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

fn methods(pool: &prost_reflect::DescriptorPool) -> Result<String, Box<dyn Error>> {
    let scope =
        pool.get_extension_by_name("wgtwo.scope").ok_or("annotations.proto defines no method option wgtwo.scope")?;
    let mut source = String::new();
    for service in pool.services() {
        let package = service.package_name().to_owned();
        let version = package.rsplit('.').next().unwrap_or_default().to_uppercase();
        for method in service.methods() {
            let options = method.options();
            let scope = options.get_extension(&scope);
            let scope = scope.as_str().filter(|scope| !scope.is_empty());
            let scope = scope.ok_or_else(|| format!("{} carries no scope", method.full_name()))?;
            let (full, version_and_name) = (method.full_name(), format!("{version}_{}", screaming(method.name())));
            let path = format!("/{}/{}", service.full_name(), method.name());
            writeln!(source, "/// `{full}`.")?;
            writeln!(source, "pub const {version_and_name}: Method = Method {{ path: {path:?}, scope: {scope:?} }};")?;
        }
    }
    Ok(source)
}

/// `UpsertRegistration` → `UPSERT_REGISTRATION`.
fn screaming(name: &str) -> String {
    let mut out = String::new();
    for (index, letter) in name.chars().enumerate() {
        if index > 0 && letter.is_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}
