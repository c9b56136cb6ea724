// A sandbox for tests that make it misbehave: each test begins with one that behaves.
import { after, before, beforeEach } from "node:test";
import { startSandbox } from "../src/index.js";
import { redirectUri, tokenRequest } from "./console.js";

export const origin = new URL(redirectUri).origin;

/** @typedef {import("../src/index.js").Sandbox} Sandbox */

/** @returns {Sandbox} filled in when the tests begin */
export function misbehavingSandbox() {
  const sandbox = /** @type {Sandbox} */ ({});
  before(async () => {
    Object.assign(sandbox, await startSandbox({ port: 0, grpcPort: 0, quiet: true }));
  });
  after(() => sandbox.close());
  beforeEach(() => {
    sandbox.disarm();
    sandbox.configure({
      tokenTtlSeconds: 3600,
      refreshGraceSeconds: 0,
      ttlSeconds: 3600,
      clockOffsetSeconds: 0,
      dpop: "allowed",
      dpopNonces: false,
      openerPolicy: "unsafe-none",
    });
    sandbox.tokenLog.length = 0;
  });
  return sandbox;
}

/**
 * @param {Response} reply
 * @returns {Promise<any>}
 */
export const json = (reply) => reply.json();

/**
 * @param {Sandbox} sandbox
 * @param {string | undefined} token
 * @param {Parameters<typeof tokenRequest>[2]} [options]
 */
export const refresh = (sandbox, token, options) =>
  tokenRequest(sandbox, { grant_type: "refresh_token", refresh_token: token ?? "" }, options);

/**
 * @param {Sandbox} sandbox
 * @param {string} path
 * @param {RequestInit} [init]
 */
export const at = (sandbox, path, init = {}) =>
  fetch(new URL(path, sandbox.url), {
    ...init,
    headers: { origin, .../** @type {Record<string, string>} */ (init.headers) },
  });

/**
 * @param {Sandbox} sandbox
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
export const control = (sandbox, method, path, body) =>
  at(sandbox, path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/**
 * @param {Sandbox} sandbox
 * @param {string} token
 * @param {string} [scheme]
 */
export const userInfo = (sandbox, token, scheme = "Bearer") =>
  at(sandbox, "/userinfo", { headers: { authorization: `${scheme} ${token}` } });
