// What the drivers of the others need, into target/conformance/: connect-web as a bundle, the canary as a wasm.

import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../../../scripts/lock.mjs";
import { crateTarget, root, targetDir } from "../../../scripts/paths.mjs";
import { capture, run } from "../../../scripts/processes.mjs";
import { setUp } from "../../../scripts/setup.mjs";
import { fingerprint, readStamp, writeStamp } from "../../../scripts/stamps.mjs";

const outDir = join(targetDir, "conformance");
const crate = join(root, "tests", "conformance", "canary");

async function makeOnce(name, inputs, outputs, make) {
  const wanted = fingerprint(inputs, capture("rustc", ["-vV"]) ?? "");
  const stamp = readStamp(name);
  if (stamp?.inputs === wanted && stamp.outputs === fingerprint(outputs)) return;
  await make();
  writeStamp(name, { inputs: wanted, outputs: fingerprint(outputs) });
}

async function buildCanaryWasm() {
  const canaryTarget = join(targetDir, "canary");
  const locked = process.env.CI === undefined ? [] : ["--locked"];
  console.log("Build: the canary, tonic over tonic-web-wasm-client (once; about a minute) …");
  await run(
    "cargo",
    ["build", "--release", "--target", crateTarget, "--target-dir", canaryTarget, ...locked],
    { cwd: crate },
  );
  const glue = join(canaryTarget, "glue");
  rmSync(glue, { recursive: true, force: true });
  mkdirSync(glue, { recursive: true });
  await run("wasm-glue", [
    join(canaryTarget, crateTarget, "release", "sipbreakout_canary.wasm"),
    glue,
    "canary",
  ]);
  mkdirSync(outDir, { recursive: true });
  for (const file of ["canary.js", "canary_bg.wasm"]) copyFileSync(join(glue, file), join(outDir, file));
}

async function bundleConnectWeb() {
  const { build, stop } = await import("esbuild");
  await build({
    absWorkingDir: root,
    entryPoints: ["tests/conformance/drivers/connect-web.source.mjs"],
    bundle: true,
    format: "esm",
    platform: "browser",
    outfile: join(outDir, "connect-web.mjs"),
    logLevel: "error",
  });
  await stop();
}

export function buildCanary() {
  return withLock(async () => {
    await setUp(["packages", "rust", "buildTools"]);
    const inputs = [
      "tests/conformance/canary/src",
      "tests/conformance/canary/Cargo.toml",
      "tests/conformance/canary/Cargo.lock",
    ];
    await makeOnce(
      "canary",
      inputs,
      ["target/conformance/canary.js", "target/conformance/canary_bg.wasm"],
      buildCanaryWasm,
    );
  });
}

export async function buildDrivers() {
  await buildCanary();
  await withLock(async () => {
    await setUp(["packages", "sandboxCode"]);
    const inputs = [
      "tests/conformance/drivers/connect-web.source.mjs",
      "package-lock.json",
      "sandbox/src/gen",
    ];
    await makeOnce("connect-web", inputs, ["target/conformance/connect-web.mjs"], bundleConnectWeb);
  });
}
