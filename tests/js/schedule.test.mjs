// `sipbreakout-web/schedule`: what a server is told of one registration, and what it makes of answers.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { begin, deleted, deletionDesired, desired, failed, next, registered } from "sipbreakout-web/schedule";
import { createClient, InvalidRequestError } from "../../dist/index.js";

const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const timeToLiveMs = HOUR_MS;

const begun = (registration, nowMs) => begin(registration, nowMs);
const granted = (nowMs = NOW_MS, random = 0.5) =>
  registered(begun(desired(), nowMs), nowMs, { timeToLiveMs }, random);
const passing = { code: "unavailable", kind: "network" };

describe("a registration", () => {
  test("is registered, refreshed, at risk, and lapsed", () => {
    const fresh = desired();
    assert.deepEqual(next(fresh, NOW_MS), {
      state: "registering",
      expiresAtMs: undefined,
      call: "upsert",
      atMs: NOW_MS,
      timeoutMs: 30_000,
    });
    const registration = granted();
    const expiresAtMs = NOW_MS + HOUR_MS;
    const due = { call: "upsert", atMs: NOW_MS + 0.8 * HOUR_MS, timeoutMs: 30_000, expiresAtMs };
    for (const [share, state] of Object.entries({ 0.1: "registered", 0.91: "atRisk", 1: "lapsed" })) {
      assert.equal(next(registration, NOW_MS + share * HOUR_MS).state, state);
    }
    assert.deepEqual(next(registration, NOW_MS + 1), { ...due, state: "registered" });
    // A third of what is left.
    assert.equal(next(registration, expiresAtMs - 30_000).timeoutMs, 10_000);
  });

  test("is refreshed after 75 to 85 % of its time, by the dice", () => {
    assert.equal(next(granted(NOW_MS, 0), NOW_MS).atMs, NOW_MS + 0.75 * HOUR_MS);
    const fresh = begun(desired(), NOW_MS);
    const refreshAt = () => next(registered(fresh, NOW_MS, { timeToLiveMs }), NOW_MS).atMs;
    const drawn = new Set(Array.from({ length: 20 }, refreshAt));
    assert.ok(drawn.size > 10);
    for (const atMs of drawn) assert.ok(Number.isInteger(atMs), `${atMs}`);
    for (const atMs of drawn) {
      const share = (atMs - NOW_MS) / HOUR_MS;
      assert.ok(share >= 0.75 && share <= 0.85, `${share}`);
    }
  });

  test("is JSON, and never changed", () => {
    const steps = [
      (registration, nowMs) => begin(registration, nowMs),
      (registration, nowMs) => failed(registration, nowMs, { ...passing, retryAfterMs: 1000 }),
      (registration, nowMs) => begin(registration, nowMs + 120_000),
      (registration, nowMs) => desired(registration, nowMs + 120_001),
      (registration, nowMs) => registered(registration, nowMs + 120_002, { timeToLiveMs }),
      (registration, nowMs) => deletionDesired(registration, nowMs + 120_003),
      (registration, nowMs) => begin(registration, nowMs + 130_000),
      (registration, nowMs) => deleted(registration, nowMs + 130_100),
    ];
    let registration = desired();
    for (const step of steps) {
      const text = JSON.stringify(registration);
      assert.deepEqual(JSON.parse(text), { ...registration });
      assert.ok(Object.isFrozen(registration));
      for (const part of Object.values(registration)) assert.ok(Object.isFrozen(part));
      const [one, other] = [registration, JSON.parse(text)].map((given) => next(given, NOW_MS));
      assert.deepEqual(one, other);
      const after = step(JSON.parse(text), NOW_MS);
      assert.equal(JSON.stringify(registration), text);
      assert.equal(after.v, 1);
      registration = after;
    }
    assert.equal(next(registration, NOW_MS + 200_000).state, "stopped");
  });
});

