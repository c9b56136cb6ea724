// The vendor's back end, and what the sandbox tells a test about the requests and secrets it has seen.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startSandbox } from "../src/index.js";
import { clientToken, redirectUri, signIn } from "./console.js";

const consoleOrigin = new URL(redirectUri).origin;

/** @type {import("../src/index.js").Sandbox} */
let sandbox;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true });
});
after(() => sandbox.close());

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
const at = (path, init) => fetch(new URL(path, sandbox.url), init);

describe("the vendor's back end", () => {
  it("hands out a client token, also across origins", async () => {
    const reply = await at("/vendor/token", { method: "POST", headers: { origin: consoleOrigin } });
    assert.equal(reply.headers.get("access-control-allow-origin"), consoleOrigin);
    assert.equal(reply.headers.get("cache-control"), "no-store");
    const token = /** @type {any} */ (await reply.json());
    assert.deepEqual(Object.keys(token).sort(), ["access_token", "expires_in", "token_type"]);
    assert.equal(token.token_type, "Bearer");
    assert.equal(token.expires_in, 3600);
  });

  it("gets it by a token request with Basic, which a wrong secret fails", async () => {
    const before = sandbox.requests.length;
    await clientToken(sandbox);
    assert.deepEqual(
      sandbox.requests.slice(before).map(({ path }) => path),
      ["/vendor/token", "/oauth2/token"],
    );
    const reply = await at("/oauth2/token", {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from("sipbreakout-vendor:wrong").toString("base64")}` },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    assert.equal(reply.status, 401);
  });

  it("passes a refusal on", async () => {
    const reply = await at("/vendor/token", {
      method: "POST",
      body: new URLSearchParams({ scope: "phone" }),
    });
    assert.equal(reply.status, 400);
    assert.equal(/** @type {any} */ (await reply.json()).error, "invalid_scope");
  });

  it("refuses a form that is too large, and goes on", async () => {
    const body = new URLSearchParams({ scope: "x".repeat(2_000_000) });
    assert.equal((await at("/vendor/token", { method: "POST", body })).status, 413);
    assert.equal((await at("/vendor/token", { method: "POST" })).status, 200);
  });

  it("answers only POST", async () => {
    assert.equal((await at("/vendor/token")).status, 405);
  });
});

describe("what a test can see", () => {
  it("is every code and token that was handed out", async () => {
    const { callback, tokens } = await signIn(sandbox);
    const token = await clientToken(sandbox);
    const handedOut = [
      callback.searchParams.get("code"),
      tokens.access_token,
      tokens.refresh_token,
      tokens.id_token,
      token,
    ];
    for (const secret of handedOut) assert.ok(sandbox.issuedSecrets.has(secret ?? ""));
  });

  it("is nothing when the sandbox is told not to collect", async () => {
    const other = await startSandbox({ port: 0, grpcPort: 0, quiet: true, collectSecrets: false });
    try {
      await signIn(other);
      assert.equal(other.issuedSecrets.size, 0);
    } finally {
      await other.close();
    }
  });

  it("is a log of requests without any of them", async () => {
    await signIn(sandbox);
    const text = JSON.stringify(sandbox.requests);
    assert.match(text, /"path":"\/oauth2\/auth\/:id"/);
    for (const secret of sandbox.issuedSecrets) assert.ok(!text.includes(secret));
    assert.doesNotMatch(text, /\?/);
  });
});
