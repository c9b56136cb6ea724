// Who does not import a part of the package does not carry it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { build, stop } from "esbuild";
import { bundle } from "../../scripts/build/bundle.mjs";
import { root } from "../../scripts/paths.mjs";

after(stop);

async function bundled(names) {
  const contents = `import { ${names.join(", ")} } from "./dist/index.js"; console.log(${names.join(", ")});`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    external: ["node:*"],
  });
  return outputFiles[0].text;
}

test("diagnose is not in the bundle of who does not import it", async () => {
  assert.ok(!(await bundled(["createAuth", "createClient"])).includes("no_grpc_web_proxy"));
  assert.ok((await bundled(["createClient", "diagnose"])).includes("no_grpc_web_proxy"));
});

test("a page that only calls has nothing of a session, and nothing that keeps registrations", async () => {
  const { atOnce } = await bundle({ contents: 'export { createClient } from "./dist/index.js";' });
  const [entry] = atOnce.values();
  assert.deepEqual([...atOnce.keys()], ["entry.js"]);
  // Of a sign-in, of the glue of the second wasm, of what tabs tell each other.
  for (const word of ["code_verifier", "keeperActions", "BroadcastChannel"]) {
    assert.ok(!entry.toString().includes(word), word);
  }
});

test("what a page needs at once is one file; what an error says of a wasm that did not come is another", async () => {
  const contents = 'export { createAuth, createClient, preload } from "./dist/index.js";';
  const { atOnce, later } = await bundle({ contents });
  const [entry] = atOnce.values();
  assert.deepEqual([...atOnce.keys()], ["entry.js"]);
  const words = "could not be fetched";
  assert.ok(!entry.toString().includes(words));
  const names = [...later.keys()].map((name) => name.replace(/-[\w-]{8}\.js$/, "")).sort();
  assert.deepEqual(names, ["consent", "data-url", "load-hints", "loaded-later"]);
  assert.ok([...later.values()].some((content) => content.includes(words)));
});
