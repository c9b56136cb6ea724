// Which pages may read the OpenID endpoints.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startSandbox } from "../src/index.js";
import { authorizationRequest, redirectUri } from "./console.js";

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

describe("CORS", () => {
  const open = ["/.well-known/openid-configuration", "/.well-known/jwks.json"];
  const posted = ["/oauth2/token", "/oauth2/revoke", "/userinfo"];
  const allowed = (/** @type {Response} */ response) => response.headers.get("access-control-allow-origin");

  it("lets a page of this machine read discovery, keys, token, revocation and user info", async () => {
    for (const origin of [
      "http://localhost:5173",
      "http://127.0.0.1:8080",
      "https://localhost",
      "http://[::1]:3000",
    ]) {
      for (const path of open) assert.equal(allowed(await at(path, { headers: { origin } })), origin, path);
      for (const path of posted) {
        const body = new URLSearchParams({ client_id: sandbox.clientId });
        assert.equal(allowed(await at(path, { method: "POST", headers: { origin }, body })), origin, path);
      }
    }
  });

  it("answers preflights for them", async () => {
    const headers = {
      origin: consoleOrigin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    };
    for (const path of [...posted, ...open]) {
      const reply = await at(path, { method: "OPTIONS", headers });
      assert.equal(reply.status, 204, path);
      assert.equal(allowed(reply), consoleOrigin, path);
      assert.match(reply.headers.get("access-control-allow-headers") ?? "", /authorization/, path);
    }
  });

  it("keeps other origins out", async () => {
    for (const origin of ["https://example.com", "http://localhost.example.com", "null"]) {
      for (const path of open) assert.equal(allowed(await at(path, { headers: { origin } })), null, path);
      for (const path of posted) {
        const body = new URLSearchParams({ client_id: sandbox.clientId });
        assert.equal(allowed(await at(path, { method: "POST", headers: { origin }, body })), null, path);
        const headers = { origin, "access-control-request-method": "POST" };
        assert.equal(allowed(await at(path, { method: "OPTIONS", headers })), null, path);
      }
    }
  });

  it("is never there on the authorization endpoint", async () => {
    const { url } = authorizationRequest(sandbox);
    const reply = await fetch(url, { redirect: "manual", headers: { origin: consoleOrigin } });
    assert.equal(reply.status, 303);
    assert.equal(allowed(reply), null);
  });
});
