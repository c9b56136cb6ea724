// Runs a script in a process of its own: a module loads its wasm once, and counts of timers want nothing else around.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

export const entry = new URL("../../dist/index.js", import.meta.url).href;

/**
 * Runs a script that has the package as `sdk`; resolves to what it returns, by JSON. Fails if the process does not end
 * by itself within 20 seconds. `before` runs before the package is imported; `from` is another build of it.
 */
export async function inProcess(script, { before = "", flags = [], from = entry } = {}) {
  const source = `${before}
    const sdk = await import(${JSON.stringify(from)});
    const caught = (promise) => promise.then(() => "no error", (error) => error.toJSON());
    const result = await (async () => { ${script} })();
    console.log(JSON.stringify(result));`;
  const args = [...flags, "--input-type=module", "--eval", source];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  return JSON.parse(stdout);
}
