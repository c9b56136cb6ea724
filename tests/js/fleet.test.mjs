// Fleets: many requests, a few at a time, each with exactly one result.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidRequestError, RegistrationRejectedError, RpcError } from "../../dist/index.js";
import {
  assertAccounted,
  core,
  drain,
  never,
  numberOf,
  ok,
  rejected,
  reply,
  requestOf,
  requests,
  source,
  statuses,
  turns,
} from "./fleet.mjs";

describe("a fleet", () => {
  test("has one result for each request, with a copy of the request", async () => {
    const all = requests(50);
    const { client, seen } = core();
    const { results, thrown } = await drain(client.upsertRegistrations(all));
    assert.equal(thrown, undefined);
    assertAccounted(results, 50);
    for (const { index, request, status, response } of results) {
      assert.deepEqual(request, all[index]);
      assert.equal(status, "ok");
      assert.equal(response.timeToLiveSeconds, 300);
    }
    assert.equal(seen.numbers.length, 50);
  });

  test("deletes too", async () => {
    const paths = [];
    const fetch = async (url) => {
      paths.push(new URL(url).pathname.split("/").at(-1));
      return reply([8, 1]);
    };
    const { client } = core(ok, { fetch });
    const { results } = await drain(
      client.deleteRegistrations([{ sipUri: "sips:pbx.example.com", phoneNumber: numberOf(1) }, {}]),
    );
    assert.deepEqual(paths, ["DeleteRegistration"]);
    assert.deepEqual(statuses(results), { ok: 1, failed: 1 });
    const { response } = results.find(({ status }) => status === "ok");
    assert.deepEqual(response, { status: "OK" });
  });

  test("takes arrays, sets, generators and streams", async () => {
    const { client } = core();
    const all = requests(3);
    const sources = [
      all,
      new Set(all),
      all.values(),
      (async function* () {
        yield* all;
      })(),
      ReadableStream.from(all),
      [],
    ];
    for (const each of sources) {
      const { results, thrown } = await drain(client.upsertRegistrations(each));
      assert.equal(thrown, undefined);
      assert.deepEqual(statuses(results), Array.isArray(each) && each.length === 0 ? {} : { ok: 3 });
    }
  });

  test("does nothing before the first result is asked for", async () => {
    const { asked, generator } = source(requests(3));
    const { client, seen } = core();
    const fleet = client.upsertRegistrations(generator);
    await sleep(20);
    assert.deepEqual([asked.count, seen.numbers.length], [0, 0]);
    await fleet[Symbol.asyncIterator]().return();
    assert.equal(asked.isClosed, false);
  });

  test("has at most `concurrency` calls under way, and as many", async () => {
    for (const concurrency of [1, 3, undefined, 100]) {
      // The first ones wait for each other.
      let release;
      const together = new Promise((resolve) => {
        release = resolve;
      });
      const { client, seen } = core(async () => {
        if (seen.underWay === (concurrency ?? 8)) release();
        await together;
        await turns(2);
        return ok();
      });
      const { results } = await drain(client.upsertRegistrations(requests(250), { concurrency }));
      assert.deepEqual(statuses(results), { ok: 250 });
      assert.equal(seen.most, concurrency ?? 8);
    }
  });

  test("gives results in the order in which they come", async () => {
    const answers = [];
    const { client } = core(() => new Promise((resolve) => answers.push(() => resolve(ok()))));
    const order = [1, 2, 0];
    const draining = drain(client.upsertRegistrations(requests(3)));
    while (answers.length < 3) await turns(1);
    for (const index of order) {
      answers[index]();
      await turns();
    }
    const { results } = await draining;
    assert.deepEqual(
      results.map(({ index }) => index),
      order,
    );
  });

  test("takes nothing while nobody reads", async () => {
    const { asked, generator } = source(requests(100));
    const { client, seen } = core();
    const iterator = client.upsertRegistrations(generator, { concurrency: 4 })[Symbol.asyncIterator]();
    await iterator.next();
    await turns();
    assert.deepEqual([asked.count, seen.numbers.length], [4, 4]);
    await iterator.next();
    await turns();
    assert.deepEqual([asked.count, seen.numbers.length], [5, 5]);
    await iterator.return();
    assert.equal(asked.isClosed, true);
  });

  test("one that fails does not stop the others", async () => {
    const all = requests(9);
    all[2] = { ...all[2], routeType: "BOTH" };
    all[4] = null;
    all[6] = Object.defineProperty({}, "phoneNumber", {
      get() {
        throw new Error("unreadable");
      },
    });
    const answers = { [numberOf(0)]: () => reply(undefined, 7), [numberOf(1)]: rejected };
    const { client, seen } = core((number) => (answers[number] ?? ok)());
    const { results, thrown } = await drain(client.upsertRegistrations(all));
    assert.equal(thrown, undefined);
    assertAccounted(results, 9);
    const errors = [];
    for (const { index, status, error } of results) if (status === "failed") errors[index] = error;
    assert.ok(errors[0] instanceof RpcError && errors[0].code === "permission_denied");
    assert.ok(errors[1] instanceof RegistrationRejectedError);
    for (const index of [2, 4, 6]) assert.ok(errors[index] instanceof InvalidRequestError);
    assert.deepEqual(statuses(results), { ok: 4, failed: 5 });
    assert.equal(seen.numbers.length, 6);
  });

  test("makes calls again as the policy says", async () => {
    const { client, seen } = core((_, call) => (call < 3 ? reply(undefined, 14) : ok()));
    const retry = { maxAttempts: 3, initialDelayMs: 1 };
    const { results } = await drain(client.upsertRegistrations(requests(3), { retry, concurrency: 3 }));
    assert.deepEqual(statuses(results), { ok: 3 });
    assert.equal(seen.numbers.length, 6);
  });

  test("sends its headers, and keeps its deadline, with each call", async () => {
    const seen = [];
    const fetch = (_, { headers }) => {
      seen.push(new Headers(headers).get("x-trace"));
      return never();
    };
    const { client } = core(ok, { fetch });
    const { results } = await drain(
      client.upsertRegistrations(requests(2), { headers: { "x-trace": "1" }, timeoutMs: 30 }),
    );
    assert.deepEqual(seen, ["1", "1"]);
    for (const { error } of results) assert.equal(error.code, "deadline_exceeded");
  });

  test("of many calls leaves no listeners, and warns of none", async () => {
    const warnings = [];
    const onWarning = (warning) => warnings.push(warning);
    process.on("warning", onWarning);
    let listeners = 0;
    const { signal } = new AbortController();
    for (const [method, change] of [
      ["addEventListener", 1],
      ["removeEventListener", -1],
    ]) {
      const original = signal[method];
      signal[method] = function (...given) {
        listeners += change;
        return original.apply(this, given);
      };
    }
    const { client } = core();
    await drain(client.upsertRegistrations(requests(300), { concurrency: 100, signal }));
    await turns();
    process.off("warning", onWarning);
    assert.deepEqual(warnings, []);
    assert.equal(listeners, 0);
  });
});

