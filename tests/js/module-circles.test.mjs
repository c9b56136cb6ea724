// No circle in src/ between Rust modules, one file each, nor between its rooms (the modules of lib.rs).
//
// A name that a parent re-exports (`pub use code::Code`) counts as its child's: who writes `super::Code` uses `code.rs`, not the
// parent and all that is beside it. So `mod` and `pub use` of a child are no imports, and a parent that only lists its children is on no
// circle; one that has code of its own is a module as any other. Tests may use what they like. A method that is called is not
// looked up: the files that carry out parts of `Keeper` call each other's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { circlesOf, grouped, textsIn } from "./circles.mjs";

const TEST_FILE = /(^|\/)tests\/|(^|[/_])(tests|properties)\.rs$/;
const TEST_MODULE = /#\[cfg\(test\)\]\n(?:#\[.*\n)*mod \w+ \{\n[\s\S]*?\n\}/g;
const PUBLIC_USE = /\bpub(?:\([^)]*\))? use ([^;]+);/g;
/** What a parent lists of its children. */
const LIST = /\bpub(?:\([^)]*\))? use (?!crate::|super::)[^;]+;/g;
const USE = /\buse ([^;]+);/g;
const PATH = /\b(?:crate|super|self)(?:::\w+)+/g;

/** `oauth::json` of `oauth/json.rs`, `oauth` of `oauth/mod.rs`, nothing of `lib.rs`. */
const moduleOf = (file) => file.replace(/(^|\/)(mod|lib)?\.?rs$|\.rs$/, "").replaceAll("/", "::");

/** All paths of a `use`: `a::{b, c::{self, d as e}}` has `a::b`, `a::c`, `a::d as e`. */
function pathsOf(use) {
  const [, before, inside] = /^\s*([^{]*)\{([\s\S]*)\}\s*$/.exec(use) ?? [];
  if (inside === undefined) return [use.trim().replace(/::self$/, "")];
  const parts = [""];
  let depth = 0;
  for (const sign of inside) {
    depth += { "{": 1, "}": -1 }[sign] ?? 0;
    if (sign === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += sign;
  }
  return parts.filter((part) => part.trim() !== "").flatMap((part) => pathsOf(before.trim() + part.trim()));
}

/** Which module uses which. */
function usesOf(files) {
  const modules = new Map();
  for (const [file, text] of files) {
    if (!TEST_FILE.test(file))
      modules.set(moduleOf(file), text.replace(/\/\/.*/g, "").replace(TEST_MODULE, ""));
  }
  const reexports = new Map();
  const join = (...names) => names.filter((name) => name !== "").join("::");

  /** A path as seen from the crate; undefined if it leads to another crate. */
  function absolute(path, module) {
    const names = path.split("::");
    const at = module === "" ? [] : module.split("::");
    if (modules.has(join(module, names[0]))) return join(module, path);
    if (!["crate", "self", "super"].includes(names[0])) return undefined;
    if (names[0] === "crate") at.length = 0;
    for (; ["crate", "self", "super"].includes(names[0]); names.shift()) if (names[0] === "super") at.pop();
    return join(...at, ...names);
  }

  /** The module whose own file has what `path` names. */
  function homeOf(path) {
    let [module, rest] = [path, []];
    while (!modules.has(module)) {
      const names = module.split("::");
      rest = [names.pop(), ...rest];
      module = names.join("::");
    }
    const other = rest.length > 0 ? reexports.get(join(module, rest[0])) : undefined;
    return other === undefined ? module : homeOf(join(other, ...rest.slice(1)));
  }

  for (const [module, text] of modules) {
    for (const told of [...text.matchAll(PUBLIC_USE)].flatMap(([, use]) => pathsOf(use))) {
      const [path, name = path.split("::").at(-1)] = told.split(" as ");
      const found = absolute(path, module);
      if (found !== undefined) reexports.set(join(module, name), found);
    }
  }
  const graph = new Map();
  for (const [module, text] of modules) {
    const own = text.replace(LIST, "");
    const told = [...own.matchAll(USE)].flatMap(([, use]) => pathsOf(use));
    const inCode = own.replace(USE, "").match(PATH) ?? [];
    const used = [...told, ...inCode]
      .map((path) => absolute(path.split(" as ")[0], module))
      .filter((path) => path !== undefined);
    graph.set(module, new Set(used.map(homeOf).filter((other) => other !== module)));
  }
  return graph;
}

const uses = usesOf(textsIn("src", ".rs"));

test("every way to use counts, and what a parent re-exports is its child's", () => {
  const files = {
    "lib.rs": "mod a;\nmod d;\nmod e;",
    "a/mod.rs": "mod b;\nmod c;\npub use b::{B, Other as Another};\npub const LIMIT: u32 = 1;",
    "a/b.rs": "use super::c::{self, C};\nuse super::LIMIT;",
    "a/c.rs": "fn c() { crate::d::d(); }\n#[cfg(test)]\nmod tests {\n    use crate::f::Test;\n}\n",
    "d.rs": "pub(crate) use crate::e::{\n    E,\n    F,\n};",
    "e.rs": "use crate::a::{LIMIT, Another as Mine};",
    "f.rs": "use super::e; // use crate::d;",
  };
  const found = usesOf(new Map(Object.entries(files)));
  assert.deepEqual(circlesOf(found), ["a::b → a::c → d → e → a::b"]);
  assert.deepEqual([...found.get("e")], ["a", "a::b"]);
  assert.deepEqual([...found.get("f")], ["e"]);
});

test("no module of src/ uses itself by way of others", () => {
  assert.ok(uses.get("bindings::calls").has("grpc_web::failure"));
  assert.deepEqual(circlesOf(uses), []);
});

test("no room of src/ uses itself by way of others", () => {
  const rooms = grouped(uses, (module) => module.split("::")[0]);
  assert.ok(rooms.get("bindings").has("grpc_web"));
  assert.deepEqual(circlesOf(rooms), []);
});
