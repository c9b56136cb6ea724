// The sandbox misbehaves when it is told to, that often, and then no more.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { startSandbox } from "../src/index.js";
import { claimsOf, redirectUri, signIn, tokenRequest } from "./console.js";

const origin = new URL(redirectUri).origin;

/** @type {import("../src/index.js").Sandbox} */
let sandbox;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true, refreshGraceSeconds: 30 });
});
after(() => sandbox.close());
beforeEach(() => {
  sandbox.disarm();
  sandbox.configure({ clockOffsetSeconds: 0, refreshGraceSeconds: 30, dpop: "allowed", dpopNonces: false });
});

/**
 * @param {Response} reply
 * @returns {Promise<any>}
 */
const json = (reply) => reply.json();

/** @param {string | undefined} token */
const refresh = (token) => tokenRequest(sandbox, { grant_type: "refresh_token", refresh_token: token ?? "" });

/**
 * @param {string} path
 * @param {string} method
 * @param {unknown} [body]
 */
const control = (path, method, body) =>
  fetch(new URL(path, sandbox.url), {
    method,
    headers: { "content-type": "application/json", origin },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const header = (/** @type {string} */ token) =>
  JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());

describe("faults of the token endpoint", () => {
  it("hit as often as asked, and then the next is as always", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.arm({ on: "token.refresh", status: 503, retryAfterSeconds: 2, times: 2 });
    for (let i = 0; i < 2; i += 1) {
      const reply = await refresh(tokens.refresh_token);
      assert.deepEqual([reply.status, reply.headers.get("retry-after")], [503, "2"]);
    }
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
    assert.deepEqual(sandbox.faults(), []);
  });

  it("refuse with an OAuth error, and redirect, without using the token up", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.configure({ refreshGraceSeconds: 0 });
    sandbox.arm([
      { on: "token", error: "invalid_client", status: 401 },
      { on: "token", redirectTo: "http://127.0.0.1:1/elsewhere" },
    ]);
    const refused = await refresh(tokens.refresh_token);
    assert.deepEqual([refused.status, (await json(refused)).error], [401, "invalid_client"]);
    const redirected = await fetch(new URL("/oauth2/token", sandbox.url), {
      method: "POST",
      redirect: "manual",
    });
    assert.deepEqual(
      [redirected.status, redirected.headers.get("location")],
      [307, "http://127.0.0.1:1/elsewhere"],
    );
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
  });

  it("lose a reply after its head: the token is used up, and inside the grace window good once more", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.arm({ on: "token.refresh", lose: "reply" });
    const reply = await refresh(tokens.refresh_token);
    assert.equal(reply.status, 200);
    await assert.rejects(reply.text());
    const entry = sandbox.tokenLog.at(-1);
    assert.deepEqual([entry?.outcome, entry?.replyLost, entry?.grantType], ["issued", true, "refresh_token"]);
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
    assert.equal(sandbox.tokenLog.at(-1)?.tokenFingerprint, entry?.tokenFingerprint);
    sandbox.configure({ refreshGraceSeconds: 0 });
    assert.equal((await json(await refresh(tokens.refresh_token))).error, "invalid_grant");
  });

  it("lose a request before anything is processed", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.configure({ refreshGraceSeconds: 0 });
    sandbox.arm({ on: "token", lose: "request" });
    await assert.rejects(refresh(tokens.refresh_token));
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
  });

  it("draw the same lots each time", async () => {
    const { tokens } = await signIn(sandbox);
    const run = async () => {
      sandbox.disarm();
      sandbox.arm({ on: "token.refresh", status: 500, probability: 0.5, seed: 7, times: "always" });
      const statuses = [];
      for (let i = 0; i < 12; i += 1) statuses.push((await refresh(tokens.refresh_token)).status);
      return statuses.join();
    };
    const first = await run();
    assert.match(first, /200.*500|500.*200/);
    assert.equal(await run(), first);
  });

  it("say in the log what was asked, never a token", async () => {
    const { tokens } = await signIn(sandbox);
    await refresh(tokens.refresh_token);
    const text = await (await control("/control/token-log", "GET")).text();
    for (const secret of sandbox.issuedSecrets) assert.ok(!text.includes(secret));
    const entry = JSON.parse(text).at(-1);
    assert.ok(entry.endedAt >= entry.startedAt && entry.tokenFingerprint !== entry.issuedFingerprint);
  });
});

