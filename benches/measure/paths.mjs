// Where the benchmarks have their files. What is made lies in target/.

import { join } from "node:path";
import { root, targetDir } from "../../scripts/paths.mjs";

export const benchesDir = join(root, "benches");
export const outDir = join(targetDir, "bench");
export const pagesDir = join(outDir, "pages");
