// The wasm can't be loaded for a while: what is wanted meanwhile holds, also in the next page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { repeats } from "../repeats.mjs";
import { inBrowsers, keepIn, noted, pause, reload, request, stands, until, users, view } from "./stage.mjs";

const [number] = users;
const TTL_SECONDS = 60;

inBrowsers("a wasm that does not come", { ttlSeconds: TTL_SECONDS }, (stage, browser) => {
  /** Reloads a tab that keeps the number, while there is no wasm; it wants the same again. */
  const reloadWithoutWasm = async (tab) => {
    stage.wasmStatus = 503;
    await reload(tab);
    await tab.evaluate((given) => window.page.keep(given), request);
    await until("it has failed", async () => (await view(tab))[0]?.code === "network");
  };
  /** A tab whose number is registered and stored, and that has no wasm since its reload. */
  const withoutWasm = async (session = {}) => {
    await stage.begin(session);
    const tab = await stage.signedIn();
    await keepIn(tab);
    await reloadWithoutWasm(tab);
    return tab;
  };
  const stop = (tab, options) =>
    tab.evaluate((given) => {
      window.page.outcome = "pending";
      window.page.keeper.stop(given).then(
        () => (window.page.outcome = "stopped"),
        (error) => (window.page.outcome = error.code),
      );
    }, options);
  const outcome = (tab) => tab.evaluate(() => window.page.outcome);
  const resume = (tab) => tab.evaluate(() => window.page.resume());

  test("a keeper waits for it, and registers", async () => {
    const tab = await withoutWasm();
    stage.wasmStatus = undefined;
    await stands(tab, "registered");
    const [keeper] = await view(tab);
    assert.equal(keeper.code, undefined);
    assert.equal(stage.upserts(number).length, 1, "it was granted before the reload");
  });

  for (const status of [503, 404]) {
    test(`${status} for the JavaScript that keeps: it comes later, and the number is registered`, async () => {
      await stage.begin();
      const tab = await stage.signedIn();
      stage.laterStatus = status;
      await tab.evaluate((given) => window.page.keep(given), request);
      await until("it has failed", async () => (await view(tab))[0]?.code === "network");
      stage.laterStatus = undefined;
      await stands(tab, "registered");
      assert.equal(stage.upserts(number).length, 1);
    });
  }

  test("what was kept before comes when it can, although resumeKeepers failed", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    await stage.begin();
    const tab = await stage.signedIn();
    await keepIn(tab);
    stage.wasmStatus = 503;
    await reload(tab);
    const failed = await tab.evaluate(() => window.page.caught(window.page.resume()));
    assert.equal(failed.error, "network");
    stage.wasmStatus = undefined;
    await stands(tab, "registered");
  });

  for (const storage of ["local", "session"]) {
    test(`stop() holds: the next page does not keep it (${storage})`, {
      skip: repeats(browser === "firefox" || storage === "session"),
    }, async () => {
      const tab = await withoutWasm({ storage });
      await stop(tab, {});
      await until("it is stopped", async () => (await outcome(tab)) === "stopped");
      assert.deepEqual(await view(tab), []);
      await reload(tab);
      stage.wasmStatus = undefined;
      assert.equal(await resume(tab), 0);
      assert.ok(stage.registered(number), "it ends when its time is over");
      assert.equal(stage.calls(number).length, 1);
    });
  }

  test("stop({ delete: true }) waits, and deletes", { skip: repeats(browser === "firefox") }, async () => {
    const tab = await withoutWasm();
    await stop(tab, { delete: true });
    await pause(1500);
    assert.equal(await outcome(tab), "pending");
    assert.ok(stage.registered(number));
    stage.wasmStatus = undefined;
    await until("it is deleted", async () => (await outcome(tab)) === "stopped");
    assert.equal(stage.registered(number), undefined);
    await noted(tab, "stopped");
    await reload(tab);
    assert.equal(await resume(tab), 0);
  });

  test("stop({ delete: true }) holds: the next page deletes it", async () => {
    const tab = await withoutWasm();
    await stop(tab, { delete: true });
    await pause(1500);
    await reload(tab);
    stage.wasmStatus = undefined;
    await resume(tab);
    await until("it is deleted", () => !stage.registered(number));
    await pause(1500);
    assert.equal(stage.upserts(number).length, 1);
    await reload(tab);
    assert.equal(await resume(tab), 0);
  });

  test("stopped and wanted again: the next page keeps it", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    for (const options of [{}, { delete: true }]) {
      const tab = await withoutWasm();
      await stop(tab, options);
      await pause(1500);
      await tab.evaluate((given) => window.page.keep(given), request);
      await pause(500);
      await reload(tab);
      stage.wasmStatus = undefined;
      assert.equal(await resume(tab), 1);
      await stands(tab, "registered");
      assert.ok(stage.registered(number));
    }
  });

  test("an update and a refresh wait, and are made", { skip: repeats(browser === "firefox") }, async () => {
    const tab = await withoutWasm();
    const wanted = { ...request, routeType: "FORK" };
    await tab.evaluate((given) => {
      window.page.updated = window.page.keeper.update(given).then(() => "noted");
      window.page.refreshed = window.page.keeper.refresh().then(() => "noted");
    }, wanted);
    await pause(1000);
    stage.wasmStatus = undefined;
    assert.equal(await tab.evaluate(() => window.page.updated), "noted");
    assert.equal(await tab.evaluate(() => window.page.refreshed), "noted");
    await until("the core has it", () => stage.registered(number)?.routeType === "FORK");
    const [keeper] = await view(tab);
    assert.equal(keeper.request.routeType, "FORK");
  });

  test("close() while it waits: what waits rejects with why", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    const tab = await withoutWasm();
    await tab.evaluate(() => {
      const { keeper, client } = window.page;
      const code = (promise) =>
        promise.then(
          () => "done",
          (error) => error.code,
        );
      window.page.codes = Promise.all(
        [keeper.update(keeper.request), keeper.stop({ delete: true })].map(code),
      );
      client.close();
    });
    const codes = await tab.evaluate(() => window.page.codes);
    assert.ok(!codes.includes("done"), String(codes));
  });

  test("somebody else's registrations are left alone", { skip: repeats(browser === "firefox") }, async () => {
    const [, theirs] = users;
    await stage.begin();
    const tab = await stage.signedIn({ user: theirs });
    await keepIn(tab);
    await stage.signIn(tab, number, { prompt: "login" });
    await keepIn(tab);
    await reloadWithoutWasm(tab);
    await stop(tab, {});
    await until("it is stopped", async () => (await outcome(tab)) === "stopped");
    await reload(tab);
    stage.wasmStatus = undefined;
    assert.equal(await resume(tab), 0);
    await stage.signIn(tab, theirs, { prompt: "login" });
    assert.equal(await resume(tab), 1);
  });
});