describe("ID tokens", () => {
  const idToken = async () => (await signIn(sandbox)).tokens.id_token ?? "";
  const kids = async () =>
    (await json(await fetch(new URL("/.well-known/jwks.json", sandbox.url)))).keys.map(
      (/** @type {{ kid: string }} */ key) => key.kid,
    );

  it("have other claims, another algorithm, or no good signature", async () => {
    sandbox.arm([
      { on: "idToken", claims: { nonce: "wrong", aud: null } },
      { on: "idToken", signature: "broken" },
      { on: "idToken", alg: "none" },
      { on: "idToken", alg: "ES256" },
    ]);
    const wrong = claimsOf(await idToken());
    assert.deepEqual([wrong.nonce, wrong.aud], ["wrong", undefined]);
    assert.notEqual(await idToken(), "");
    assert.match(await idToken(), /\.$/);
    const { alg, kid } = header(await idToken());
    assert.equal(alg, "ES256");
    assert.ok((await kids()).includes(kid));
  });

  it("are signed with a new key after a rotation, and made by the provider's clock", async () => {
    const before = header(await idToken()).kid;
    sandbox.configure({ rotateKeys: true, clockOffsetSeconds: 600 });
    const token = await idToken();
    const { kid } = header(token);
    assert.notEqual(kid, before);
    assert.ok((await kids()).includes(kid) && (await kids()).includes(before));
    const ahead = Number(claimsOf(token).iat) - Date.now() / 1000;
    assert.ok(ahead > 590 && ahead < 610, String(ahead));
  });
});

describe("the control endpoint", () => {
  it("arms, lists and disarms, and says what it does not understand", async () => {
    assert.equal(
      (await control("/control/faults", "POST", [{ on: "userinfo", status: 500, times: 2 }])).status,
      200,
    );
    assert.equal((await fetch(new URL("/userinfo", sandbox.url))).status, 500);
    assert.equal((await json(await control("/control/faults", "GET"))).length, 1);
    await control("/control/faults", "DELETE");
    assert.deepEqual(sandbox.faults(), []);
    for (const [path, body, wrong] of /** @type {const} */ ([
      ["/control/faults", { on: "moon" }, /on can't be/],
      ["/control/faults", { on: "token", color: 1 }, /no field color/],
      ["/control/faults", {}, /on is missing/],
      ["/control", { tokenTtlSeconds: 0 }, /tokenTtlSeconds can't be/],
      ["/control", { color: 1 }, /no setting color/],
    ])) {
      const reply = await control(path, "POST", body);
      assert.equal(reply.status, 400);
      assert.match((await json(reply)).error, wrong);
    }
  });

  it("takes JSON only, and lets no page of another machine in", async () => {
    const plain = await fetch(new URL("/control", sandbox.url), { method: "POST", body: "{}" });
    assert.equal(plain.status, 415);
    const preflight = await fetch(new URL("/control", sandbox.url), {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    assert.equal(preflight.headers.get("access-control-allow-origin"), null);
  });
});

describe("consent", () => {
  it("that is taken back ends the grant, and is asked for again", async () => {
    const { tokens } = await signIn(sandbox);
    const { url } = await json(
      await fetch(new URL("/vendor/consent-revocation-link", sandbox.url), {
        method: "POST",
        body: new URLSearchParams({ phoneNumber: "+4799900001", returnTo: redirectUri, state: "s" }),
      }),
    );
    assert.match(await (await fetch(url)).text(), /id="revoke"/);
    const decided = await fetch(url, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ decision: "revoke" }),
    });
    assert.equal(decided.headers.get("location"), `${redirectUri}?state=s&revoked=true`);
    assert.equal((await json(await refresh(tokens.refresh_token))).error, "invalid_grant");
  });
});

describe("the mediated way", () => {
  it("needs the gateway, which adds the secret and takes its own client only", async () => {
    const send = (/** @type {string} */ path, /** @type {string} */ clientId) =>
      fetch(new URL(path, sandbox.url), {
        method: "POST",
        headers: { origin },
        body: new URLSearchParams({
          grant_type: "refresh_token",
          refresh_token: "none",
          client_id: clientId,
        }),
      });
    const straight = await send("/oauth2/token", sandbox.mediatedClientId);
    assert.equal((await json(straight)).error, "invalid_client");
    const mediated = await send("/vendor/oauth2/token", sandbox.mediatedClientId);
    assert.equal((await json(mediated)).error, "invalid_grant", "the client is known, the token is not");
    assert.equal(mediated.headers.get("access-control-allow-origin"), origin);
    assert.equal((await send("/vendor/oauth2/token", sandbox.clientId)).status, 401);
  });
});
