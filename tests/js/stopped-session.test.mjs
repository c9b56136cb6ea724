// The wasm stops at a question that a session asks it. What the provider has sent by then comes only once: a code, and most
// refresh tokens, are good once. So the next instance is asked the same, and nothing is lost.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, test } from "node:test";

const glue = readFileSync(new URL("../../dist/wasm/sipbreakout-session.js", import.meta.url), "utf8");
/** The name that the build gave to the export behind a binding. */
const exportOf = (binding) =>
  new RegExp(`function ${binding}\\([^]*?const ret = wasm\\.(\\w+)\\(`).exec(glue)[1];

/** The wasm stops at the next but so many of its functions; `undefined` is never. */
let stopsAfter;
/** The function that stops each wasm, if there is one, as the wasm exports it. */
let stopping;
let stops = 0;
let instances = 0;

const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const instance = await instantiate(...given);
  instances += 1;
  const wrapped = (name, work) => {
    const guarded = (...values) => {
      if (stopsAfter === 0 || stopping === name) {
        stopsAfter = undefined;
        stops += 1;
        throw new WebAssembly.RuntimeError("unreachable");
      }
      if (stopsAfter > 0) stopsAfter -= 1;
      return work(...values);
    };
    return Object.defineProperty(guarded, "length", { value: work.length });
  };
  const all = Object.entries(instance.exports);
  return {
    exports: Object.fromEntries(
      all.map(([name, value]) => [name, typeof value === "function" ? wrapped(name, value) : value]),
    ),
  };
};
const { createScript, answer, claims, reply, tokens } = await import("./scripted-provider.mjs");
const { jwt } = await import("./people.mjs");
const { adapter, failing } = await import("./session.mjs");
const { createAuth } = await import("../../dist/index.js");

const FORCE = { forceRefresh: true };
/** As many as all questions of a refresh, or of a sign-in, together have. */
const MOST = 60;

afterEach(() => {
  stopsAfter = undefined;
  stopping = undefined;
});

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

/** Signed in; what the first refresh brought nobody could read yet. */
async function unread() {
  const script = createScript();
  await script.signIn();
  stopping = exportOf("readTokens");
  script.replies.push(reply(200, tokens(2)));
  assert.equal((await failing(script.auth.getAccessToken(FORCE))).code, "crashed");
  return script;
}

test("a reply that stops each wasm costs a few of them, and is given up", async () => {
  const before = instances;
  const script = await unread();
  assert.ok(instances - before <= 3, `${instances - before} instances`);
  assert.equal((await failing(script.auth.getAccessToken(FORCE))).code, "crashed");
  assert.ok(instances - before <= 6, `${instances - before} instances`);
  stopping = undefined;
  // Nobody knows what it said: the token before it is all there is.
  script.replies.push(reply(400, { error: "invalid_grant" }));
  await failing(script.auth.getAccessToken(FORCE));
  assert.deepEqual(
    script.requests.map(({ fields }) => fields.refresh_token),
    ["refresh-1", "refresh-1"],
  );
});

test("a reply that could not be read is read by the next refresh, and not asked for again", async () => {
  const { auth, requests, stored } = await unread();
  stopping = undefined;
  assert.equal(await auth.getAccessToken(FORCE), "access-2");
  assert.equal(stored().refresh_token, "refresh-2");
  assert.equal(requests.length, 1);
});

for (const [how, isReadable, revoked] of [
  ["that can be read then", true, ["refresh-1", "access-1", "refresh-2", "access-2"]],
  ["that nobody can read", false, ["refresh-1", "access-1"]],
]) {
  test(`a sign-out leaves no reply behind; the tokens of one ${how} are ${isReadable ? "" : "not "}revoked`, async () => {
    const { auth, replies, requests, stored, signIn } = await unread();
    if (isReadable) stopping = undefined;
    requests.length = 0;
    replies.push(...revoked.map(() => reply(200)));
    assert.deepEqual(await auth.signOut({ localOnly: true }), { revoked: isReadable });
    assert.deepEqual(
      requests.map(({ fields }) => fields.token),
      revoked,
    );
    stopping = undefined;
    await signIn(tokens(1));
    // Were the reply still there, it would be taken for the answer.
    replies.push(reply(200, tokens(5)));
    assert.equal(await auth.getAccessToken(FORCE), "access-5");
    assert.equal(stored().refresh_token, "refresh-5");
  });
}

test("a sign-out in another tab, which does not know of the reply, has its tokens revoked", async () => {
  const { auth, replies, requests, entries, options } = await unread();
  stopping = undefined;
  requests.length = 0;
  replies.push(...Array.from({ length: 4 }, () => reply(200)));
  const gone = new Promise((resolve) => auth.addEventListener("signedOut", resolve));
  await createAuth({ ...options, storage: adapter(entries) }).signOut({ localOnly: true });
  await gone;
  while (requests.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(
    requests.map(({ fields }) => fields.token),
    ["refresh-1", "access-1", "refresh-2", "access-2"],
  );
});

test("a sign-in whose reply stops each wasm ends, and so does all that waits for it", async () => {
  const { auth, replies, begin } = createScript();
  const { state } = await begin();
  stopping = exportOf("readTokens");
  replies.push(reply(200, tokens(1)));
  const handled = failing(auth.handleRedirectCallback(answer(state, "code=a-code")));
  const asked = failing(auth.getAccessToken());
  assert.equal((await handled).code, "crashed");
  assert.equal((await asked).code, "sign_in_required");
});
