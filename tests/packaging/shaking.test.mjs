// Who does not import a part of the package does not carry it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { build, stop } from "esbuild";
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
