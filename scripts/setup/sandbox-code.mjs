// The sandbox's messages, generated from proto/.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.mjs";
import { run } from "../processes.mjs";
import { fingerprint, readStamp, writeStamp } from "../stamps.mjs";

export async function setUpSandboxCode() {
  const inputs = fingerprint(["proto", "sandbox/package.json", "sandbox/buf.yaml", "sandbox/buf.gen.yaml"]);
  if (existsSync(join(root, "sandbox", "src", "gen")) && readStamp("sandbox-code") === inputs) return;
  console.log("Set-up: the sandbox's messages from proto/ (about 2 s) …");
  await run("npm", ["run", "generate", "-w", "sandbox"], { quiet: true });
  writeStamp("sandbox-code", inputs);
}
