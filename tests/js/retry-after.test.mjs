// How long a server asks to wait, by the header `Retry-After`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../../dist/index.js";

const request = { sipUri: "sips:a.example.com", routeType: "LOOP" };

/** What the error of a call says that was answered with this header. */
async function waitMs(value) {
  const client = createClient({
    baseUrl: "https://api.example.com",
    accessToken: () => "a-token",
    retry: false,
    fetch: async () => new Response("", { status: 503, headers: { "retry-after": value } }),
  });
  const error = await client.upsertRegistration(request).catch((thrown) => thrown);
  assert.equal(error.code, "unavailable", value);
  return error.retryAfterMs;
}

test("seconds", async () => {
  for (const [value, ms] of [
    ["0", 0],
    ["120", 120_000],
    [" 5 ", 5000],
  ]) {
    assert.equal(await waitMs(value), ms, value);
  }
  assert.ok((await waitMs("9".repeat(400))) > 1e15);
});

test("a date: until then, and none if it is over", async () => {
  const date = new Date(Date.now() + 90_000).toUTCString();
  const ms = await waitMs(date);
  assert.ok(ms > 85_000 && ms <= 90_000, `${ms}`);
  assert.equal(await waitMs("Sun, 06 Nov 1994 08:49:37 GMT"), 0);
  assert.ok((await waitMs("Tue, 29 Feb 2072 00:00:00 GMT")) > 1e12);
});

test("anything else asks for nothing", async () => {
  for (const value of [
    "",
    "-1",
    "1.5",
    "0x10",
    "1e3",
    "soon",
    "2072-02-29",
    "Sun Nov  6 08:49:37 2072",
    "Tue, 29 Feb 2072 00:00:00 UTC",
    "Tue, 32 Feb 2072 00:00:00 GMT",
    "Tue, 29 Feb 2072 24:49:37 GMT",
  ]) {
    assert.equal(await waitMs(value), undefined, value);
  }
});
