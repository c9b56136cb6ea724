// What holds for every request to the provider.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isCutOff } from "../../dist/provider/reply.js";
import { answer, CLIENT, createScript, reply, tokens } from "./scripted-provider.mjs";
import { failing } from "./session.mjs";

const TOKEN_ENDPOINT = "https://id.wgtwo.com/oauth2/token";

/** A person who is signed in; `replies` answer what comes then. */
async function signedIn(...replies) {
  const script = createScript();
  await script.signIn();
  script.replies.push(...replies);
  return script;
}

const refresh = ({ auth }) => auth.getAccessToken({ forceRefresh: true });

const refusal = async (...replies) => failing(refresh(await signedIn(...replies)));

test("posts are forms with the client in them, with cookies for the page's own origin only, and nothing is in a URL", async () => {
  const inits = [];
  const noting = (made) => (init) => {
    inits.push(init);
    return made;
  };
  const script = await signedIn();
  const last = [reply(200), reply(200)];
  script.replies.push(...[reply(200, tokens(2)), reply(200, { sub: "user-1" }), ...last].map(noting));
  await refresh(script);
  await script.auth.getUser();
  await script.auth.signOut({ localOnly: true });
  assert.equal(script.requests.length, 4);
  for (const [index, { url, headers, fields }] of script.requests.entries()) {
    const { method, credentials, cache, redirect, signal } = inits[index];
    assert.deepEqual([credentials, cache, redirect], ["same-origin", "no-store", "manual"]);
    assert.ok(signal && !signal.aborted);
    assert.equal(headers.get("accept"), "application/json");
    assert.ok(!url.includes("?"));
    if (method === "GET") continue;
    assert.equal(headers.get("content-type"), "application/x-www-form-urlencoded");
    assert.equal(fields.client_id, CLIENT);
  }
});

test("fields survive their encoding", async () => {
  const odd = "a+b/c=d&e%f g\u00e6\u{1f600}";
  const script = createScript();
  await script.signIn(tokens(1, { refresh_token: odd }));
  script.replies.push(reply(200, tokens(2)));
  await refresh(script);
  assert.deepEqual(script.requests[0].fields, {
    grant_type: "refresh_token",
    refresh_token: odd,
    client_id: CLIENT,
  });
});

test("a redirect is never followed, nor read", async () => {
  const opaque = { type: "opaqueredirect", status: 0, headers: new Headers(), body: null };
  const shown = new Response(null, { status: 307, headers: { location: "https://evil.example.com/" } });
  for (const made of [opaque, shown]) {
    let signal;
    const error = await refusal((init) => {
      signal = init.signal;
      return made;
    });
    assert.deepEqual([error.code, error.kind], ["redirected", "config"]);
    assert.equal(error.retryable, true, "a gateway may do that for a while");
    assert.ok(error.message.includes(TOKEN_ENDPOINT), error.message);
    assert.ok(signal.aborted);
  }
});

test("a request ends after its time, and is aborted, also in the middle of its reply", async () => {
  const endless = () => new Response(new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(1)) }));
  for (const [what, made] of [
    ["no reply", () => new Promise(() => {})],
    ["half of it", endless],
  ]) {
    const { auth, begin, replies } = createScript({ timeoutMs: 60 });
    const { state } = await begin();
    let signal;
    replies.push((init) => {
      signal = init.signal;
      return made();
    });
    const begun = performance.now();
    const error = await failing(auth.handleRedirectCallback(answer(state, "code=a-code")));
    assert.deepEqual([error.code, error.kind, signal.aborted], ["timeout", "timeout", true], what);
    assert.match(error.message, /within 60 ms/);
    assert.ok(performance.now() - begun >= 55, what);
  }
});

test("a body may have a mebibyte, and no more of it is read", async () => {
  const padded = (length) => {
    const text = JSON.stringify(tokens(2));
    return text.slice(0, -1) + " ".repeat(length - text.length) + text.slice(-1);
  };
  const script = await signedIn(reply(200, padded(1 << 20)));
  assert.equal(await refresh(script), "access-2");
  const error = await refusal(reply(200, padded((1 << 20) + 1)));
  assert.equal(error.code, "invalid_response");
  assert.match(error.message, /longer than 1 MiB/);
});

