// How a fleet ends before its requests do: aborted, left, by a source that throws, without a session.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { AuthError, createAuth, createClient, isSdkError, RpcError } from "../../dist/index.js";
import {
  assertAccounted,
  core,
  drain,
  never,
  numberOf,
  ok,
  reply,
  requestOf,
  requests,
  source,
  statuses,
  turns,
} from "./fleet.mjs";
import { openPage } from "./page.mjs";
import * as session from "./session.mjs";

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
  for (const error of ["invalid_grant", "token_inactive", "consent_required"]) {
    test(`the core refuses the token and the provider says ${error}: nothing more is taken`, async () => {
      openPage("https://console.example/back");
      const refreshes = [session.reply(400, { error })];
      const { auth } = await session.signedIn({ lifeSeconds: 300, storage: session.adapter(), refreshes });
      const { asked, generator } = source(requests(1000));
      const fetch = async () => reply(undefined, 16);
      const client = createClient({ baseUrl: "https://api.example.com", auth, fetch });
      const { results, thrown } = await drain(client.upsertRegistrations(generator));
      assert.equal(thrown.kind, "auth");
      assert.ok(asked.count <= 9, `${asked.count}`);
      assertAccounted(results, asked.count);
    });
  }

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
