// Fingerprints of files, and notes of what was made from which: so that nothing is made twice.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root, stampsDir } from "./paths.mjs";

/** All files at or below the given paths, sorted; what does not exist is left out. */
export function filesBelow(paths) {
  const files = [];
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isFile()) files.push(path);
    else for (const name of readdirSync(path)) visit(join(path, name));
  };
  paths.forEach(visit);
  return files.sort();
}

/** One hash over names and contents. Paths are relative to the repository. */
export function fingerprint(paths, extra = "") {
  const hash = createHash("sha256").update(extra);
  for (const file of filesBelow(paths.map((path) => join(root, path)))) {
    const content = readFileSync(file);
    hash.update(`\0${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

export function readStamp(name) {
  try {
    return JSON.parse(readFileSync(join(stampsDir, `${name}.json`), "utf8"));
  } catch {
    // Missing or half-written: what it stands for is made again.
    return undefined;
  }
}

export function writeStamp(name, value) {
  mkdirSync(stampsDir, { recursive: true });
  writeFileSync(join(stampsDir, `${name}.json`), JSON.stringify(value));
}
