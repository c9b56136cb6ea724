// The Rust toolchain of rust-toolchain.toml with its wasm target.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crateTarget, root } from "../paths.mjs";
import { CommandError, capture, findProgram, run } from "../processes.mjs";

function targetIsThere() {
  const sysroot = capture("rustc", ["--print", "sysroot"]);
  return sysroot !== undefined && existsSync(join(sysroot, "lib", "rustlib", crateTarget));
}

export async function setUpRust() {
  if (targetIsThere()) return;
  const toolchain = readFileSync(join(root, "rust-toolchain.toml"), "utf8");
  const version = /^channel = "(.+)"$/m.exec(toolchain)?.[1];
  if (findProgram("rustup") === undefined) {
    throw new CommandError(
      `Rust ${version} with the target ${crateTarget} is needed, and rustup, which would install it, was not ` +
        "found. Install rustup (https://rustup.rs, or your distribution's package) and run this again.",
    );
  }
  if (capture("rustc", ["--version"]) === undefined) {
    console.log(`Set-up: Rust ${version} (rustup, about a minute) …`);
    await run("rustup", [
      "toolchain",
      "install",
      version,
      "--profile",
      "minimal",
      "-c",
      "clippy",
      "-c",
      "rustfmt",
    ]);
  }
  if (!targetIsThere()) {
    console.log(`Set-up: Rust for ${crateTarget} (rustup, about 10 s) …`);
    await run("rustup", ["target", "add", crateTarget]);
  }
  if (!targetIsThere())
    throw new CommandError(`rustc has no target ${crateTarget}, although rustup added it.`);
}
