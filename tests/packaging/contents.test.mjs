// What is in the tarball: exactly what a consumer needs, and nothing of the machine that built it.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readReadmeSizes } from "../../scripts/build/readme-sizes.mjs";
import { budgetBytes, readSizes } from "../../scripts/build/size.mjs";
import { root } from "../../scripts/paths.mjs";
import { output, pack } from "./tarball.mjs";

const directory = mkdtempSync(join(tmpdir(), "sipbreakout-pack-"));
let packed;
before(async () => {
  packed = await pack(directory);
  await output("tar", ["-xzf", packed.file, "-C", directory]);
});
after(() => rmSync(directory, { recursive: true }));

const read = (path) => readFileSync(join(directory, "package", path));

test("the tarball holds the built modules, the wasm, the manifest and the documents, and nothing else", () => {
  const modules = readdirSync(join(root, "js"), { recursive: true })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -".ts".length))
    .flatMap((stem) => [`dist/${stem}.d.ts`, `dist/${stem}.js`, `dist/${stem}.js.map`]);
  const wasm = ["sipbreakout", "sipbreakout-session", "sipbreakout-schedule"].flatMap((name) =>
    [".d.ts", ".js", "_bg.wasm"].map((ending) => name + ending),
  );
  const inline = ["sipbreakout", "sipbreakout-session"].flatMap((name) =>
    [".d.ts", ".js"].map((ending) => `${name}-inline${ending}`),
  );
  const expected = [
    ...["CHANGELOG.md", "LICENSE", "README.md", "package.json"],
    ...modules,
    ...[...wasm, ...inline].map((name) => `dist/wasm/${name}`),
  ];
  assert.deepEqual(packed.paths, expected.sort());
});

test("the package has no dependencies and runs nothing when it is installed", () => {
  const manifest = JSON.parse(read("package.json"));
  for (const field of ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies"]) {
    assert.equal(manifest[field], undefined, field);
  }
  for (const script of ["preinstall", "install", "postinstall", "prepare"]) {
    assert.equal(manifest.scripts?.[script], undefined, script);
  }
});

test("every file that the manifest names is in the tarball", () => {
  const manifest = JSON.parse(read("package.json"));
  const named = [manifest.types, ...manifest.sideEffects];
  const visit = (value) =>
    typeof value === "string" ? named.push(value) : Object.values(value).forEach(visit);
  visit(manifest.exports);
  assert.ok(named.length >= 8);
  for (const path of named) assert.ok(packed.paths.includes(path.replace(/^\.\//, "")), path);
});

test("no file names a path of the machine it was built on", () => {
  const machine = [root, homedir(), tmpdir()].filter((path) => path.length > 1);
  for (const path of packed.paths) {
    const content = read(path).toString("latin1");
    for (const place of machine) assert.ok(!content.includes(`${place}/`), `${path} contains ${place}`);
  }
});

test("nothing compiles a text as JavaScript, which a page's Content-Security-Policy forbids", () => {
  for (const path of packed.paths.filter((path) => path.endsWith(".js"))) {
    assert.doesNotMatch(read(path).toString("utf8"), /\b(?:new Function|Function|eval)\(/, path);
  }
});

test("the package has one address of each wasm file for pages that bundlers can see", () => {
  const literals = packed.paths
    .filter((path) => path.endsWith(".js"))
    .flatMap(
      (path) =>
        read(path)
          .toString("utf8")
          .match(/new URL\(\s*["'`][^)]*\.wasm["'`]/g) ?? [],
    );
  const names = literals.map((literal) => literal.match(/[\w-]+(?=\.wasm)/)[0]).sort();
  assert.deepEqual(names, ["sipbreakout-session_bg", "sipbreakout_bg"]);
});

test("wasm and JavaScript of the default entry are within the size budget", () => {
  const { wasm, sum } = readSizes();
  assert.equal(
    wasm.raw,
    read("dist/wasm/sipbreakout_bg.wasm").length,
    "target/size.json is of another build",
  );
  assert.ok(sum.gzip <= budgetBytes, `${sum.gzip} bytes (gzip), the budget is ${budgetBytes}`);
});

test("the README's sizes are the measured ones, within 1 %, and its budget is the one that is enforced", () => {
  const measured = readSizes();
  for (const [part, sizes] of Object.entries(readReadmeSizes())) {
    for (const [kind, said] of Object.entries(sizes)) {
      const really = measured[part][kind];
      assert.ok(
        Math.abs(said - really) <= really / 100,
        `${part}, ${kind}: the README says ${said}, it is ${really}. Run "npm run build -- --write-sizes".`,
      );
    }
  }
  const readme = readFileSync(join(root, "README.md"), "utf8");
  assert.ok(readme.includes(`over ${budgetBytes.toLocaleString("en")} bytes`));
});
