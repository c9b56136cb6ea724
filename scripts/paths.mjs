// Where things are. Every script takes its paths from here.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const targetDir = join(root, "target");
export const distDir = join(root, "dist");
export const nodeBinDir = join(root, "node_modules", ".bin");
export const toolsDir = join(targetDir, "tools", "release");
/** What `cargo install` puts into target/tools. */
export const installedToolsDir = join(targetDir, "tools", "bin");
export const stampsDir = join(targetDir, "stamps");
export const crateTarget = "wasm32-unknown-unknown";
/** The package with doors for tests: the JavaScript of dist/, and another wasm. */
export const doorsDir = join(targetDir, "doors", "dist");
