// `useSyncExternalStore` of React itself on `client.keepers` and every property of a keeper: it renders for ever, and gives up,
// when what it reads is another object each time.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { root } from "../../scripts/paths.mjs";
import { KeeperStage, request, stands, until, users } from "./stage.mjs";

const [number] = users;
let stage;
let view;
before(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(root, "tests/keeper/react-view.mjs")],
    bundle: true,
    write: false,
    // React's development build, which says what is wrong.
    define: { "process.env.NODE_ENV": '"development"' },
  });
  view = outputFiles[0].text;
  stage = await KeeperStage.open("chromium", { ttlSeconds: 6 });
});
after(() => stage?.close());

test("React shows keepers from the first render to the last, and renders as often as something changes", async () => {
  await stage.begin({}, { client: { retry: false } });
  const tab = await stage.signedIn();
  await tab.addScriptTag({ content: view });
  await tab.evaluate((given) => {
    window.page.keep(given);
    window.mountView(window.page.client);
  }, request);
  const shown = (what, is) =>
    until(what, async () => {
      const { errors, shown } = await tab.evaluate(() => JSON.parse(JSON.stringify(window.view)));
      assert.deepEqual(errors, []);
      return shown && is(shown);
    });
  await stands(tab, "registered");
  await shown(
    "registered",
    ({ state, expiresAt, inEffect }) => state === "registered" && expiresAt && inEffect,
  );
  await until("it is refreshed", () => stage.upserts(number).length >= 2, 12_000);
  stage.sandbox.arm({ on: "core", grpcStatus: 14, times: "always" });
  await tab.evaluate((given) => window.page.keeper.update(given), { ...request, routeType: "FORK" });
  await shown(
    "wish and fact",
    ({ request: wanted, inEffect }) => wanted.routeType === "FORK" && inEffect?.routeType === "LOOP",
  );
  await shown("lapsed", ({ state, inEffect }) => state === "lapsed" && inEffect === undefined);
  stage.sandbox.disarm();
  await shown("registered again", ({ inEffect }) => inEffect?.routeType === "FORK");
  await tab.evaluate(() => window.page.keeper.stop({ delete: true }));
  await until("the list is empty", () =>
    tab.evaluate(() => document.querySelector("#keepers").children.length === 0),
  );
  const { renders, errors } = await tab.evaluate(() => JSON.parse(JSON.stringify(window.view)));
  assert.deepEqual(errors, []);
  assert.ok(renders < 200, `${renders} renders`);
});
