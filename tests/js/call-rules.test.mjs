// What holds for a call whatever becomes of its attempts: turns, the deadline, tokens, from when an answer counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { preload } from "../../dist/index.js";
import { bodyOf, failure, grpcWeb, ok, request, scripted } from "./grpc-web.mjs";

const refused = () => new Response(null, { headers: { "content-type": grpcWeb, "grpc-status": "16" } });
const busy = () => new Response("busy", { status: 503 });
const never = (init) => new Promise((_, no) => init.signal.addEventListener("abort", () => no(new Error())));
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** How many requests are out when two calls were made at the same time: 1 if the second waits for its turn. */
async function atOnce(first, second) {
  const abort = new AbortController();
  const calls = [first, second].map(({ client, one }) =>
    client.upsertRegistration(one, { signal: abort.signal, retry: false }).catch(({ code }) => code),
  );
  const count = () => [...new Set([first.sent, second.sent])].reduce((sum, sent) => sum + sent.length, 0);
  while (count() === 0) await later(5);
  await later(50);
  const found = count();
  abort.abort();
  assert.deepEqual(await Promise.all(calls), Array(2).fill("cancelled"));
  return found;
}

test("turns are kept by base URL and number, for all clients of the page", async () => {
  const other = { ...request, phoneNumber: "+4799900002" };
  const spelled = { ...request, phoneNumber: "+47 999-00-001", sipUri: "sips:other.example.com" };
  const at = (baseUrl, one) => ({ ...scripted([never], { baseUrl }), one });
  const here = "https://api.example.com";
  for (const [second, expected] of [
    [at(here, request), 1],
    [at(`${here}/`, spelled), 1],
    [at(here, other), 2],
    [at(`${here}/v2`, request), 2],
  ]) {
    assert.equal(await atOnce(at(here, request), second), expected);
  }
});

test("without a number turns are kept by the source of the tokens", async () => {
  const { phoneNumber, ...one } = request;
  const own = () => ({ ...scripted([never]), one });
  const same = own();
  assert.equal(await atOnce(same, same), 1);
  assert.equal(await atOnce(own(), own()), 2, "nobody knows whose tokens those are");
  const both = own();
  assert.equal(await atOnce(both, { ...both, one: { ...one, phoneNumber } }), 2);
});

test("an answer counts from when its request was sent", async () => {
  await preload();
  const accessToken = async () => {
    await later(150);
    return "a-token";
  };
  let sentAt;
  const slow = async () => {
    sentAt = Date.now();
    await later(150);
    return ok();
  };
  const { client } = scripted([slow], { accessToken });
  const { expiresAt } = await client.upsertRegistration(request);
  const late = sentAt + 300_000 - expiresAt.getTime();
  assert.ok(Math.abs(late) < 100, `${late} ms`);
});

test("the whole deadline is told, also when the second attempt had only a part of it", async () => {
  const slow = async () => {
    await later(60);
    return refused();
  };
  const { client, sent } = scripted([slow, never], { retry: false });
  const error = await failure(client.upsertRegistration(request, { timeoutMs: 1000 }));
  assert.deepEqual([error.code, sent.length], ["deadline_exceeded", 2]);
  assert.match(error.message, /within 1000 ms/);
});

test("each attempt has a token of its own, and one that was refused is replaced", async () => {
  const asked = [];
  const accessToken = ({ forceRefresh }) => `token-${asked.push(forceRefresh)}`;
  const { client, sent } = scripted([busy, refused, busy, ok], { accessToken });
  await client.upsertRegistration(request);
  assert.deepEqual(asked, [false, false, true, false]);
  const tokens = sent.map(({ headers }) => new Headers(headers).get("authorization"));
  assert.deepEqual(
    tokens,
    [1, 2, 3, 4].map((number) => `Bearer token-${number}`),
  );
});

test("after a deadline the attempt before is told as well", async () => {
  const { client } = scripted([busy, never], { retry: { initialDelayMs: 1, maxAttempts: 2 } });
  const error = await failure(client.upsertRegistration(request, { timeoutMs: 1000 }));
  assert.equal(error.code, "deadline_exceeded");
  assert.match(error.message, /within 1000 ms.*; the attempt before: unavailable, HTTP status 503/);
});

test("the deadline covers the token too, and then nothing is sent", async () => {
  const { client, sent } = scripted([ok], { accessToken: () => new Promise(() => {}) });
  const error = await failure(client.upsertRegistration(request, { timeoutMs: 60 }));
  assert.deepEqual([error.code, error.kind, sent.length], ["deadline_exceeded", "timeout", 0]);
  assert.equal(error.message, "no access token within 60 ms; the core did nothing");
});

test("a delete that finds nothing is done if an earlier attempt may have deleted it", async () => {
  const nothing = () => new Response(bodyOf([8, 2]), { headers: { "content-type": grpcWeb } });
  const once = scripted([nothing]);
  assert.equal((await failure(once.client.deleteRegistration(request))).code, "not_acceptable");
  const twice = scripted([busy, nothing]);
  assert.equal((await twice.client.deleteRegistration(request)).status, "OK");
});
