// Tokens from the application's function: when it is asked, what is kept, who waits.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { clock } from "./session.mjs";
import {
  callerOf,
  deferred,
  failure,
  inMs,
  SuppliedTokens,
  secretsOf,
  settle,
  supplied,
  timers,
} from "./supplied.mjs";

const url = "https://api.example.com/a.B/C";

let time;
beforeEach(() => {
  time = clock();
});
afterEach(() => time.back());

describe("what it keeps", () => {
  test("without an expiry it is asked before each call; no promise is made where it gives a string", () => {
    const { tokens, forced } = supplied("one", "two", { token: "three" });
    assert.deepEqual([tokens.token(), tokens.token(), tokens.token()], ["one", "two", "three"]);
    assert.deepEqual(forced(), [false, false, false]);
    assert.equal(timers(), 0);
  });

  test("with an expiry a token is kept until it is stale", () => {
    const { tokens, answers } = supplied({ token: "one", expiresAt: new Date(inMs(600_000)) });
    assert.equal(tokens.token(), "one");
    time.pass(539_000);
    assert.equal(tokens.token(), "one");
    time.pass(2000);
    answers.push({ token: "two", expiresAt: inMs(-5) }, { token: "three", expiresAt: null }, "four");
    assert.equal(tokens.token(), "two", "the back end's clock may differ");
    assert.equal(tokens.token(), "three", "but it is not kept");
    assert.equal(tokens.token(), "four");
  });

  test("its life counts from the question", async () => {
    const answer = deferred();
    const { tokens } = supplied(answer.promise, "two");
    const expiresAt = inMs(600_000);
    const one = tokens.token();
    time.pass(539_000);
    answer.resolve({ token: "one", expiresAt });
    assert.equal(await one, "one");
    assert.equal(tokens.token(), "one");
    time.pass(2000);
    assert.equal(tokens.token(), "two");
  });

  test("a refused token is asked for anew, once for all that come with it", () => {
    const kept = (token) => ({ token, expiresAt: inMs(600_000) });
    const { tokens, forced, answers } = supplied(kept("one"), kept("two"));
    assert.equal(tokens.token(), "one");
    for (let calls = 0; calls < 3; calls += 1) assert.equal(tokens.token("one"), "two");
    assert.equal(tokens.token(), "two");
    assert.deepEqual(forced(), [false, true]);
    answers.push("three", "four");
    assert.equal(tokens.token("two"), "three");
    assert.equal(tokens.token("two"), "four", "not kept, but no reason to force it");
    assert.deepEqual(forced(), [false, true, true, false]);
  });
});

describe("one question at a time", () => {
  test("callers at the same time share it", async () => {
    const answer = deferred();
    const { tokens, asked } = supplied(answer.promise);
    const both = [tokens.token(), tokens.token()];
    answer.resolve("one");
    assert.deepEqual(await Promise.all(both), ["one", "one"]);
    assert.equal(asked.length, 1);
    assert.equal(timers(), 0);
  });

  test("who was refused does not take the answer to a plain question", async () => {
    const [plain, forcedOne] = [deferred(), deferred()];
    const { tokens, forced, answers } = supplied(plain.promise, forcedOne.promise);
    const all = [tokens.token(), tokens.token("refused"), tokens.token("refused")];
    await settle();
    assert.deepEqual(forced(), [false]);
    plain.resolve({ token: "refused", expiresAt: inMs(600_000) });
    await settle();
    assert.deepEqual(forced(), [false, true]);
    forcedOne.resolve("new");
    assert.deepEqual(await Promise.all(all), ["refused", "new", "new"]);
    answers.push("newest");
    assert.equal(tokens.token(), "newest", "the refused one is not kept");
  });

  test("a plain call takes the answer to a forced question", async () => {
    const answer = deferred();
    const { tokens, forced } = supplied("one", answer.promise);
    assert.equal(tokens.token(), "one");
    const all = [tokens.token("one"), tokens.token()];
    answer.resolve("two");
    assert.deepEqual(await Promise.all(all), ["two", "two"]);
    assert.deepEqual(forced(), [false, true]);
  });

  test("a plain question that fails leaves those that were refused their own", async () => {
    const answer = deferred();
    const { tokens, forced } = supplied(answer.promise, "two");
    const [plain, refused] = [failure(() => tokens.token()), tokens.token("one")];
    answer.reject(new Error("down"));
    assert.equal((await plain).code, "token_supplier_failed");
    assert.equal(await refused, "two");
    assert.deepEqual(forced(), [false, true]);
  });

  test("a function that makes calls itself is not asked again by them", async () => {
    const inner = [];
    const { tokens, asked } = supplied(() => {
      const abort = new AbortController();
      inner.push(failure(() => tokens.token(undefined, abort.signal)));
      abort.abort("enough");
      inner.push(tokens.token());
      return "one";
    });
    assert.equal(tokens.token(), "one");
    assert.deepEqual(await Promise.all(inner), ["enough", "one"]);
    assert.equal(asked.length, 1);
    assert.equal(asked[0].signal.aborted, false);
  });
});

