// A console in small: authorization code with PKCE by hand, so that the sandbox is tested without the product.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Browser } from "./browser.js";

export const redirectUri = "http://localhost:5173/callback";
export const allScopes = "openid offline_access phone call.routing:write";

/** @typedef {import("../src/index.js").Sandbox} Sandbox */
/** @typedef {{ url: URL, verifier: string, state: string, nonce: string }} Request */
/** @typedef {{ access_token: string, refresh_token?: string, id_token?: string, expires_in: number, scope: string, token_type: string }} TokenReply */

/**
 * @param {Sandbox} sandbox
 * @param {Record<string, string | undefined>} [changes] parameters to set, or with undefined to leave out
 * @returns {Request}
 */
export function authorizationRequest(sandbox, changes = {}) {
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(12).toString("base64url");
  const nonce = randomBytes(12).toString("base64url");
  const url = new URL("/oauth2/auth", sandbox.issuer);
  const parameters = {
    client_id: sandbox.clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: allScopes,
    state,
    nonce,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return { url, verifier, state, nonce };
}

/**
 * Goes through sign-in and consent as far as they are asked for.
 * @param {Browser} browser
 * @param {Request} request
 * @param {string} [phoneNumber]
 * @returns {Promise<{ callback: URL, pages: string[] }>} the address the browser was sent back to, and what it saw
 */
export async function passPages(browser, request, phoneNumber = "+4799900001") {
  /** @type {string[]} */
  const pages = [];
  let page = await browser.go(request.url);
  while (page.status !== 0) {
    if (page.text.includes('id="phone-number"')) {
      pages.push("sign-in");
      page = await browser.submit(page, { phoneNumber });
    } else if (page.text.includes('id="allow"')) {
      pages.push("consent");
      page = await browser.submit(page, { decision: "allow" });
    } else {
      throw new Error(`unexpected page: ${page.status} ${page.text}`);
    }
    assert.ok(pages.length <= 2, `asked too often: ${pages.join(", ")}`);
  }
  return { callback: page.url, pages };
}

/** @typedef {(sandbox: Sandbox, form: Record<string, string>) => Promise<Response>} TokenRequest */

/**
 * @param {Sandbox} sandbox
 * @param {Record<string, string>} form
 * @param {{ path?: string, headers?: Record<string, string> }} [options]
 */
export function tokenRequest(sandbox, form, { path = "/oauth2/token", headers = {} } = {}) {
  return fetch(new URL(path, sandbox.issuer), {
    method: "POST",
    redirect: "manual",
    headers: { origin: new URL(redirectUri).origin, ...headers },
    body: new URLSearchParams({ client_id: sandbox.clientId, ...form }),
  });
}

/**
 * @param {Sandbox} sandbox
 * @param {Request} request
 * @param {URL} callback
 * @param {TokenRequest} [send]
 * @returns {Promise<TokenReply>}
 */
export async function redeem(sandbox, request, callback, send = tokenRequest) {
  assert.equal(
    callback.searchParams.get("error"),
    null,
    callback.searchParams.get("error_description") ?? "",
  );
  const reply = await send(sandbox, {
    grant_type: "authorization_code",
    code: callback.searchParams.get("code") ?? "",
    redirect_uri: request.url.searchParams.get("redirect_uri") ?? "",
    code_verifier: request.verifier,
  });
  assert.equal(reply.status, 200);
  return /** @type {TokenReply} */ (await reply.json());
}

/**
 * The whole way, in a browser of its own unless one is given.
 * @param {Sandbox} sandbox
 * @param {{ phoneNumber?: string, scope?: string, browser?: Browser, prompt?: string, clientId?: string,
 *   send?: TokenRequest }} [options] `send`: makes the token request
 */
export async function signIn(
  sandbox,
  { phoneNumber, scope = allScopes, browser = new Browser(), prompt, clientId = sandbox.clientId, send } = {},
) {
  const request = authorizationRequest(sandbox, { scope, prompt, client_id: clientId });
  const { callback, pages } = await passPages(browser, request, phoneNumber);
  return { browser, request, callback, pages, tokens: await redeem(sandbox, request, callback, send) };
}

/**
 * A token of the vendor's back end.
 * @param {Sandbox} sandbox
 * @param {string} [scope]
 * @returns {Promise<string>}
 */
export async function clientToken(sandbox, scope) {
  const reply = await fetch(new URL("/vendor/token", sandbox.url), {
    method: "POST",
    ...(scope === undefined ? {} : { body: new URLSearchParams({ scope }) }),
  });
  assert.equal(reply.status, 200);
  return /** @type {TokenReply} */ (await reply.json()).access_token;
}

/**
 * @param {string} token a JWT
 * @returns {Record<string, any>}
 */
export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}
