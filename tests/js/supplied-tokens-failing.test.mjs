// Tokens from the application's function: what it throws, and what is no token.

import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, inMs, SuppliedTokens, supplied, timers } from "./supplied.mjs";

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
    const { tokens } = supplied({ token: "own" }, "bare", Promise.resolve("later"), {}, Promise.resolve({}));
    assert.deepEqual([tokens.token(), tokens.token(), await tokens.token()], ["own", "bare", "later"]);
    for (let tries = 0; tries < 2; tries += 1) {
      assert.equal((await failure(() => tokens.token())).code, "token_supplier_failed");
    }
  } finally {
    for (const name of names) delete Object.prototype[name];
  }
});
