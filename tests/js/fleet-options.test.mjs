// What a fleet is told and tells: options, progress, and requests of which none is valid.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, InvalidRequestError } from "../../dist/index.js";
import { core, drain, ok, requestOf, requests, source, statuses } from "./fleet.mjs";

describe("progress", () => {
  test("is told at most ten times a second, and at the end", async () => {
    const told = [];
    const { client } = core(async () => {
      await sleep(5);
      return ok();
    });
    const started = performance.now();
    await drain(
      client.upsertRegistrations(requests(500), {
        onProgress: (progress) => told.push({ ...progress, at: performance.now() }),
      }),
    );
    const seconds = (performance.now() - started) / 1000;
    assert.ok(told.length >= 3 && told.length <= seconds * 10 + 1, `${told.length} in ${seconds} s`);
    for (const { taken, ok, failed, unknown, notSent, isDone, at } of told.slice(0, -1)) {
      assert.equal(isDone, false, `${at}`);
      assert.ok(ok <= taken && failed + unknown + notSent === 0);
    }
    const { at, ...last } = told.at(-1);
    assert.deepEqual(last, { taken: 500, ok: 500, failed: 0, unknown: 0, notSent: 0, isDone: true });
  });

  test("that throws, or rejects, disturbs nothing", async () => {
    const { client } = core();
    for (const onProgress of [
      () => {
        throw new Error("the page's own");
      },
      async () => {
        throw new Error("the page's own");
      },
    ]) {
      const { results, thrown } = await drain(client.upsertRegistrations(requests(20), { onProgress }));
      assert.equal(thrown, undefined);
      assert.deepEqual(statuses(results), { ok: 20 });
    }
  });
});

describe("what is wrong with the options", () => {
  test("is said at once, all of it, before anything is taken", async () => {
    const { asked, generator } = source(requests(3));
    const { client } = core();
    const wrong = {
      concurrency: 0,
      maxPerSecond: -1,
      onProgress: "yes",
      signal: 5,
      timeoutMs: "long",
      headers: 7,
      retry: { tries: 3 },
      fetch: () => {},
      concurency: 8,
    };
    for (const work of ["upsertRegistrations", "deleteRegistrations"]) {
      const { results, thrown } = await drain(client[work](generator, wrong));
      assert.ok(thrown instanceof InvalidRequestError);
      assert.deepEqual(
        thrown.problems.map(({ field }) => field).sort(),
        [
          "concurency",
          "concurrency",
          "fetch",
          "headers",
          "maxPerSecond",
          "onProgress",
          "retry.tries",
          "signal",
          "timeoutMs",
        ],
        thrown.message,
      );
      assert.deepEqual([results.length, asked.count], [0, 0]);
    }
  });

  test("in every odd form", async () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const { client } = core();
    for (const options of [
      5,
      "x",
      [],
      () => {},
      revoked.proxy,
      { concurrency: 1.5 },
      { concurrency: 101 },
      { concurrency: "8" },
      { concurrency: Number.NaN },
      { maxPerSecond: 0 },
      { maxPerSecond: Number.NaN },
      { maxPerSecond: "fast" },
      Object.defineProperty({}, "signal", {
        enumerable: true,
        get() {
          throw new Error("unreadable");
        },
      }),
    ]) {
      const { thrown } = await drain(client.upsertRegistrations(requests(1), options));
      assert.ok(thrown instanceof InvalidRequestError, `${typeof options}: ${thrown}`);
    }
    for (const source of [undefined, null, 5, {}, revoked.proxy, Promise.resolve([])]) {
      const { thrown } = await drain(client.upsertRegistrations(source));
      assert.ok(thrown instanceof InvalidRequestError, String(thrown));
      assert.equal(thrown.problems[0].field, "requests");
    }
    for (const options of [
      undefined,
      null,
      {},
      { concurrency: null, signal: undefined },
      { maxPerSecond: Infinity },
    ]) {
      const { thrown } = await drain(client.upsertRegistrations(requests(1), options));
      assert.equal(thrown, undefined);
    }
  });

  test("of the client is said in the same way", async () => {
    const client = createClient({ baseUrl: "http://api.example.com", accessToken: () => "t" });
    const { thrown } = await drain(client.upsertRegistrations(requests(1)));
    assert.ok(thrown instanceof InvalidRequestError);
    assert.deepEqual(
      thrown.problems.map(({ field }) => field),
      ["baseUrl"],
    );
  });
});

test("10,000 requests of which none is valid leave room for others", async () => {
  const { client } = core();
  function* invalid() {
    for (let index = 0; index < 10_000; index += 1) yield { ...requestOf(index), sipUri: "sip:no" };
  }
  await drain(client.upsertRegistrations(requests(1)));
  let room = 0;
  let isOver = false;
  const watch = () => {
    room += 1;
    if (!isOver) setImmediate(watch);
  };
  setImmediate(watch);
  let failed = 0;
  for await (const { status } of client.upsertRegistrations(invalid())) if (status === "failed") failed += 1;
  isOver = true;
  assert.equal(failed, 10_000);
  assert.ok(room >= 10, `${room} turns for others`);
});
