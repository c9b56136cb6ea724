// Fleets: many requests, a few at a time, each with exactly one result, however it ends.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AuthError,
  createAuth,
  createClient,
  InvalidRequestError,
  isSdkError,
  RegistrationRejectedError,
  RpcError,
} from "../../dist/index.js";

function frame(flags, bytes) {
  const head = new DataView(new ArrayBuffer(5));
  head.setUint8(0, flags);
  head.setUint32(1, bytes.length);
  return [...new Uint8Array(head.buffer), ...bytes];
}

function reply(message, status = 0) {
  const trailers = new TextEncoder().encode(`grpc-status: ${status}\r\n`);
  const body = new Uint8Array([...(message ? frame(0, message) : []), ...frame(0x80, trailers)]);
  return new Response(body, { headers: { "content-type": "application/grpc-web+proto" } });
}

const ok = () => reply([8, 1, 26, 3, 8, 0xac, 2]); // status OK, 300 s
const rejected = () => reply([8, 2, 18, 2, 110, 111]);

const numberOf = (index) => `+4799${String(index).padStart(6, "0")}`;
const requestOf = (index) => ({
  sipUri: "sips:pbx.example.com",
  routeType: "LOOP",
  phoneNumber: numberOf(index),
});
const requests = (count) => Array.from({ length: count }, (_, index) => requestOf(index));

/** A core that notes what it is sent. `answer` gets the number and which call it is, and may wait. */
function core(answer = ok, options) {
  const seen = { numbers: [], times: [], underWay: 0, most: 0, signals: [] };
  const client = createClient({
    baseUrl: "https://api.example.com",
    accessToken: () => "a-token",
    retry: false,
    fetch: async (_, { body, signal }) => {
      const number = /\+\d+/.exec(new TextDecoder().decode(body))?.[0];
      seen.times.push(performance.now());
      seen.signals.push(signal);
      seen.underWay += 1;
      seen.most = Math.max(seen.most, seen.underWay);
      try {
        return await answer(number, seen.numbers.push(number) - 1);
      } finally {
        seen.underWay -= 1;
      }
    },
    ...options,
  });
  return { client, seen };
}

/** A generator that says how far it was asked, and whether it was closed. */
function source(items) {
  const asked = { count: 0, isClosed: false };
  function* generate() {
    try {
      for (const item of items) {
        asked.count += 1;
        yield item;
      }
    } finally {
      asked.isClosed = true;
    }
  }
  return { asked, generator: generate() };
}

/** All results, and what the iteration threw. */
async function drain(iterable, onResult = () => {}) {
  const results = [];
  try {
    for await (const result of iterable) {
      results.push(result);
      await onResult(result, results.length);
    }
  } catch (thrown) {
    return { results, thrown };
  }
  return { results, thrown: undefined };
}

