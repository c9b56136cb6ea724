// Each *.types.ts is a test: it passes when the compiler has nothing to say about it. A `@ts-expect-error` that
// finds no error is itself an error.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { before, test } from "node:test";
import { root } from "../../scripts/paths.mjs";
import { childEnv } from "../../scripts/processes.mjs";

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".types.ts"));
let diagnostics = [];

before(() => {
  const args = ["--project", import.meta.dirname, "--pretty", "false"];
  const result = spawnSync("tsc", args, { cwd: root, env: childEnv(), encoding: "utf8" });
  assert.equal(result.error, undefined);
  diagnostics = result.stdout.split("\n").filter((line) => line !== "");
  assert.equal(result.status === 0, diagnostics.length === 0, result.stdout + result.stderr);
});

for (const file of files) {
  test(`${file} compiles`, () => {
    const path = join("tests", "types", file);
    assert.deepEqual(
      diagnostics.filter((line) => line.startsWith(`${path}(`)),
      [],
    );
  });
}

test("the package's declarations compile for a strict consumer", () => {
  const ours = files.map((file) => `${basename(file)}(`);
  assert.deepEqual(
    diagnostics.filter((line) => !ours.some((name) => line.includes(name))),
    [],
  );
});
