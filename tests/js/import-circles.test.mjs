// No import circle in js/: neither between files nor between rooms (a room is a folder of js/; a file beside the folders is a room of
// its own). Types count as much as values: who reads one file of a circle has to read them all.

import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "node:test";
import { circlesOf, grouped, textsIn } from "./circles.mjs";

/** `import … from`, `export … from`, `import type`, `import "…"`, `import("…")`, also as a type. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g;

/** Which file imports which. What the build makes (js/wasm/) is no file of js/. */
function importsOf(texts) {
  const graph = new Map();
  for (const [file, text] of texts) {
    const imports = [...text.matchAll(IMPORT)].map(([, path]) =>
      posix.join(posix.dirname(file), path).replace(/\.js$/, ".ts"),
    );
    const unknown = imports.find((path) => !texts.has(path) && !path.startsWith("wasm/"));
    assert.equal(unknown, undefined, `${file} imports ${unknown}, which is not there`);
    graph.set(file, new Set(imports.filter((path) => texts.has(path))));
  }
  return graph;
}

const roomOf = (file) => (file.includes("/") ? posix.dirname(file) : file);
const imports = importsOf(textsIn("js", ".ts"));

test("every way to import counts", () => {
  const ways = {
    "value.ts": `import { a } from "./types/type.js";`,
    "types/type.ts": `import type {\n  A,\n} from "../again.js";`,
    "again.ts": `export * from "./late.js";`,
    "late.ts": `const late = await import("./typeof.js");`,
    "typeof.ts": `type All = typeof import("./inline.js");`,
    "inline.ts": `type A = import("./effect.js").A;`,
    "effect.ts": `import "./value.js";`,
  };
  const circle =
    "value.ts → types/type.ts → again.ts → late.ts → typeof.ts → inline.ts → effect.ts → value.ts";
  assert.deepEqual(circlesOf(importsOf(new Map(Object.entries(ways)))), [circle]);
});

test("no file of js/ imports itself by way of others", () => {
  assert.ok(imports.get("index.ts").has("api.ts"));
  assert.deepEqual(circlesOf(imports), []);
});

test("no room of js/ imports itself by way of others", () => {
  const rooms = grouped(imports, roomOf);
  assert.ok(rooms.get("keeper").has("keeper-machine"));
  assert.deepEqual(circlesOf(rooms), []);
});