describe("who waits", () => {
  test("the signal is aborted when nobody waits any more, and no timer is left", async () => {
    const answers = [deferred(), "three"];
    const { tokens, asked } = supplied(answers[0].promise, answers[1]);
    const [one, two] = [new AbortController(), new AbortController()];
    const both = [one, two].map(({ signal }) => failure(() => tokens.token(undefined, signal)));
    one.abort("one");
    assert.equal(await both[0], "one");
    assert.equal(asked[0].signal.aborted, false, "the other still waits");
    assert.equal(timers(), 1);
    two.abort("two");
    assert.equal(await both[1], "two");
    assert.equal(asked[0].signal.aborted, true);
    assert.equal(timers(), 0);
    answers[0].resolve({ token: "late", expiresAt: inMs(600_000) });
    await settle();
    assert.equal(tokens.token(), "three", "what comes so late is not kept");
    assert.equal(asked[1].signal.aborted, false);
  });

  test("who comes after that asks anew, though the first answer is still to come", async () => {
    const [first, second] = [deferred(), deferred()];
    const { tokens, asked } = supplied(first.promise, second.promise);
    const abort = new AbortController();
    const gone = failure(() => tokens.token(undefined, abort.signal));
    abort.abort();
    await gone;
    const next = tokens.token();
    assert.equal(asked.length, 2);
    first.resolve("old");
    await settle();
    second.resolve("new");
    assert.equal(await next, "new");
  });

  test("an answer leaves the signal alone, also when a caller goes away afterwards", async () => {
    const { tokens, asked } = supplied(Promise.resolve("one"));
    const abort = new AbortController();
    assert.equal(await tokens.token(undefined, abort.signal), "one");
    abort.abort();
    assert.equal(asked[0].signal.aborted, false);
  });

  test("a function that ends the call it is asked for is not waited for", async () => {
    const abort = new AbortController();
    const { tokens, asked } = supplied(() => {
      abort.abort("ended");
      return new Promise(() => {});
    });
    assert.equal(await failure(() => tokens.token(undefined, abort.signal)), "ended");
    assert.deepEqual([asked[0].signal.aborted, timers()], [true, 0]);
  });

  test("who was refused and waits for a plain question goes away for good", async () => {
    const plain = deferred();
    const { tokens, forced } = supplied(plain.promise);
    const abort = new AbortController();
    const [one, refused] = [tokens.token(), failure(() => tokens.token("r", abort.signal))];
    abort.abort("gone");
    assert.equal(await refused, "gone");
    plain.resolve("one");
    assert.equal(await one, "one");
    await settle();
    assert.deepEqual(forced(), [false]);
  });

  test("ten seconds are enough", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const answer = deferred();
    const { tokens, asked, answers } = supplied(answer.promise);
    const both = [failure(() => tokens.token()), failure(() => tokens.token())];
    t.mock.timers.tick(9999);
    assert.equal(asked[0].signal.aborted, false);
    t.mock.timers.tick(1);
    for (const error of await Promise.all(both)) {
      assert.deepEqual(
        [error.name, error.code, error.kind, error.retryable, error.message],
        ["AuthError", "timeout", "timeout", true, "accessToken() did not settle within 10 seconds."],
      );
    }
    assert.equal(asked[0].signal.aborted, true);
    answer.reject(new Error("aborted"));
    answers.push("two");
    assert.equal(tokens.token(), "two");
  });
});

test("the function is called without a this; a token authorizes as Bearer", () => {
  let self = "not called";
  const tokens = new SuppliedTokens(function supply() {
    self = this;
    return "t";
  }, secretsOf);
  assert.deepEqual([tokens.token(), self], ["t", undefined]);
  assert.deepEqual(tokens.authorize(url, undefined, callerOf()).headers, [["authorization", "Bearer t"]]);
  assert.deepEqual([tokens.subject(), tokens.heed()], [undefined, false]);
  tokens.onEnded(() => assert.fail("they do not end"))();
});
