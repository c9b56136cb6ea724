// The package as npm would publish it.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { childEnv } from "../../scripts/processes.mjs";

/** Runs a program and resolves to what it printed; rejects, with all of it, when it fails. */
export function output(command, args, { cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: childEnv(), stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${[command, ...args].join(" ")} ended with status ${code}\n${stdout}${stderr}`));
    });
  });
}

/** Packs into `directory`. Without scripts: dist/ is there, and prepack would print into the JSON. */
export async function pack(directory) {
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", directory];
  const [tarball] = JSON.parse(await output("npm", args));
  return { file: join(directory, tarball.filename), paths: tarball.files.map(({ path }) => path).sort() };
}
