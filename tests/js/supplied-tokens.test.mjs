// Tokens from the application's function: when it is asked, what is kept, who waits.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { SuppliedTokens as Supplied } from "../../dist/client/supplied-tokens.js";
import { clock } from "./session.mjs";

const url = "https://api.example.com/a.B/C";

/** A call that ends when `signal` is aborted. */
const callerOf = (signal) => ({
  get isEnded() {
    return signal?.aborted ?? false;
  },
  get reason() {
    return signal?.reason;
  },
  onEnd(listener) {
    signal?.addEventListener("abort", listener);
    return () => signal?.removeEventListener("abort", listener);
  },
});

/** Only the token of what a call gets. */
class SuppliedTokens extends Supplied {
  token(refused, signal) {
    const given = this.authorize(url, refused, callerOf(signal));
    return given instanceof Promise ? given.then(({ token }) => token) : given.token;
  }
}

let time;
beforeEach(() => {
  time = clock();
});
afterEach(() => time.back());

const settle = () => new Promise((resolve) => setImmediate(resolve));
const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
const secretsOf = (tokens) => ({
  isSecret: (text) => tokens.some((token) => text.includes(token)),
  cut: (text) => tokens.reduce((left, token) => left.replaceAll(token, "[removed]"), text),
});
const inMs = (ms) => Date.now() + ms;

/** A source whose function gives these, in turn: values, promises, functions to call. `asked` has the contexts. */
function supplied(...answers) {
  const asked = [];
  const supply = (context) => {
    asked.push(context);
    const next = answers.shift();
    return typeof next === "function" ? next(context) : next;
  };
  const forced = () => asked.map(({ forceRefresh }) => forceRefresh);
  return { tokens: new SuppliedTokens(supply, secretsOf), asked, forced, answers };
}

/** A promise with its ends. */
function deferred() {
  const ends = {};
  ends.promise = new Promise((resolve, reject) => Object.assign(ends, { resolve, reject }));
  return ends;
}

/** The error that `ask` throws, or that its promise rejects with. */
async function failure(ask) {
  try {
    await ask();
  } catch (error) {
    return error;
  }
  return assert.fail("it gave a token");
}

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

describe("what fails", () => {
  const isFailure = (error, message) => {
    const found = [error.name, error.code, error.kind, error.retryable, error.message];
    assert.deepEqual(found, ["AuthError", "token_supplier_failed", "auth", false, message]);
  };

  test("what is thrown, at once or later, is the cause; the next call asks again", async () => {
    const thrown = new Error("the back end is down");
    const message = "accessToken() threw or rejected; what it threw is the cause.";
    // biome-ignore lint/suspicious/noThenProperty: a promise may be of any make
    const thenable = (then) => () => Object.defineProperty({}, "then", then);
    for (const answer of [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
      thenable({ value: (_, reject) => reject(thrown) }),
      thenable({
        get() {
          throw thrown;
        },
      }),
    ]) {
      const { tokens, answers } = supplied(answer);
      const error = await failure(() => tokens.token());
      isFailure(error, message);
      assert.equal(error.cause, thrown);
      answers.push("one");
      assert.equal(tokens.token(), "one");
      assert.equal(timers(), 0);
    }
  });

  test("but not if it repeats the last token", async () => {
    const token = "a-token-that-was-returned";
    const { tokens } = supplied(token, () => Promise.reject(new TypeError(`bad: ${token}`)));
    assert.equal(tokens.token(), token);
    const { cause } = await failure(() => tokens.token(token));
    assert.deepEqual([cause.name, cause.message], ["TypeError", "bad: [removed]"]);
  });

  test("if nobody can tell whether it does, there is no cause, and nobody waits for ever", async () => {
    const stopped = () => {
      throw new Error("unreachable");
    };
    const down = () => {
      throw new Error("down");
    };
    const inner = [];
    const tokens = new SuppliedTokens(() => {
      if (inner.length === 0) inner.push(failure(() => tokens.token()));
      return down();
    }, stopped);
    inner.push(failure(() => tokens.token()));
    for (const error of await Promise.all(inner)) {
      assert.deepEqual([error.code, error.cause], ["token_supplier_failed", undefined]);
    }
  });

  test("what can be no token is refused without being quoted, and not kept", async () => {
    const message =
      "accessToken() returned no token: it is empty, or has blanks, control or non-ASCII characters.";
    for (const bad of ["", " ", "two words", "line\n", "x\u007f", "plänted", "x\u200b"]) {
      for (const answer of [bad, { token: bad, expiresAt: inMs(600_000) }, Promise.resolve(bad)]) {
        const { tokens, answers } = supplied(answer);
        isFailure(await failure(() => tokens.token()), message);
        answers.push("good");
        assert.equal(tokens.token(), "good");
      }
    }
  });

  test("a value of another make is refused", async () => {
    const noToken = "accessToken() must return a token or { token, expiresAt }.";
    const noTime = "expiresAt must be a Date or the milliseconds since 1970.";
    const unreadable = "Reading what accessToken() returned threw an error.";
    const throwing = (name) =>
      Object.defineProperty({ token: "t" }, name, {
        get() {
          throw new Error("t");
        },
      });
    for (const [value, message] of [
      [undefined, noToken],
      [null, noToken],
      [5, noToken],
      [{}, noToken],
      [{ token: 5 }, noToken],
      [{ token: "t", expiresAt: "tomorrow" }, noTime],
      [{ token: "t", expiresAt: Number.NaN }, noTime],
      [{ token: "t", expiresAt: new Date("no date") }, noTime],
      [{ token: "t", expiresAt: {} }, unreadable],
      [{ token: "t", expiresAt: new Proxy(new Date(), {}) }, unreadable],
      [throwing("token"), unreadable],
      [throwing("expiresAt"), unreadable],
    ]) {
      const { tokens } = supplied(value);
      const error = await failure(() => tokens.token());
      isFailure(error, message);
      assert.equal(error.cause, undefined);
    }
  });

  test("what is on Object.prototype is no token, no expiry and no error", async () => {
    const names = ["token", "expiresAt", "expiresAtMs", "error", "value", "isGood", "life", "isOver"];
    for (const name of names) Object.prototype[name] = 9e15;
    try {
      const { tokens } = supplied(
        { token: "own" },
        "bare",
        Promise.resolve("later"),
        {},
        Promise.resolve({}),
      );
      assert.deepEqual([tokens.token(), tokens.token(), await tokens.token()], ["own", "bare", "later"]);
      for (let tries = 0; tries < 2; tries += 1) {
        assert.equal((await failure(() => tokens.token())).code, "token_supplier_failed");
      }
    } finally {
      for (const name of names) delete Object.prototype[name];
    }
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
