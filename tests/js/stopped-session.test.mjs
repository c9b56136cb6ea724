// The wasm stops at a question that a session asks it. What the provider has sent by then comes only once: a code, and most
// refresh tokens, are good once. So the next instance is asked the same, and nothing is lost.

import assert from "node:assert/strict";
import { test } from "node:test";

/** The wasm stops at the next but so many of its functions; `undefined` is never. */
let stopsAfter;
let stops = 0;

const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const instance = await instantiate(...given);
  const wrapped = (work) => {
    const stopping = (...values) => {
      if (stopsAfter === 0) {
        stopsAfter = undefined;
        stops += 1;
        throw new WebAssembly.RuntimeError("unreachable");
      }
      if (stopsAfter > 0) stopsAfter -= 1;
      return work(...values);
    };
    return Object.defineProperty(stopping, "length", { value: work.length });
  };
  const all = Object.entries(instance.exports);
  return {
    exports: Object.fromEntries(
      all.map(([name, value]) => [name, typeof value === "function" ? wrapped(value) : value]),
    ),
  };
};
const { createScript, answer, claims, reply, tokens } = await import("./scripted-provider.mjs");
const { jwt } = await import("./people.mjs");

const FORCE = { forceRefresh: true };
/** As many as all questions of a refresh, or of a sign-in, together have. */
const MOST = 60;

/** The reply, after which the wasm stops when it is asked. */
const thenStop = (functions, given) => () => {
  stopsAfter = functions;
  return given;
};

test("what a refresh brought is stored all the same", async () => {
  const { auth, replies, requests, signIn, stored } = createScript();
  await signIn();
  for (let functions = 0; functions < MOST; functions += 1) {
    const n = functions + 2;
    const id_token = jwt(claims());
    replies.push(thenStop(functions, reply(200, tokens(n, { id_token }))));
    assert.equal(await auth.getAccessToken(FORCE), `access-${n}`, `after ${functions} functions`);
    assert.equal(stored().refresh_token, `refresh-${n}`);
    assert.equal(requests.at(-1).fields.refresh_token, `refresh-${n - 1}`);
  }
  assert.ok(stops > 5, `it stopped ${stops} times`);
  stopsAfter = undefined;
});

test("a sign-in whose code is exchanged goes on", async () => {
  stops = 0;
  const { auth, replies, begin, stored } = createScript();
  for (let functions = 0; functions < MOST; functions += 1) {
    const { state, nonce } = await begin();
    replies.push(thenStop(functions, reply(200, { ...tokens(functions), id_token: jwt(claims(nonce)) })));
    await auth.handleRedirectCallback(answer(state, "code=a-code"));
    stopsAfter = undefined;
    assert.equal(stored().refresh_token, `refresh-${functions}`);
  }
  assert.ok(stops > 5, `it stopped ${stops} times`);
});
