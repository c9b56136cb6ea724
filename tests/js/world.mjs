// Tabs of a browser, the databases that they share, and a provider: in a virtual page.

import { createAuth } from "../../dist/index.js";
import { jwt } from "./people.mjs";
import { createVirtualPage, inOrder } from "./virtual-page.mjs";

const issuer = "https://id.world.example";
const home = "https://console.example/back";

const json = (value, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });

let worlds = 0;

/**
 * Of the replies to refreshes those are lost whose place in `lost` is true. A provider with `grace` answers a repetition;
 * others take who repeats a token for a thief. `script` holds answers to come to refreshes instead: a Response, an error to
 * be thrown, or a function that returns one.
 */
export function createWorld(scheduler, { lost = [], grace = false, isTimed = false, hasLocks = true } = {}) {
  worlds += 1;
  const clientId = `world-${worlds}`;
  const page = createVirtualPage(scheduler, { isTimed });
  const { moment } = page;
  const world = {
    page,
    violations: [],
    refreshes: 0,
    losses: 0,
    script: [],
    sent: [],
    revoked: [],
    expiresIn: 300,
  };

  // The provider: a refresh token is good once, and who sends one twice ends the session.
  const codes = new Map();
  const families = new Map();
  const owners = new Map();
  const inFlight = new Set();
  let count = 0;
  const issue = (family, more = {}) => {
    count += 1;
    family.before = family.current;
    family.current = `refresh-${count}`;
    families.set(family.current, family);
    owners.set(`access-${count}`, family.sub);
    const good = { access_token: `access-${count}`, token_type: "bearer", expires_in: world.expiresIn };
    return json({ ...good, refresh_token: family.current, ...more });
  };
  const exchange = (form) => {
    const { sub, nonce } = codes.get(form.get("code"));
    const seconds = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, sub, aud: clientId, iat: seconds, exp: seconds + 7200, nonce };
    return issue({ sub }, { id_token: jwt(claims) });
  };
  const refresh = (token) => {
    const family = families.get(token);
    if (grace && family.before === token && !family.isDead) family.current = token;
    if (family.isDead || family.current !== token) {
      family.isDead = true;
      return json({ error: "invalid_grant" }, 400);
    }
    return issue(family);
  };
  const fetch = async (address, init) => {
    const name = String(address).split("/").at(-1);
    if (name === "keys") {
      await page.sleep(5000);
      return json({ keys: [] });
    }
    if (name === "openid-configuration") {
      const named = {
        authorization_endpoint: "auth",
        token_endpoint: "token",
        revocation_endpoint: "revoke",
      };
      const addresses = Object.entries(named).map(([key, path]) => [key, `${issuer}/${path}`]);
      return json({ issuer, jwks_uri: `${issuer}/keys`, ...Object.fromEntries(addresses) });
    }
    const form = new URLSearchParams(new TextDecoder().decode(init.body));
    const token = form.get("refresh_token");
    let isLost = false;
    if (token !== null) {
      world.sent.push(token);
      if (inFlight.has(token)) world.violations.push(`${token} is in flight twice`);
      inFlight.add(token);
      isLost = lost[world.refreshes] === true;
      world.refreshes += 1;
      world.losses += isLost ? 1 : 0;
    }
    await moment("request");
    let reply = json({});
    const scripted = token !== null && world.script.shift();
    if (scripted) reply = typeof scripted === "function" ? await scripted(init) : scripted;
    else if (name === "revoke") world.revoked.push(form.get("token"));
    else reply = token === null ? exchange(form) : refresh(token);
    await moment("reply");
    inFlight.delete(token);
    if (isLost) throw new TypeError("Failed to fetch");
    if (reply instanceof Error) throw reply;
    return reply;
  };

  /** Where the tabs of a browser profile have their session. It knows whose sessions it had. */
  world.database = () => {
    const entries = new Map();
    const database = { entries, owners: [undefined], longest: Number.POSITIVE_INFINITY, waitMs: 0 };
    database.session = () => {
      try {
        return JSON.parse(entries.get(database.key("session")));
      } catch {
        return undefined;
      }
    };
    const note = () => database.owners.push(database.session()?.sub);
    const slowly =
      (work) =>
      async (...given) => {
        await (database.waitMs > 0 ? page.sleep(database.waitMs) : moment("store"));
        if (given[1]?.length > database.longest) throw new Error("full");
        const value = work(...given);
        note();
        await (database.waitMs > 0 ? page.sleep(database.waitMs) : moment("stored"));
        return value;
      };
    database.key = (kind) => [...entries.keys()].find((name) => name.includes(`/${kind}/`));
    database.put = (fields) =>
      entries.set(database.key("session"), JSON.stringify({ ...database.session(), ...fields }));
    database.open = () => ({
      get: slowly((key) => entries.get(key)),
      set: slowly((key, value) => void entries.set(key, value)),
      remove: slowly((key) => void entries.delete(key)),
    });
    return database;
  };

  world.tab = (database, options = {}) =>
    createAuth({
      clientId,
      redirectUri: home,
      issuer,
      scope: "openid",
      dangerouslySkipIdTokenSignature: true,
      autoRefresh: false,
      storage: database.open(),
      fetch,
      ...options,
    });

  world.signIn = async (auth, sub) => {
    const query = (await auth.createSignInUrl()).searchParams;
    const code = `code-${++count}`;
    codes.set(code, { sub, nonce: query.get("nonce") });
    await auth.handleRedirectCallback(`${home}?${new URLSearchParams({ code, state: query.get("state") })}`);
  };

  world.ownerOf = (token) => owners.get(token);
  world.isGood = (refreshToken) => {
    const family = families.get(refreshToken);
    return family.current === refreshToken && !family.isDead;
  };
  /** A browser's tabs, in the first of which somebody is signed in. */
  world.tabs = async (count, options) => {
    const database = world.database();
    const tabs = Array.from({ length: count }, () => world.tab(database, options));
    await page.run(world.signIn(tabs[0], "ada"));
    return { database, tabs };
  };

  /** Begins `work` at some time. */
  world.sometime = (work) => moment("begin").then(work);
  world.open = () => page.open(home, hasLocks);
  return world;
}

/** Runs `work` in a world of its own, in which everything comes in its order, and timers fire at their time. */
export const inWorld =
  (work, options = {}) =>
  async () => {
    const world = createWorld(inOrder(), { isTimed: true, ...options });
    world.open();
    try {
      await work(world);
    } finally {
      world.page.close();
    }
  };
