// What the tokens are good for: refresh, revocation and user info.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startSandbox } from "../src/index.js";
import { Browser } from "./browser.js";
import { claimsOf, clientToken, redirectUri, signIn, tokenRequest } from "./console.js";

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

/** @param {string} token */
const userInfo = (token) =>
  at("/userinfo", { headers: { authorization: `Bearer ${token}`, origin: consoleOrigin } });

/** @param {string | undefined} token */
const refresh = (token) => tokenRequest(sandbox, { grant_type: "refresh_token", refresh_token: token ?? "" });

/** @param {string} token */
const revoke = (token) =>
  at("/oauth2/revoke", {
    method: "POST",
    headers: { origin: consoleOrigin },
    body: new URLSearchParams({ client_id: sandbox.clientId, token }),
  });

describe("refresh tokens", () => {
  it("rotate, and keep scope and subject", async () => {
    const { tokens } = await signIn(sandbox);
    const reply = await refresh(tokens.refresh_token);
    assert.equal(reply.status, 200);
    const renewed = /** @type {import("./console.js").TokenReply} */ (await reply.json());
    assert.notEqual(renewed.refresh_token, tokens.refresh_token);
    assert.notEqual(renewed.access_token, tokens.access_token);
    assert.equal(renewed.scope, tokens.scope);
    assert.equal(claimsOf(renewed.id_token ?? "").sub, claimsOf(tokens.id_token ?? "").sub);
    assert.equal((await refresh(renewed.refresh_token)).status, 200);
  });

  it("end the whole sign-in when one is used twice, and no other", async () => {
    const browser = new Browser();
    const { tokens } = await signIn(sandbox, { browser });
    const other = await signIn(sandbox, { browser });
    const renewed = /** @type {any} */ (await (await refresh(tokens.refresh_token)).json());
    const replayed = await refresh(tokens.refresh_token);
    assert.equal(replayed.status, 400);
    assert.equal(/** @type {any} */ (await replayed.json()).error, "invalid_grant");
    assert.equal((await refresh(renewed.refresh_token)).status, 400);
    assert.equal((await userInfo(renewed.access_token)).status, 401);
    assert.equal((await refresh(other.tokens.refresh_token)).status, 200);
  });

  it("can be used again within the grace time, if there is one, and not after it", async () => {
    const lenient = await startSandbox({ port: 0, grpcPort: 0, quiet: true, refreshGraceSeconds: 2 });
    try {
      const { tokens } = await signIn(lenient);
      const form = { grant_type: "refresh_token", refresh_token: tokens.refresh_token ?? "" };
      const [first, again] = [await tokenRequest(lenient, form), await tokenRequest(lenient, form)];
      assert.deepEqual([first.status, again.status], [200, 200]);
      const { refresh_token: next } = /** @type {any} */ (await again.json());
      assert.equal((await tokenRequest(lenient, { ...form, refresh_token: next })).status, 200);
      await new Promise((resolve) => setTimeout(resolve, 2050));
      assert.equal((await tokenRequest(lenient, form)).status, 400);
    } finally {
      await lenient.close();
    }
  });
});

describe("revocation", () => {
  it("of a refresh token ends its access token too", async () => {
    const { tokens } = await signIn(sandbox);
    assert.equal((await revoke(tokens.refresh_token ?? "")).status, 200);
    assert.equal((await refresh(tokens.refresh_token)).status, 400);
    assert.equal((await userInfo(tokens.access_token)).status, 401);
  });

  it("keeps the consent: signing in again asks for nothing", async () => {
    const { browser, tokens } = await signIn(sandbox, { phoneNumber: "+4799900031" });
    await revoke(tokens.refresh_token ?? "");
    assert.deepEqual((await signIn(sandbox, { browser, phoneNumber: "+4799900031" })).pages, []);
  });

  it("of a token nobody knows is answered with 200", async () => {
    assert.equal((await revoke("no-such-token")).status, 200);
  });

  it("leaves another client's token alone", async () => {
    const token = await clientToken(sandbox);
    assert.equal((await revoke(token)).status, 200);
    const again = await at("/oauth2/revoke", {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from("sipbreakout-vendor:wrong").toString("base64")}` },
      body: new URLSearchParams({ token }),
    });
    assert.equal(again.status, 401);
  });
});

describe("user info", () => {
  it("tells subject, session and number", async () => {
    const { tokens } = await signIn(sandbox, { phoneNumber: "+4799900032" });
    const info = await (await userInfo(tokens.access_token)).json();
    const { sub, sid } = claimsOf(tokens.id_token ?? "");
    assert.deepEqual(info, { sub, sid, phone_number: "+4799900032", phone_number_verified: true });
  });

  it("keeps the number to itself without the phone scope", async () => {
    const { tokens } = await signIn(sandbox, { scope: "openid" });
    const info = /** @type {Record<string, unknown>} */ (await (await userInfo(tokens.access_token)).json());
    assert.deepEqual(Object.keys(info).sort(), ["sid", "sub"]);
  });

  it("refuses a token that is none", async () => {
    assert.equal((await userInfo("nonsense")).status, 401);
  });
});
