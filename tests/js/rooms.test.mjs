// The rooms of the session import in one direction, types too: who looks for something knows where it is not.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ORDER = ["auth", "popup", "answer", "session", "tabs", "stores", "flows", "provider"];
const BELOW = ["platform", "core", "given"];
const js = new URL("../../js/", import.meta.url);

/** The rooms that a room's files import from, each with one file that does. */
function importsOf(room) {
  const found = new Map();
  for (const file of readdirSync(new URL(`${room}/`, js))) {
    const text = readFileSync(new URL(`${room}/${file}`, js), "utf8");
    for (const [, other] of text.matchAll(/from "\.\.\/([\w-]+)\/[^"]+"/g)) found.set(other, file);
  }
  return found;
}

test("no room of the session imports from one before it, and none below knows them", () => {
  for (const [index, room] of ORDER.entries()) {
    const imports = importsOf(room);
    assert.ok(imports.size > 0, room);
    for (const [other, file] of imports) {
      assert.ok(!ORDER.slice(0, index).includes(other), `${room}/${file} imports from ${other}/`);
    }
  }
  for (const room of BELOW) {
    for (const [other, file] of importsOf(room)) {
      assert.ok(!ORDER.includes(other), `${room}/${file} imports from ${other}/`);
    }
  }
});

test("what carries out the keeper's machine knows nothing of what applications hold", () => {
  const imports = importsOf("keeper-machine");
  assert.ok(imports.size > 0);
  assert.equal(imports.get("keeper"), undefined);
});

test("a room holds about a dozen files", () => {
  for (const room of [...ORDER, "keeper", "keeper-machine"]) {
    const { length } = readdirSync(new URL(`${room}/`, js));
    assert.ok(length <= 16, `${room}/ has ${length} files`);
  }
});