test("what is no Response is the fault of `fetch`", async () => {
  const odd = {
    nothing: () => undefined,
    "no headers": () => ({ status: 200 }),
    "a body that was read": async () => {
      const made = reply(200, tokens(2));
      await made.text();
      return made;
    },
    "a body of texts": () => ({
      status: 200,
      headers: new Headers(),
      body: new ReadableStream({ start: (to) => to.enqueue("text") }),
    }),
  };
  for (const [what, made] of Object.entries(odd)) {
    const error = await refusal(made);
    assert.deepEqual([error.code, error.kind], ["invalid_config", "config"], what);
    assert.match(error.message, /^`fetch` did not return a usable Response for the token endpoint/, what);
  }
});

test("a fetch that throws at once, and one that rejects, have what they threw as the cause", async () => {
  const thrown = new TypeError("no way out");
  const throwing = (made) => createScript({ fetch: made });
  for (const [made, code] of [
    [() => Promise.reject(thrown), "network"],
    [
      () => {
        throw thrown;
      },
      "invalid_config",
    ],
  ]) {
    const { auth, begin } = throwing(made);
    const { state } = await begin();
    const error = await failing(auth.handleRedirectCallback(answer(state, "code=a-code")));
    assert.deepEqual([error.code, error.cause], [code, thrown]);
    assert.doesNotMatch(error.message, /no way out/);
  }
});

test("a body that was cut off begins as JSON and does not end so; nothing under 200 is one, too", () => {
  const isCut = (text, status = 200) => isCutOff({ body: new TextEncoder().encode(text), status });
  for (const whole of ["{}", ' {"a":1}\n', "\ufeff{}\r\n", "[", "<html>", "}"])
    assert.equal(isCut(whole), false, whole);
  for (const cut of ["{", ' {"a":1', '\ufeff{"a', '{"a":{"b":1]\n', "", " \n", "\ufeff"]) {
    assert.equal(isCut(cut), true, cut);
  }
  assert.deepEqual([isCut("", 204), isCut(" ", 400), isCut("{", 400)], [false, false, true]);
  const begun = performance.now();
  assert.equal(isCut(`{${" ".repeat(1 << 20)}x`), true);
  assert.ok(performance.now() - begun < 1000);
});

test("what a fetch rejects with is no promise that anybody waits for, and no proxy that anybody asks", async () => {
  const secret = "a-secret-that-nobody-must-see";
  // biome-ignore lint/suspicious/noThenProperty: that is what is thrown
  const promising = (then) => Object.fromEntries([["then", then]]);
  const throwing = () => {
    throw new Error(secret);
  };
  for (const [what, thrown] of [
    ["a promise that never settles", promising(() => {})],
    ["a promise that settles", promising((settle) => settle("anything"))],
    ["a proxy", new Proxy({}, { get: throwing, ownKeys: throwing })],
  ]) {
    const error = await refusal(...[1, 2].map(() => () => Promise.reject(thrown)));
    assert.deepEqual([error.name, error.code], ["AuthError", "network"], what);
    assert.ok(error.cause instanceof Error, what);
    assert.doesNotMatch(String(error.cause), new RegExp(secret), what);
  }
});

test("a secret in an address, and in a symbol, that a fetch rejects with is not shown", async () => {
  const secret = `refresh-of-${"x".repeat(30)}`;
  for (const thrown of [new URL(`https://a.example/?t=${secret}`), Symbol(secret), { [Symbol(secret)]: 1 }]) {
    const script = createScript();
    await script.signIn(tokens(1, { refresh_token: secret }));
    script.replies.push(...[1, 2].map(() => () => Promise.reject(thrown)));
    const error = await failing(refresh(script));
    assert.equal(error.code, "network");
    assert.deepEqual([error.cause instanceof Error, error.cause.message], [true, ""], String(typeof thrown));
  }
});

test("a body whose next byte is always there, and one of nothing, end with the time, and are read no more", async () => {
  for (const value of [new Uint8Array(1), new Uint8Array()]) {
    let reads = 0;
    const read = async () => {
      reads += 1;
      return { done: reads > 5_000_000, value };
    };
    const made = () => ({
      status: 200,
      headers: new Headers(),
      body: { getReader: () => ({ read, cancel() {} }) },
    });
    const { auth, begin, replies } = createScript({ timeoutMs: 60 });
    const { state } = await begin();
    replies.push(made);
    const error = await failing(auth.handleRedirectCallback(answer(state, "code=a-code")));
    assert.equal(error.code, "timeout");
    const before = reads;
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve));
    assert.ok(reads <= before + 1, `${value.length}: ${reads - before} more`);
  }
});