describe("the rate", () => {
  test("is even, and no more than asked for", async () => {
    const { client, seen } = core();
    await drain(client.upsertRegistrations(requests(12), { maxPerSecond: 50 }));
    const gaps = seen.times.slice(1).map((time, index) => time - seen.times[index]);
    // 20 ms each, of which a late timer may take 5.
    for (const gap of gaps) assert.ok(gap > 5, `${gaps}`);
    const whole = seen.times.at(-1) - seen.times[0];
    assert.ok(whole > 210, `${whole} ms`);
    assert.ok(whole < 3000, `${whole} ms`);
  });

  test("does not make up for a source that was slow", async () => {
    const { client, seen } = core();
    async function* slow() {
      for (let index = 0; index < 8; index += 1) {
        if (index === 3) await sleep(150);
        yield requestOf(index);
      }
    }
    await drain(client.upsertRegistrations(slow(), { maxPerSecond: 50 }));
    const gaps = seen.times.slice(1).map((time, index) => time - seen.times[index]);
    // A busy machine sends one late, and then the next seems early; but never several.
    for (const gap of gaps) assert.ok(gap > 5, `${gaps}`);
    assert.ok(gaps.slice(3).reduce((sum, gap) => sum + gap) > 4 * 20 - 15, `${gaps}`);
  });

  test("that is very low waits, and can be aborted meanwhile", async () => {
    const { client, seen } = core();
    const controller = new AbortController();
    const { asked, generator } = source(requests(5));
    const { results, thrown } = await drain(
      client.upsertRegistrations(generator, { maxPerSecond: 1e-9, signal: controller.signal }),
      () => void setTimeout(() => controller.abort(), 50),
    );
    assert.equal(thrown.code, "cancelled");
    assert.deepEqual([seen.numbers.length, asked.count], [1, 2]);
    assert.deepEqual(statuses(results), { ok: 1, notSent: 1 });
  });

  test("without one no timer is made for an item", async () => {
    const { client } = core();
    const countTimers = async (work) => {
      const { setTimeout: original } = globalThis;
      let count = 0;
      globalThis.setTimeout = (...given) => {
        count += 1;
        return original(...given);
      };
      await work();
      globalThis.setTimeout = original;
      return count;
    };
    const all = requests(200);
    await client.upsertRegistration(all[0]);
    const alone = await countTimers(async () => {
      for (const request of all) await client.upsertRegistration(request);
    });
    const together = await countTimers(() => drain(client.upsertRegistrations(all)));
    // Calls that wait for the same token have one timer for it.
    assert.ok(together <= alone + 5, `${together} instead of ${alone}`);
  });
});

