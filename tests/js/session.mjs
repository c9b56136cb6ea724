// A session whose refreshes are answered by a script, and what it told.

import { createAuth } from "../../dist/index.js";
import { createProvider } from "./provider.mjs";

const types = [
  "signedIn",
  "tokenRefreshed",
  "tokenExpiring",
  "sessionUncertain",
  "sessionExpired",
  "signedOut",
];
let count = 0;

/** A reply of JSON, or of text that is sent as it stands. */
export const reply = (status, body, contentType = "application/json") =>
  new Response(typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body), {
    status,
    headers: contentType === null ? {} : { "content-type": contentType },
  });

/** What a good refresh brings. */
export const renewed = (n, expires_in = 300) => ({
  access_token: `access-${n}`,
  token_type: "bearer",
  expires_in,
  refresh_token: `refresh-${n}`,
});

/** An application's own store, as several tabs (or several `Auth`) may share it. */
export function adapter(entries = new Map()) {
  return {
    entries,
    get: async (key) => entries.get(key),
    set: async (key, value) => void entries.set(key, value),
    remove: async (key) => void entries.delete(key),
  };
}

/** Writes down the events of an `Auth`, with the state that it had when each of them was dispatched. */
export function follow(auth) {
  const told = [];
  for (const type of types) {
    auth.addEventListener(type, ({ detail }) => told.push({ type, detail, state: auth.sessionState }));
  }
  return told;
}

/**
 * A person who is signed in. `refreshes` are the answers to the refreshes, in order; the last one stays. An answer is a
 * Response, an error to be thrown, or a function that returns one. `sent` are the forms of the refreshes.
 */
export async function signedIn({ lifeSeconds = 0, refreshes = [], first, ...options } = {}) {
  const provider = createProvider();
  const sent = [];
  const script = { refreshes: [...refreshes] };
  count += 1;
  const fetch = async (address, init) => {
    const form = new URLSearchParams(init?.body ? new TextDecoder().decode(init.body) : "");
    if (!String(address).endsWith("/token")) return provider.fetch(address, init);
    if (form.get("grant_type") === "refresh_token") {
      sent.push(form);
      const next = script.refreshes.length > 1 ? script.refreshes.shift() : script.refreshes[0];
      const answer = typeof next === "function" ? await next(form, init) : next;
      if (answer instanceof Error) throw answer;
      return answer.clone();
    }
    const good = { ...(await (await provider.fetch(address, init)).json()), access_token: "access-1" };
    return first?.(good) ?? reply(200, { ...good, expires_in: lifeSeconds });
  };
  const given = {
    clientId: "c",
    redirectUri: globalThis.location?.href ?? "https://console.example/back",
    issuer: provider.issuer,
    name: `refreshing-${count}`,
    autoRefresh: false,
    fetch,
    ...options,
  };
  const auth = createAuth(given);
  const told = follow(auth);
  await auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
  told.length = 0;
  return { auth, told, sent, script, provider, options: given };
}

/** The error of a promise that must fail. */
export const failing = (promise) =>
  promise.then(
    (value) => {
      throw new Error(`it resolved to ${JSON.stringify(value)}`);
    },
    (error) => error,
  );

/** Lets time pass by the wall clock, as far as the package can see; timers do not notice. Undone by `back()`. */
export function clock() {
  const { now } = Date;
  let offset = 0;
  Date.now = () => now() + offset;
  return {
    pass(ms) {
      offset += ms;
    },
    back() {
      Date.now = now;
    },
  };
}