function statuses(results) {
  const counts = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** One result for each that was taken. */
function assertAccounted(results, taken) {
  const indexes = results.map(({ index }) => index).sort((a, b) => a - b);
  assert.deepEqual(
    indexes,
    Array.from({ length: taken }, (_, index) => index),
  );
}

const never = () => new Promise(() => {});
const turns = async (count = 20) => {
  for (let i = 0; i < count; i += 1) await new Promise(setImmediate);
};

describe("a fleet", () => {
  test("has one result for each request, with the request itself", async () => {
    const all = requests(50);
    const { client, seen } = core();
    const { results, thrown } = await drain(client.upsertRegistrations(all));
    assert.equal(thrown, undefined);
    assertAccounted(results, 50);
    for (const { index, request, status, response } of results) {
      assert.equal(request, all[index]);
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

describe("aborted in the middle", () => {
  /** Aborts at the `at`th result. */
  async function abortedAt(at, { concurrency = 8, answer, count = 200, close = false } = {}) {
    const all = requests(count);
    const { asked, generator } = source(all);
    const { client, seen } = core(
      answer ??
        (async () => {
          await sleep(Math.random() * 4);
          return ok();
        }),
    );
    const controller = new AbortController();
    const reason = new Error("the person went away");
    const told = [];
    const fleet = client.upsertRegistrations(generator, {
      concurrency,
      signal: controller.signal,
      onProgress: (progress) => told.push(progress),
    });
    const { results, thrown } = await drain(fleet, (_, number) => {
      if (number !== at) return;
      if (close) client.close();
      else controller.abort(reason);
    });
    return { all, asked, generator, seen, results, thrown, reason, told, client };
  }

  for (const close of [false, true]) {
    test(`by ${close ? "close()" : "the signal"}, all is accounted for and the source stays open`, async () => {
      for (const at of [1, 7, 50, 99]) {
        const { asked, results, thrown, reason, seen, told } = await abortedAt(at, { close });
        assert.ok(thrown instanceof RpcError && isSdkError(thrown));
        assert.deepEqual([thrown.code, thrown.kind], ["cancelled", "aborted"]);
        if (!close) assert.equal(thrown.cause, reason);
        assert.equal(asked.isClosed, false);
        assertAccounted(results, asked.count);
        const counts = statuses(results);
        assert.ok(counts.ok >= at, JSON.stringify(counts));
        // Nothing is taken any more.
        assert.ok(asked.count <= at + 8, `${asked.count} after ${at}`);
        assert.ok(seen.numbers.length <= asked.count);
        const last = told.at(-1);
        assert.equal(last.isDone, true);
        assert.equal(last.taken, asked.count);
        for (const status of ["ok", "unknown", "notSent"]) assert.equal(last[status], counts[status] ?? 0);
      }
    });
  }

  test("what was sent is unknown, with the reason", async () => {
    const { results, thrown, reason, seen } = await abortedAt(3, {
      answer: (_, call) => (call < 3 ? ok() : never()),
    });
    // One may not have got as far as being sent.
    const { ok: good, unknown, notSent = 0 } = statuses(results);
    assert.deepEqual([good, unknown], [3, seen.numbers.length - 3]);
    assert.ok(notSent <= 1);
    const { error } = results.find(({ status }) => status === "unknown");
    assert.ok(error instanceof RpcError);
    assert.deepEqual([error.code, error.cause, thrown.cause], ["cancelled", reason, reason]);
    for (const signal of seen.signals.slice(3)) assert.ok(signal.aborted);
  });

  test("what waits to be made again is unknown, too", async () => {
    const controller = new AbortController();
    const { client, seen } = core((_, call) => {
      if (call === 2) setTimeout(() => controller.abort(), 50);
      return reply(undefined, 14);
    });
    const retry = { initialDelayMs: 10_000 };
    const { results } = await drain(
      client.upsertRegistrations(requests(3), { retry, signal: controller.signal }),
    );
    assert.equal(seen.numbers.length, 3);
    assert.deepEqual(statuses(results), { unknown: 3 });
  });

  test("what waits for a token was not sent", async () => {
    const controller = new AbortController();
    // A token is waited for to the end, whoever wanted it.
    const accessToken = () => sleep(400).then(() => "late");
    const { client, seen } = core(ok, { accessToken });
    setTimeout(() => controller.abort(), 150);
    const { results } = await drain(client.upsertRegistrations(requests(30), { signal: controller.signal }));
    assert.equal(seen.numbers.length, 0);
    assert.deepEqual(statuses(results), { notSent: 8 });
  });

  test("the same generator goes on where it was left", async () => {
    const { all, generator, results, asked } = await abortedAt(61);
    const { client, seen } = core();
    const undone = results.filter(({ status }) => status !== "ok").map(({ request }) => request);
    function* again() {
      yield* undone;
      yield* generator;
    }
    const { results: rest, thrown } = await drain(client.upsertRegistrations(again()));
    assert.equal(thrown, undefined);
    assert.equal(asked.isClosed, true);
    const done = new Set();
    for (const { status, request } of [...results, ...rest]) if (status === "ok") done.add(request);
    assert.equal(done.size, all.length);
    assert.equal(seen.numbers.length, all.length - results.length + undone.length);
  });

  test("before it began, takes nothing", async () => {
    const { asked, generator } = source(requests(3));
    const { client } = core();
    const signal = AbortSignal.abort();
    const { results, thrown } = await drain(client.upsertRegistrations(generator, { signal }));
    assert.deepEqual([results.length, asked.count, thrown.code], [0, 0, "cancelled"]);
    client.close();
    const closed = await drain(client.upsertRegistrations(generator));
    assert.deepEqual([closed.results.length, asked.count, closed.thrown.code], [0, 0, "cancelled"]);
  });

  test("after all is done, changes nothing", async () => {
    const { client } = core();
    const controller = new AbortController();
    const fleet = client.upsertRegistrations(requests(3), { signal: controller.signal });
    const { results, thrown } = await drain(fleet, async (_, number) => {
      await turns();
      if (number === 2) controller.abort();
    });
    assert.equal(thrown, undefined);
    assert.deepEqual(statuses(results), { ok: 3 });
  });

  test("while the source is asked, waits for its answer", async () => {
    const controller = new AbortController();
    const { client, seen } = core();
    let asked = 0;
    async function* slow() {
      for (;;) {
        if (asked === 2) setTimeout(() => controller.abort(), 20);
        await sleep(asked === 2 ? 60 : 0);
        yield requestOf(asked++);
      }
    }
    const { results } = await drain(client.upsertRegistrations(slow(), { signal: controller.signal }));
    assertAccounted(results, asked);
    assert.deepEqual(statuses(results), { ok: 2, notSent: 1 });
    assert.equal(seen.numbers.length, 2);
  });

  test("while the source hangs, ends; what it has later is the next fleet's", async () => {
    const controller = new AbortController();
    const { client } = core();
    let answer;
    async function* hanging() {
      yield requestOf(0);
      yield await new Promise((resolve) => {
        answer = () => resolve(requestOf(1));
      });
      yield requestOf(2);
    }
    const generator = hanging();
    const first = await drain(
      client.upsertRegistrations(generator, { signal: controller.signal }),
      () => void setTimeout(() => controller.abort(), 20),
    );
    assert.deepEqual([statuses(first.results), first.thrown.code], [{ ok: 1 }, "cancelled"]);
    answer();
    const { results, thrown } = await drain(client.upsertRegistrations(generator));
    assert.equal(thrown, undefined);
    assert.deepEqual(
      results.map(({ request }) => request.phoneNumber),
      [numberOf(1), numberOf(2)],
    );
  });
});

describe("left early", () => {
  test("the source is closed, calls under way are ended, nothing more is sent", async () => {
    const { asked, generator } = source(requests(100));
    const { client, seen } = core((_, call) => (call < 3 ? ok() : never()));
    const told = [];
    for await (const { index } of client.upsertRegistrations(generator, {
      onProgress: (progress) => told.push(progress),
    })) {
      if (index === 2) break;
    }
    assert.equal(asked.isClosed, true);
    assert.equal(seen.underWay, seen.numbers.length - 3);
    for (const signal of seen.signals.slice(3)) assert.ok(signal.aborted);
    const sent = seen.numbers.length;
    await turns();
    assert.equal(seen.numbers.length, sent);
    const { isDone, taken, ok: good, unknown, notSent } = told.at(-1);
    assert.deepEqual([isDone, taken, good + unknown + notSent], [true, asked.count, asked.count]);
  });

  test("by an error of the loop, as well; the error is the loop's", async () => {
    const { asked, generator } = source(requests(10));
    const { client } = core();
    const { thrown } = await drain(client.upsertRegistrations(generator), () => {
      throw new Error("the page's own");
    });
    assert.deepEqual([thrown.message, asked.isClosed], ["the page's own", true]);
  });

  test("while the source hangs, does not wait for it", async () => {
    const { client } = core();
    async function* hanging() {
      yield requestOf(0);
      await never();
    }
    for await (const { status } of client.upsertRegistrations(hanging())) {
      assert.equal(status, "ok");
      break;
    }
  });
});

test("a source that throws: what is under way is finished, then its error is thrown", async () => {
  const thrownBySource = new Error("the cursor is gone");
  function* breaking() {
    for (let index = 0; index < 5; index += 1) yield requestOf(index);
    throw thrownBySource;
  }
  const { client } = core(async () => {
    await sleep(10);
    return ok();
  });
  const { results, thrown } = await drain(client.upsertRegistrations(breaking()));
  assert.equal(thrown, thrownBySource);
  assert.deepEqual(statuses(results), { ok: 5 });
  for (const odd of [
    { [Symbol.iterator]: () => ({}) },
    {
      [Symbol.asyncIterator]() {
        throw thrownBySource;
      },
    },
  ]) {
    const ended = await drain(client.upsertRegistrations(odd), () => assert.fail("a result"));
    assert.ok(ended.thrown === thrownBySource || ended.thrown instanceof TypeError, `${ended.thrown}`);
  }
});

describe("without a session", () => {
  test("nothing more is taken, and the iteration throws the AuthError", async () => {
    const auth = createAuth({
      clientId: "c",
      redirectUri: "https://console.example/",
      issuer: "https://id.example.com",
    });
    const { asked, generator } = source(requests(1000));
    const client = createClient({ baseUrl: "https://api.example.com", auth });
    const { results, thrown } = await drain(client.upsertRegistrations(generator));
    assert.ok(thrown instanceof AuthError);
    assert.equal(thrown.code, "sign_in_required");
    assert.equal(asked.isClosed, false);
    assert.ok(asked.count <= 9, `${asked.count}`);
    assertAccounted(results, asked.count);
    for (const { status, error } of results) {
      assert.ok(status === "notSent" || error.code === "sign_in_required", status);
    }
  });

  test("that the core takes, neither; calls under way are finished", async () => {
    const { asked, generator } = source(requests(1000));
    const { client, seen } = core(async (_, call) => {
      await sleep(call % 5);
      return call === 20 || call > 28 ? reply(undefined, 16) : ok();
    });
    const { results, thrown } = await drain(client.upsertRegistrations(generator));
    assert.deepEqual([thrown.code, thrown.kind], ["unauthenticated", "auth"]);
    assertAccounted(results, asked.count);
    assert.ok(asked.count < 50 && seen.signals.every(({ aborted }) => !aborted), `${asked.count}`);
  });

  test("a token that does not come is one request's failure", async () => {
    let calls = 0;
    const accessToken = () => {
      calls += 1;
      if (calls % 10 === 0) throw new Error("the back end is down");
      return "a-token";
    };
    const { client } = core(ok, { accessToken });
    const { results, thrown } = await drain(client.upsertRegistrations(requests(50)));
    assert.equal(thrown, undefined);
    const { ok: good, failed } = statuses(results);
    assert.ok(failed >= 1 && failed < 25 && good + failed === 50, `${failed} failed`);
    for (const { error } of results) assert.ok(!error || error.code === "token_supplier_failed");
  });
});

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
    const client = createClient({ baseUrl: "nowhere", accessToken: () => "t" });
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
