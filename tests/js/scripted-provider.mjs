// A session with the preset's provider, whose replies are a script.

import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { jwt } from "./people.mjs";
import { adapter, follow } from "./session.mjs";

export const CLIENT = "console";
export const CALLBACK = "https://app.example.com/callback";
export const ISSUER = "https://id.wgtwo.com/";
const APPLICATION = "https://app.example.com/";

let count = 0;

/** A reply, of JSON unless it is a text. */
export const reply = (status, body = "") =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json" },
  });

/** What the token endpoint brings, beside an ID token. */
export const tokens = (n = 1, more = {}) => ({
  access_token: `access-${n}`,
  token_type: "bearer",
  expires_in: 3600,
  refresh_token: `refresh-${n}`,
  ...more,
});

/** What an ID token says. */
export function claims(nonce, more = {}) {
  const now = Math.floor(Date.now() / 1000);
  return { iss: ISSUER, sub: "user-1", aud: CLIENT, exp: now + 3600, iat: now, nonce, ...more };
}

export const answer = (state, rest) => `${CALLBACK}?state=${state}&${rest}`;

/**
 * A page with one session. `replies` are those to come, in order: a Response, an error to be thrown, or a function that
 * returns one. `requests` are those that were made. `entries` is what its store has.
 */
export function createScript(more = {}) {
  openPage(APPLICATION);
  count += 1;
  const script = { replies: [], requests: [], entries: new Map() };
  const fetch = async (address, init) => {
    const body = await new Response(init.body).text();
    const request = { url: String(address), headers: new Headers(init.headers) };
    script.requests.push({ ...request, fields: Object.fromEntries(new URLSearchParams(body)) });
    if (script.replies.length === 0) throw new Error(`nobody expects ${address}`);
    const next = script.replies.shift();
    const answered = typeof next === "function" ? await next(init) : next;
    if (answered instanceof Error) throw answered;
    return answered;
  };
  script.options = {
    clientId: CLIENT,
    redirectUri: CALLBACK,
    preset: "wgtwo",
    // Signatures and renewal have tests of their own.
    dangerouslySkipIdTokenSignature: true,
    autoRefresh: false,
    name: `scripted-${count}`,
    fetch,
    storage: adapter(script.entries),
    ...more,
  };
  script.auth = createAuth(script.options);
  script.told = follow(script.auth);
  /** The parameters that the provider is sent. */
  script.begin = async (options, auth = script.auth) => {
    const { searchParams } = await auth.createSignInUrl(options);
    return Object.fromEntries(searchParams);
  };
  /** Signs in. */
  script.signIn = async (body = tokens()) => {
    const { state, nonce } = await script.begin();
    const id_token = nonce === undefined ? undefined : jwt(claims(nonce));
    script.replies.push(reply(200, { id_token, ...body }));
    await script.auth.handleRedirectCallback(answer(state, "code=a-code"));
    script.requests.length = 0;
    script.told.length = 0;
  };
  /** The stored session. */
  script.stored = () => {
    const found = [...script.entries].find(([key]) => key.startsWith("sipbreakout/session/"));
    return found && JSON.parse(found[1]);
  };
  /** The records of sign-ins under way, of all sessions of the tab. */
  script.pending = () =>
    Object.entries(globalThis.sessionStorage)
      .filter(([key]) => key.startsWith("sipbreakout/sign-in/"))
      .map(([key, text]) => ({ key, text, record: JSON.parse(text) }));
  return script;
}

/** Endpoints by hand: neither revocation, nor user info, nor log-out. */
export const bare = {
  preset: undefined,
  scope: ["phone"],
  endpoints: { authorization: "https://id.example.com/auth", token: "https://id.example.com/token" },
};
