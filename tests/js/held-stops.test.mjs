// A stop in a page whose wasm is not there: the next page does not keep the number again, whatever keeps the session, and whatever
// else happens in that moment. Each case in a process of its own, with pages that follow each other.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { inProcess } from "./in-process.mjs";
import { bundle, scripted } from "./over-http.mjs";

let from;
before(async () => {
  from = await bundle();
});

const asUrl = (name) => JSON.stringify(new URL(name, import.meta.url).href);

/** Anna is signed in, and a page before this one has the number registered; `openNext()` opens this one. */
const scene = (storage) => `
  ${scripted}
  const { openPage } = await import(${asUrl("./page.mjs")});
  const { openDatabase } = await import(${asUrl("./database.mjs")});
  openPage("https://console.example/back");
  openDatabase();
  const { createPeople, adapterOf } = await import(${asUrl("./people.mjs")});
  const people = createPeople();
  const storage = ${storage};
  const beginPage = (copy) => {
    const auth = copy.createAuth(people.options({ storage, autoRefresh: false }));
    const client = copy.createClient({ baseUrl: "https://api.example.com", auth, retry: false });
    return { copy, auth, client };
  };
  const first = beginPage(sdk);
  await people.signIn(first.auth, "anna");
  const keeper = first.client.keepRegistered(request);
  if (keeper.state !== "registered") await event(keeper, "registered");
  first.client.close();
  let pages = 0;
  const openNext = async () => beginPage(await import(from + "?" + ++pages));
  const outcome = (promise) =>
    Promise.race([promise.then(() => "done", (error) => error.code ?? String(error)), soon(3000)]);
  /** A page whose wasm could not be had so far. */
  const withoutWasm = async (failures = 1) => {
    web.answers = Array.from({ length: failures }, () => status(503));
    const page = await openNext();
    page.keeper = page.client.keepRegistered(request);
    await failure(page.keeper);
    return page;
  };
  /** How many keepers the page after this one has. */
  const resumed = async () => {
    web.answers.length = 0;
    const { client } = await openNext();
    const { length } = await client.resumeKeepers();
    await soon(50);
    client.close();
    return length;
  };`;

/** Runs `script` there. The process ends when it has said what it found: clients that are not closed do not hold it up. */
const page = (storage, script) =>
  inProcess(
    `const from = ${JSON.stringify(from)};
    ${scene(storage)}
    const found = await (async () => { ${script} })();
    setTimeout(() => process.exit(), 100);
    return found;`,
    { from },
  );

for (const [name, storage] of [
  ["sessionStorage", `"session"`],
  ["an application's own", "adapterOf()"],
  [
    "an application's own, synchronous",
    "((all) => ({ get: (k) => all.get(k), set: (k, v) => void all.set(k, v), remove: (k) => void all.delete(k) }))(new Map())",
  ],
]) {
  test(`stop() holds with a session in ${name}`, async () => {
    const [stopped, next] = await page(
      storage,
      `const { keeper } = await withoutWasm(99);
      const stopped = await outcome(keeper.stop());
      return [stopped, await resumed()];`,
    );
    assert.deepEqual({ stopped, next }, { stopped: "done", next: 0 });
  });

  test(`stop({ delete: true }) is left for the next page (${name})`, async () => {
    const next = await page(
      storage,
      `const { keeper } = await withoutWasm(99);
      keeper.stop({ delete: true }).catch(() => {});
      await soon(200);
      return resumed();`,
    );
    assert.deepEqual(next, 0);
  });
}

test("a storage that does not answer holds nobody up", async () => {
  const stopped = await page(
    "adapterOf()",
    `const { client, keeper } = await withoutWasm(99);
    storage.get = () => new Promise(() => {});
    const stop = keeper.stop({ delete: true });
    client.close();
    return Promise.race([stop.then(() => "done", (error) => error.code), soon(8000)]);`,
  );
  assert.equal(stopped, "network");
});

// From one turn to the next the store is at another point.
for (const turns of [0, 1, 2, 3, 4, 5]) {
  test(`the wasm comes ${turns} turns after stop()`, async () => {
    const [stopped, next] = await page(
      `"session"`,
      `const { copy, client, keeper } = await withoutWasm();
      await copy.preload();
      const stop = keeper.stop();
      for (let turn = 0; turn < ${turns}; turn += 1) await new Promise(setImmediate);
      client.resumeKeepers();
      const stopped = await outcome(stop);
      await soon(200);
      client.close();
      return [stopped, await resumed()];`,
    );
    assert.deepEqual({ stopped, next }, { stopped: "done", next: 0 });
  });

  test(`the number is wanted again ${turns} turns after stop()`, async () => {
    const [next, states] = await page(
      `"session"`,
      `const { client, keeper } = await withoutWasm();
      keeper.stop();
      for (let turn = 0; turn < ${turns}; turn += 1) await new Promise(setImmediate);
      const again = client.keepRegistered(request);
      for (let tries = 0; again.state !== "registered" && tries < 100; tries += 1) await soon(100);
      const states = [keeper.state, again.state];
      client.close();
      return [await resumed(), states];`,
    );
    assert.deepEqual({ next, states }, { next: 1, states: ["stopped", "registered"] });
  });
}

test("stop() and close() in one turn, before the wasm is there", async () => {
  const [stopped, next] = await page(
    `"session"`,
    `const { client } = await openNext();
    const keeper = client.keepRegistered(request);
    const stop = keeper.stop();
    client.close();
    const stopped = await outcome(stop);
    return [stopped, await resumed()];`,
  );
  assert.deepEqual({ stopped, next }, { stopped: "done", next: 0 });
});

test("stop({ delete: true }) and close() in one turn are left for the next page", async () => {
  const [stopped, next] = await page(
    `"session"`,
    `const { client } = await openNext();
    const keeper = client.keepRegistered(request);
    const stop = keeper.stop({ delete: true });
    client.close();
    const stopped = await outcome(stop);
    return [stopped, await resumed()];`,
  );
  assert.deepEqual({ stopped, next }, { stopped: "cancelled", next: 0 });
});

test("numbers in full-width digits are told apart: the stop of one holds while another is wanted", async () => {
  const [stopped, next] = await page(
    `"session"`,
    `web.answers = Array.from({ length: 99 }, () => status(503));
    const { client } = await openNext();
    const wide = (number) => number.replace(/[0-9+]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));
    const keep = (number) => client.keepRegistered({ ...request, phoneNumber: wide(number) });
    const keeper = keep(request.phoneNumber);
    keep("+4799900077");
    await failure(keeper);
    const stopped = await outcome(keeper.stop());
    return [stopped, await resumed()];`,
  );
  assert.deepEqual({ stopped, next }, { stopped: "done", next: 0 });
});
