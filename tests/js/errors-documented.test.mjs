// docs/errors.md names every code, and none that there is not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/errors.md");

/** The codes in the table of a section. */
function documented(section) {
  const start = page.indexOf(`\n## ${section}\n`);
  assert.ok(start >= 0, section);
  const text = page.slice(start + 4).split("\n## ")[0];
  return [...text.matchAll(/^\| `([a-z_]+)`/gm)].map(([, code]) => code).sort();
}

/** The members of a union of strings. */
function members(file, type) {
  const union = new RegExp(`export type ${type} =([^;]*);`).exec(read(file));
  assert.ok(union, type);
  return [...union[1].matchAll(/"([a-z_]+)"/g)].map(([, code]) => code).sort();
}

for (const [section, file, type] of [
  ["RpcError", "js/generated.ts", "RpcErrorCode"],
  ["AuthError", "js/generated.ts", "AuthErrorCode"],
  ["LoadError", "js/errors.ts", "LoadErrorCode"],
  ["diagnose", "js/diagnose/finding.ts", "FindingCode"],
]) {
  test(`the codes of ${section}`, () => assert.deepEqual(documented(section), members(file, type)));
}

test("the codes of classes with one", () => {
  assert.deepEqual(documented("RegistrationRejectedError"), ["not_acceptable"]);
  assert.deepEqual(documented("InvalidRequestError"), ["invalid_input"]);
});