describe("a number twice", () => {
  test("is called once at a time, in order, and none is lost", async () => {
    const bodies = [];
    const running = new Set();
    const fetch = async (_, { body }) => {
      const text = new TextDecoder().decode(body);
      const number = /\+\d+/.exec(text)[0];
      assert.ok(!running.has(number), "overlaps");
      running.add(number);
      bodies.push([number, /pbx\d+/.exec(text)[0]]);
      await sleep(Math.random() * 6);
      running.delete(number);
      return ok();
    };
    const { client } = core(ok, { fetch });
    const written = ["+47 9900 0001", "+4799000001", "+47-99(00)0001", "+4799000002", "+4799000003"];
    const all = Array.from({ length: 120 }, (_, index) => ({
      sipUri: `sips:pbx${index}.example.com`,
      routeType: "LOOP",
      phoneNumber: written[Math.floor(Math.random() * written.length)],
    }));
    const { results, thrown } = await drain(client.upsertRegistrations(all, { concurrency: 10 }));
    assert.equal(thrown, undefined);
    assert.deepEqual(statuses(results), { ok: 120 });
    for (const number of ["+4799000001", "+4799000002", "+4799000003"]) {
      const sent = bodies.filter(([one]) => one === number).map(([, pbx]) => Number(pbx.slice(3)));
      assert.deepEqual(
        sent,
        sent.toSorted((a, b) => a - b),
      );
    }
  });

  test("in two fleets at once: one waits for the other, and none is superseded", async () => {
    const { client, seen } = core(async () => {
      await sleep(Math.random() * 4);
      return ok();
    });
    const both = await Promise.all(
      [1, 2].map(() => drain(client.upsertRegistrations(requests(60), { concurrency: 5 }))),
    );
    for (const { results } of both) assert.deepEqual(statuses(results), { ok: 60 });
    assert.equal(seen.numbers.length, 120);
  });

  test("or none at all, which is the same one", async () => {
    const { client, seen } = core(async () => {
      await sleep(2);
      return ok();
    });
    const own = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };
    const { results } = await drain(client.upsertRegistrations([own, own, own, own, own]));
    assert.deepEqual(statuses(results), { ok: 5 });
    assert.equal(seen.most, 1);
  });
});
