// A provider with several people, behind `fetch`. Its refresh tokens are good once: who sends one twice loses the session,
// as at providers that detect reuse.

import { setTimeout as pause } from "node:timers/promises";

const issuer = "https://id.people.example";
const home = "https://console.example/back";

const json = (value, status = 200, headers = {}) =>
  new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });

/** A token that says this; its signature is none. */
export const jwt = (claims) =>
  `${[{ alg: "RS256" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.c2ln`;

let clients = 0;

/** One client at that provider; each has a session of its own in every store. */
export function createPeople(clientId = `client-${process.pid}-${++clients}`) {
  const codes = new Map();
  const families = new Map();
  let count = 0;
  const people = {
    /** The refresh tokens that came, in their order. */
    refreshes: [],
    /** How many codes came. */
    exchanges: 0,
    /** The tokens that were revoked. */
    revoked: [],
    /** What the next replies to a refresh wait for, by person. */
    delayMs: {},
    /** People who are told to come back later. */
    busy: new Set(),
    expiresIn: 300,
    isOpenId: true,
  };

  const issue = (sub, family, more = {}) => {
    count += 1;
    family.current = `refresh-of-${sub}-${count}`;
    families.set(family.current, family);
    return json({
      access_token: `access-of-${sub}-${count}`,
      token_type: "bearer",
      expires_in: people.expiresIn,
      refresh_token: family.current,
      ...more,
    });
  };

  const endpoints = {
    async token(form) {
      if (form.get("grant_type") === "authorization_code") {
        people.exchanges += 1;
        const { sub, nonce } = codes.get(form.get("code"));
        const now = Math.floor(Date.now() / 1000);
        const claims = { iss: issuer, sub, aud: clientId, iat: now, exp: now + 300, nonce };
        return issue(sub, { sub }, people.isOpenId ? { id_token: jwt(claims) } : {});
      }
      const token = form.get("refresh_token");
      const family = families.get(token);
      people.refreshes.push(token);
      await pause(people.delayMs[family.sub] ?? 0);
      if (people.busy.has(family.sub)) return json({ error: "slow_down" }, 429, { "retry-after": "60" });
      if (family.isDead || family.current !== token) {
        family.isDead = true;
        return json({ error: "invalid_grant" }, 400);
      }
      return issue(family.sub, family);
    },
    revoke(form) {
      people.revoked.push(form.get("token"));
      return json({});
    },
  };

  const fetch = async (address, init) => {
    const form = new URLSearchParams(await new Response(init?.body).text());
    return endpoints[String(address).split("/").at(-1)](form);
  };

  /** The options of an Auth; `more` beside what they need. */
  people.options = (more = {}) => ({
    clientId,
    redirectUri: home,
    scope: people.isOpenId ? "openid" : "phone",
    issuer,
    dangerouslySkipIdTokenSignature: true,
    fetch: (address, init) =>
      String(address).endsWith("/.well-known/openid-configuration")
        ? json({
            issuer,
            authorization_endpoint: `${issuer}/auth`,
            token_endpoint: `${issuer}/token`,
            revocation_endpoint: `${issuer}/revoke`,
            jwks_uri: `${issuer}/keys`,
          })
        : fetch(address, init),
    ...more,
  });

  /** The address that the provider sends `sub` back to. */
  people.answer = async (auth, sub, options) => {
    const query = (await auth.createSignInUrl(options)).searchParams;
    const code = `code-${++count}`;
    codes.set(code, { sub, nonce: query.get("nonce") });
    return `${home}?${new URLSearchParams({ code, state: query.get("state") })}`;
  };

  /** Somebody else has sent this refresh token as well. */
  people.replay = (token) => {
    families.get(token).isDead = true;
  };

  people.signIn = async (auth, sub) => auth.handleRedirectCallback(await people.answer(auth, sub));

  return people;
}

/** An application's own store over `entries`, each access to which takes a moment. Its `fails` may be set. */
export function adapterOf(entries = new Map(), waitMs = 0) {
  const adapter = { entries, fails: {} };
  const method =
    (name, work) =>
    async (...given) => {
      await pause(waitMs);
      await adapter.fails[name]?.();
      const value = work(...given);
      await pause(waitMs);
      return value;
    };
  adapter.get = method("get", (key) => entries.get(key));
  adapter.set = method("set", (key, value) => void entries.set(key, value));
  adapter.remove = method("remove", (key) => void entries.delete(key));
  return adapter;
}

/** The names of all events that an Auth is told. */
export function heard(auth) {
  const names = [];
  for (const type of ["signedIn", "tokenRefreshed", "sessionExpired", "signedOut"]) {
    auth.addEventListener(type, () => names.push(type));
  }
  return names;
}

/** Waits until `names`, as of `heard`, has this many, and a moment longer for one too many. */
export async function toldOf(names, count) {
  for (let waited = 0; names.length < count && waited < 5000; waited += 10) await pause(10);
  await pause(50);
  return names;
}
