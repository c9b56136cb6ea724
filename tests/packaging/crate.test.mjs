// What a front end in Rust takes in with the crate's feature `web`.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { crateTarget, root } from "../../scripts/paths.mjs";

function cratesOf(features) {
  const args = ["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--target", crateTarget];
  const { status, stdout, stderr } = spawnSync("cargo", [...args, ...features], {
    cwd: root,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return new Set(stdout.split("\n").map((line) => line.split(" ")[0]));
}

const others = ["oauth2", "sha2", "talc", "form_urlencoded", "base64"];

test("a Rust front end gets none of the crates of the session, and no allocator", () => {
  const whole = cratesOf([]);
  assert.deepEqual(
    others.filter((name) => !whole.has(name)),
    [],
    "the npm package has them",
  );
  const web = cratesOf(["--no-default-features", "--features", "web"]);
  assert.ok(web.has("web-sys") && web.has("prost"));
  assert.deepEqual(
    others.filter((name) => web.has(name)),
    [],
  );
});