describe("a call", () => {
  test("is one at a time, until its deadline", () => {
    const registration = begin(desired(), NOW_MS, { timeoutMs: 4000 });
    assert.equal(next(registration, NOW_MS + 1).atMs, NOW_MS + 4000);
    assert.throws(
      () => begin(registration, NOW_MS + 3999),
      (error) => error instanceof InvalidRequestError && error.problems[0].code === "not_due",
    );
    begin(registration, NOW_MS + 4000);
  });

  test("that failed is made again after a sixtieth of the time to live, or when the server says so", () => {
    const wait = (error, random) =>
      next(failed(begun(desired(), NOW_MS), NOW_MS, error, random), NOW_MS).atMs - NOW_MS;
    assert.equal(wait(passing, 0), 60_000);
    assert.equal(wait({ ...passing, retryAfterMs: 120_000 }, 0), 120_000);
    assert.equal(wait({ ...passing, retryAfterMs: 86_400_000 }, 0), 600_000);
    for (const odd of [undefined, null, 5, "no", new Error("other"), { kind: 7, retryAfterMs: -1 }]) {
      assert.equal(wait(odd, 0), 60_000);
    }
    // It was given up, not for its own sake.
    assert.equal(wait({ code: "cancelled", kind: "aborted" }, 0), 1000);
  });

  test("that the core refuses is not made again", async () => {
    const refused = failed(begun(granted(), NOW_MS + HOUR_MS), NOW_MS + HOUR_MS, {
      code: "not_acceptable",
      kind: "rejected",
    });
    const { call, atMs, timeoutMs, state } = next(refused, NOW_MS + 2 * HOUR_MS);
    assert.deepEqual([call, atMs, timeoutMs, state], [undefined, undefined, undefined, "rejected"]);
    assert.equal(next(desired(refused, NOW_MS + 2 * HOUR_MS), NOW_MS + 2 * HOUR_MS).call, "upsert");
  });

  test("of a time to live that is too short to be kept is made once a minute", () => {
    const registration = registered(begun(desired(), NOW_MS), NOW_MS, { timeToLiveMs: 1 }, 0.5);
    assert.equal(next(registration, NOW_MS).atMs, NOW_MS + 48_000);
  });

  test("fails with errors of this package, and with what is left of them in JSON", async () => {
    const replies = {
      not_acceptable: new Response(
        Uint8Array.of(
          0,
          0,
          0,
          0,
          2,
          8,
          2,
          128,
          0,
          0,
          0,
          16,
          ...new TextEncoder().encode("grpc-status: 0\r\n"),
        ),
        {
          headers: { "content-type": "application/grpc-web+proto" },
        },
      ),
      permission_denied: new Response(undefined, {
        headers: { "content-type": "application/grpc-web+proto", "grpc-status": "7" },
      }),
    };
    for (const [code, reply] of Object.entries(replies)) {
      const client = createClient({
        baseUrl: "https://api.example.com",
        accessToken: () => "t",
        retry: false,
        fetch: async () => reply,
      });
      const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };
      const error = await client.upsertRegistration(request).catch((thrown) => thrown);
      assert.equal(error.code, code);
      const deleting = begun(deletionDesired(granted(), NOW_MS + 1000), NOW_MS + 1000);
      for (const told of [error, JSON.parse(JSON.stringify(error))]) {
        const { state } = next(failed(begun(desired(), NOW_MS), NOW_MS, told), NOW_MS);
        assert.equal(state, code === "not_acceptable" ? "rejected" : "registering");
        // A core that does not let it be deleted will not do so later.
        assert.equal(next(failed(deleting, NOW_MS + 1001, told), NOW_MS + 1001).state, "stopped");
      }
    }
    const noToken = { code: "token_supplier_failed", kind: "auth" };
    const deleting = begun(deletionDesired(granted(), NOW_MS + 1000), NOW_MS + 1000);
    assert.equal(next(failed(deleting, NOW_MS + 1001, noToken), NOW_MS + 1001).state, "deleting");
  });
});

describe("what is no registration", () => {
  const good = JSON.parse(JSON.stringify(begun(granted(), NOW_MS + 0.8 * HOUR_MS)));
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const cyclic = { v: 1 };
  cyclic.granted = cyclic;
  const bad = {
    "a number": 5,
    "a text": JSON.stringify(good),
    null: null,
    "an array": [good],
    "an empty object": {},
    "another version": { ...good, v: 2 },
    "a version that is a text": { ...good, v: "1" },
    "nothing but a version": { v: 1 },
    "something unknown desired": { ...good, desired: "update" },
    "a field too many": { ...good, number: "+4799900001" },
    "half a grant": { ...good, granted: { sentAtMs: NOW_MS } },
    "a grant that is a number": { ...good, granted: 7 },
    "a time that is a text": { ...good, tried: { atMs: "now", waitMs: 1 } },
    "a time that is none": { ...good, tried: { atMs: Number.NaN, waitMs: 1 } },
    "an endless time": { ...good, tried: { atMs: Infinity, waitMs: 1 } },
    "a negative time": { ...good, tried: { atMs: -1, waitMs: 1 } },
    "a flag that is a number": { ...good, isNew: 1 },
    "a deletion since never": { ...good, desired: "delete" },
    "a call without an end": { ...good, call: {} },
    "a circle": cyclic,
    "a revoked proxy": revoked.proxy,
  };
  const functions = {
    desired: (given) => desired(given, NOW_MS),
    deletionDesired: (given) => deletionDesired(given, NOW_MS),
    next: (given) => next(given, NOW_MS),
    begin: (given) => begin(given, NOW_MS),
    registered: (given) => registered(given, NOW_MS, { timeToLiveMs }),
    failed: (given) => failed(given, NOW_MS, passing),
    deleted: (given) => deleted(given, NOW_MS),
  };
  for (const [name, given] of Object.entries(bad)) {
    test(`as ${name}, is one error that says so`, () => {
      for (const use of Object.values(functions)) {
        assert.throws(
          () => use(given),
          (error) =>
            error instanceof InvalidRequestError &&
            error.problems.length >= 1 &&
            error.problems.every(({ field }) => field.startsWith("registration")),
        );
      }
    });
  }

  test("and wrong arguments are errors that name them", () => {
    const wrong = {
      nowMs: [
        () => next(good, "now"),
        () => next(good),
        () => next(good, Number.NaN),
        () => deleted(good, -1),
      ],
      random: [
        () => failed(good, NOW_MS, passing, 2),
        () => registered(good, NOW_MS, { timeToLiveMs }, "dice"),
      ],
      timeToLiveMs: [
        () => registered(good, NOW_MS, {}),
        () => registered(good, NOW_MS, { timeToLiveMs: "1" }),
      ],
      sentAtMs: [() => registered(good, NOW_MS, { timeToLiveMs, sentAtMs: "then" })],
      answer: [() => registered(good, NOW_MS, 3600)],
      timeoutMs: [() => begin(desired(), NOW_MS, { timeoutMs: 0 })],
      timeout: [() => begin(desired(), NOW_MS, { timeout: 5 })],
    };
    for (const [field, uses] of Object.entries(wrong)) {
      for (const use of uses) {
        assert.throws(use, (error) => {
          assert.ok(error instanceof InvalidRequestError, String(error));
          assert.ok(
            error.problems.some((problem) => problem.field === field),
            `${field}: ${error.message}`,
          );
          return true;
        });
      }
    }
  });
});
