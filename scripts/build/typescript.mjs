// js/*.ts → dist/*.js and dist/*.d.ts.

import { existsSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { distDir, root } from "../paths.mjs";
import { run } from "../processes.mjs";
import { filesBelow } from "../stamps.mjs";

/** What tsc wrote for a source that is gone would be shipped on. */
function removeOrphans() {
  for (const file of filesBelow([distDir])) {
    const path = relative(distDir, file);
    if (path.startsWith(`wasm${sep}`)) continue;
    const stem = /^(.+?)(\.d\.ts|\.js|\.js\.map)$/.exec(path)?.[1];
    if (stem === undefined || !existsSync(join(root, "js", `${stem}.ts`))) rmSync(file);
  }
}

export async function buildTypeScript() {
  await run("tsc", ["--project", root]);
  removeOrphans();
}
