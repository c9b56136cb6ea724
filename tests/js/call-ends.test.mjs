// What a call leaves behind when it ends: no turn that nobody has, no timer, no wrong words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth, createClient, preload } from "../../dist/index.js";
import { failure, grpcWeb, ok, okBody, request, scripted } from "./grpc-web.mjs";
import { inProcess } from "./in-process.mjs";

test("a call that is aborted in the very moment of its turn gives the turn back", async () => {
  await preload();
  // The abort comes so many microtasks after the reply of the call before: at one of these depths is the turn.
  for (let depth = 0; depth < 80; depth += 1) {
    let answer;
    const replies = [() => new Promise((resolve) => (answer = resolve)), ok];
    const { client } = scripted(replies);
    const one = { ...request, phoneNumber: `+47999${String(depth).padStart(5, "0")}` };
    const first = client.upsertRegistration(one);
    const abort = new AbortController();
    const second = client.upsertRegistration(one, { signal: abort.signal }).catch(({ code }) => code);
    while (!answer) await new Promise(setImmediate);
    answer(ok());
    for (let at = 0; at < depth; at += 1) await undefined;
    abort.abort();
    await first;
    const outcome = await second;
    assert.ok(outcome === "cancelled" || outcome.status === "OK");
    const third = await client
      .upsertRegistration(one, { timeoutMs: 500 })
      .catch(({ code }) => ({ status: code }));
    assert.equal(third.status, "OK", `after ${depth} microtasks`);
  }
});

test("a page instead of an answer is not waited for, also with HTTP status 200", async () => {
  for (const [type, message] of [
    ["text/html", /is of type "text\/html"/],
    ["application/grpc", /native gRPC/],
    ["image/jpeg", /is of type "image\/jpeg"/],
  ]) {
    const hanging = () => new Response(new ReadableStream({}), { headers: { "content-type": type } });
    const { client, sent } = scripted([hanging]);
    const error = await failure(client.upsertRegistration(request, { timeoutMs: 5000 }));
    assert.deepEqual([error.code, sent.length], ["unknown", 1], type);
    assert.match(error.message, message);
  }
});

test("with a session too, a call that is over before it begins does not blame the loading of the wasm", async () => {
  await preload();
  const auth = createAuth({ clientId: "c", redirectUri: "https://a.example/", issuer: "https://b.example" });
  const client = createClient({ baseUrl: "https://api.example.com", auth });
  client.close();
  const error = await failure(client.upsertRegistration(request));
  assert.deepEqual([error.code, error.kind], ["cancelled", "aborted"]);
  assert.equal(error.message, "the call was aborted before anything was sent");
});

test("a client that is closed while a call waits for another attempt does not keep Node from exiting", async () => {
  const began = performance.now();
  const code = await inProcess(`
    const retry = { initialDelayMs: 60_000, maxDelayMs: 60_000 };
    const fetch = async () => new Response("busy", { status: 503 });
    const client = sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "t", fetch, retry, timeoutMs: 1e6 });
    const call = client.upsertRegistration(${JSON.stringify(request)}).catch(({ code }) => code);
    setTimeout(() => client.close(), 500);
    return await call;`);
  assert.equal(code, "cancelled");
  assert.ok(performance.now() - began < 15_000);
});

test("where Headers are no global, as in jsdom, the reply of a fetch that was given is read", async () => {
  const status = await inProcess(
    `const client = sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "t", fetch: async () => reply });
    return (await client.upsertRegistration(${JSON.stringify(request)}).catch((error) => ({ status: error.message }))).status;`,
    {
      before: `const reply = new Response(new Uint8Array(${JSON.stringify([...okBody()])}), { headers: { "content-type": "${grpcWeb}" } });
        delete globalThis.Headers;`,
    },
  );
  assert.equal(status, "OK");
});
