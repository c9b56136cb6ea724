// Nonces for DPoP proofs (RFC 9449, section 9) that the core gives: they are used from then on, whatever the reply is.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createClient } from "../../dist/index.js";
import { bodyOf, failure, grpcWeb, ok, request } from "./grpc-web.mjs";
import { closePage, openPage } from "./page.mjs";
import { renewed, reply, signedIn } from "./session.mjs";

before(() => openPage("https://console.example/back"));
after(closePage);

const asDpop = (tokens) => reply(200, { ...tokens, token_type: "DPoP", expires_in: 300 });

/** A client of a session with DPoP, whose core answers with these, in turn. `nonces` has those of the proofs it got. */
async function scripted(replies) {
  const { auth, sent } = await signedIn({
    dpop: true,
    storage: "memory",
    first: asDpop,
    refreshes: [asDpop(renewed(2))],
  });
  const nonces = [];
  const fetch = async (_, init) => {
    const proof = new Headers(init.headers).get("dpop");
    nonces.push(JSON.parse(Buffer.from(proof.split(".")[1], "base64url")).nonce);
    return replies[Math.min(nonces.length, replies.length) - 1]();
  };
  const options = { baseUrl: "https://api.example.com", auth, fetch, retry: { initialDelayMs: 1 } };
  return { client: createClient(options), nonces, refreshes: sent };
}

const busy = (nonce) => () =>
  new Response("busy", { status: 503, headers: nonce ? { "dpop-nonce": nonce } : {} });
const wanting = (nonce) => () =>
  new Response("", {
    status: 401,
    headers: { "dpop-nonce": nonce, "www-authenticate": 'DPoP error="use_dpop_nonce"' },
  });

test("a nonce of a reply that is neither an answer nor a refusal of the token is heeded", async () => {
  const { client, nonces } = await scripted([busy("first"), ok]);
  assert.equal((await client.upsertRegistration(request)).status, "OK");
  assert.deepEqual(nonces, [undefined, "first"]);
});

test("a nonce in the trailers of an error is heeded, too", async () => {
  const trailers = "grpc-status: 14\r\ndpop-nonce: second\r\n";
  const down = () => new Response(bodyOf(undefined, trailers), { headers: { "content-type": grpcWeb } });
  const { client, nonces } = await scripted([down, ok]);
  assert.equal((await client.upsertRegistration(request)).status, "OK");
  assert.deepEqual(nonces, [undefined, "second"]);
});

test("each attempt may be made again with the nonce that it lacked, and no token is refreshed for it", async () => {
  const { client, nonces, refreshes } = await scripted([wanting("first"), busy(), wanting("second"), ok]);
  assert.equal((await client.upsertRegistration(request)).status, "OK");
  assert.deepEqual(nonces, [undefined, "first", "first", "second"]);
  assert.equal(refreshes.length, 0);
});

test("with a fresh token a nonce may be wanted again; without end it is not given", async () => {
  let count = 0;
  const { client, nonces, refreshes } = await scripted([() => wanting(`nonce-${++count}`)()]);
  const { code } = await failure(client.upsertRegistration(request));
  assert.equal(code, "unauthenticated");
  assert.deepEqual(nonces, [undefined, "nonce-1", "nonce-2", "nonce-3"]);
  assert.equal(refreshes.length, 1);
});
