// What any script of a page puts on `Object.prototype` is nobody's option, answer or request: with each name that the
// package or the platform reads polluted, everything goes on as without. In a process of its own, because all is polluted.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inProcess } from "./in-process.mjs";

const here = (name) => JSON.stringify(new URL(name, import.meta.url).href);

// A sign-in with an ID token, calls, a fleet, a keeper, refused input, a sign-out: `all()` tells what went out and what
// came of it. A request is told as the platform would read it, with what it inherits.
const stage = `
  const { readFileSync } = await import("node:fs");
  const { openPage } = await import(${here("page.mjs")});
  const { createProvider } = await import(${here("provider.mjs")});
  const INIT = ["method", "headers", "body", "mode", "credentials", "cache", "redirect", "referrer", "referrerPolicy", "integrity",
    "keepalive", "signal", "priority", "duplex", "window", "dispatcher"];
  const ok = new Uint8Array([0, 0, 0, 0, 7, 8, 1, 26, 3, 8, 0xac, 2, 0x80, 0, 0, 0, 15, ...new TextEncoder().encode("grpc-status:0\\r\\n")]);
  const said = [];
  const text = (bytes) => Array.from(bytes ?? [], (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
  const told = (url, init) => {
    const part = (name) => {
      const value = init[name];
      if (name === "body") return value && text(value).replace(/(verifier=|code=|jti)[\\w-]+/g, "$1…");
      if (name === "signal") return value instanceof AbortSignal ? "a signal" : String(value);
      if (name === "headers") return [...value].map((pair) => pair.join(": ")).join("; ").replace(/grpc-timeout: \\d+m/, "grpc-timeout");
      return value;
    };
    said.push(url + " " + INIT.map((name) => name + "=" + String(part(name))).join(" "));
  };
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  async function all() {
    said.length = 0;
    clean();
    openPage("https://console.example/");
    const provider = createProvider();
    soil();
    const answers = async (url, init) => {
      told(String(url), init);
      // What answers is not what is tested, and Node's own parts can't stand all of it.
      clean();
      try {
        if (!String(url).includes("/wgtwo.")) return await provider.fetch(url, init);
        return new Response(ok, { headers: { "content-type": "application/grpc-web+proto" } });
      } finally { soil(); }
    };
    const events = [];
    const auth = sdk.createAuth({ clientId: "console", redirectUri: "https://console.example/", issuer: provider.issuer,
      fetch: answers, name: "n" + Math.random() });
    for (const type of ["signedIn", "signedOut", "sessionExpired", "tokenRefreshed"])
      auth.addEventListener(type, ({ bubbles, cancelable, detail }) => events.push([type, bubbles, cancelable, Object.keys(detail).join()].join(" ")));
    const url = await auth.createSignInUrl({ appState: { path: "/", list: [1, { a: 2 }] } });
    const query = [...url.searchParams].filter(([name]) => !["state", "nonce", "code_challenge"].includes(name)).map(String);
    const answer = provider.answer(url);
    const { appState } = await auth.handleRedirectCallback(answer);
    const token = await auth.getAccessToken();
    const user = await auth.getUser();
    const options = { baseUrl: "https://api.example.com", fetch: answers };
    const client = sdk.createClient({ ...options, auth });
    const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };
    const mine = { sipUri: "sips:pbx.example.com", routeType: "FORK" };
    const upserted = await client.upsertRegistration(request);
    await client.upsertRegistration(mine);
    await client.deleteRegistration({ sipUri: "sips:pbx.example.com" });
    const supplied = sdk.createClient({ ...options, accessToken: () => ({ token: "supplied" }) });
    const fleet = [];
    for await (const { index, request: copy, status } of supplied.upsertRegistrations([request, mine])) fleet.push([index, Object.keys(copy).join(), status].join(" "));
    const keeper = supplied.keepRegistered(request);
    for (let i = 0; i < 300 && keeper.state !== "registered"; i += 1) await later(10);
    const kept = [keeper.state, keeper.request.phoneNumber, keeper.lastError?.message];
    await keeper.stop();
    const own = (error, name) => (Object.hasOwn(error, name) ? error[name] : undefined);
    const problems = (error) => [error.name, ...["code", "description", "cause", "hint", "appState"].map((name) => own(error, name)),
      ...(own(error, "problems") ?? []).map(({ field, code }) => field + " " + code)].join();
    const refused = [];
    for (const wrong of [
      async () => sdk.createClient({}),
      () => supplied.upsertRegistration({}, {}),
      async () => sdk.createAuth({}),
      async () => sdk.createAuth({ clientId: "c", redirectUri: "https://a.example/", issuer: provider.issuer, storage: {} }),
      () => sdk.createClient({ ...options, accessToken: () => ({}) }).upsertRegistration(request),
      () => sdk.parsePhoneNumber(undefined),
      () => sdk.describeCallFlow({ caller: {}, callee: { phoneNumber: "+4799900001", registration: {} } }),
      () => auth.handleRedirectCallback("https://console.example/?error=access_denied&state=unknown"),
    ]) refused.push(await wrong().then(() => "accepted", problems));
    const flow = await sdk.describeCallFlow({ caller: { phoneNumber: "+4799900001", registration: mine }, callee: { phoneNumber: "+4799900002" } });
    clean();
    openPage("https://console.example/");
    const form = { children: [], append() {}, submit() { said.push("submitted"); } };
    document.createElement = () => Object.assign(Object.create(null), form, { method: "", action: "", hidden: false, name: "", value: "", type: "" });
    soil();
    const out = await auth.signOut();
    const isIn = await auth.isSignedIn();
    client.close(); supplied.close();
    clean();
    return JSON.stringify({ query, appState, token, user, upserted: Object.keys(upserted), fleet, kept, refused, flow, out, isIn, events, said });
  }
  /** What differs, in short. */
  const difference = (was, is) => {
    if (was === is) return undefined;
    const [one, other] = [JSON.parse(was), JSON.parse(is)];
    if (Object.hasOwn(other, "thrown")) return other.thrown;
    return Object.keys(one).filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]))
      .map((name) => name + ": " + JSON.stringify(other[name]).slice(0, 600)).join("\\n");
  };
  const define = Object.defineProperty;
  const descriptor = (fields) => Object.assign(Object.create(null), { configurable: true }, fields);
  let [polluted, value] = [[], undefined];
  const soil = () => { for (const name of polluted) define(Object.prototype, name, value); };
  const clean = () => { for (const name of polluted) delete Object.prototype[name]; };
  const pollute = async (names, fields, work) => {
    [polluted, value] = [names, descriptor(fields)];
    soil();
    try { return await work(); } finally { clean(); polluted = []; }
  };
  await sdk.preload();
  await sdk.preloadSession();
  const plain = await all();
`;

/** What is read of options, requests and results. */
const OURS =
  `baseUrl apiVersion timeoutMs headers retry maxAttempts initialDelayMs maxDelayMs sendPreviousAttempts fetch credentials cache
  keepalive onHeader onTrailer maxMessageBytes keeping owner maxPerSecond auth accessToken signal concurrency onProgress deleteOnPageHide
  delete sipUri routeType phoneNumber mobileOriginatingPrefix mobileTerminatingPrefix clientId redirectUri scope issuer preset endpoints
  authorization token revocation endSession userInfo jwks authorizationParams storage autoRefresh dpop dangerouslySkipIdTokenSignature
  name appState prompt loginHint popup popupTimeoutMs returnTo localOnly deleteRegistrations forceRefresh expiresAt caller callee
  registration behavior placedBy options request key isMet isNoted isLeaving state snapshot memory keys entries kept family
  kind problems hint description uri retryable httpStatus retryAfterMs attempts details metadata bodyText method grpcStatus
  error index status response notSent inEffect expiresAtMs nextRefreshAtMs reason isEnding answer taken`.split(
    /\s+/,
  );

/**
 * What is in a provider's replies, keys and tokens, and what the platform reads of what it is given. Not here: what Node
 * itself reads of plain objects of its own where a browser does not (`alg`, `d`, `use`, `key_ops`, `ext` of a key: the
 * sign-in fails then), and `return`, which the language reads when it takes arrays apart.
 */
const THEIRS =
  `access_token refresh_token id_token expires_in token_type error_description error_uri iss sub aud azp exp iat nbf
  nonce kid authorization_endpoint token_endpoint revocation_endpoint end_session_endpoint userinfo_endpoint jwks_uri kty n e x y crv
  phone_number phone_number_verified code authorization_response_iss_parameter_supported auth_time max_age redirect body mode referrer
  integrity referrerPolicy priority window bubbles cancelable composed detail steal ifAvailable once capture passive done toJSON transfer`.split(
    /\s+/,
  );

const getter = "a getter that throws and a setter that keeps";

/** Values that other scripts leave there, and values that steer. */
const values = {
  text: `{ value: "https://evil.example/", writable: true }`,
  true: `{ value: true, writable: true }`,
  "an object": `{ value: { token: "https://evil.example/", jwks: "https://evil.example/", length: 1 }, writable: true }`,
  "a function": `{ value: () => "https://evil.example/", writable: true }`,
  [getter]: `{ get() { throw new Error("polluted"); }, set(value) { stolen.push(value); } }`,
};

const names = [...OURS, ...THEIRS];

/** What Node itself reads of plain objects that it makes: of its events, and of the options of its checks (Node 24). */
const NODES_OWN = ["bubbles", "cancelable", "composed", "code"];

describe("on Object.prototype changes nothing:", () => {
  for (const [kind, fields] of Object.entries(values)) {
    test(kind, async () => {
      const found = await inProcess(
        `${stage}
        const stolen = [];
        const look = async (names) => {
          stolen.length = 0;
          const is = await pollute(names, ${fields}, all).catch((error) => JSON.stringify({ thrown: String(error.stack) }));
          return difference(plain, is) ?? (stolen.length ? "set: " + stolen.map(String) : undefined);
        };
        const names = ${JSON.stringify(names.filter((name) => kind !== getter || !NODES_OWN.includes(name)))};
        const found = {};
        const together = await look(names);
        // Which of them it was.
        for (const name of together ? names : []) {
          const differs = await look([name]);
          if (differs) found[name] = differs;
        }
        return together ? { together, ...found } : found;`,
      );
      assert.deepEqual(found, {});
    });
  }
});

test("a forged ID token is refused, and code and verifier go to the provider, whatever is on Object.prototype", async () => {
  const [code, asked] = await inProcess(`${stage}
    const provider = createProvider();
    const asked = [];
    const forged = async (url, init) => {
      asked.push(String(url));
      clean();
      try {
        const reply = await provider.fetch(url, init);
        if (!String(url).endsWith("/token")) return reply;
        const { id_token, ...rest } = await reply.json();
        const [head, claims, signature] = id_token.split(".");
        const other = (signature[0] === "A" ? "B" : "A") + signature.slice(1);
        return new Response(JSON.stringify({ ...rest, id_token: [head, claims, other].join(".") }), { headers: { "content-type": "application/json" } });
      } finally { soil(); }
    };
    openPage("https://console.example/");
    const evil = { authorization: "https://evil.example/a", token: "https://evil.example/token", jwks: "https://evil.example/keys" };
    const steering = { endpoints: evil, ...evil, dangerouslySkipIdTokenSignature: true, issuer: "https://evil.example", preset: "wgtwo",
      token_endpoint: evil.token, jwks_uri: evil.jwks };
    for (const [name, value] of Object.entries(steering)) define(Object.prototype, name, descriptor({ value, writable: true }));
    const auth = sdk.createAuth({ clientId: "c", redirectUri: "https://console.example/", issuer: provider.issuer, fetch: forged });
    const url = await auth.createSignInUrl();
    const error = await auth.handleRedirectCallback(provider.answer(url)).then(() => ({ code: "accepted" }), (thrown) => thrown);
    for (const name of Object.keys(steering)) delete Object.prototype[name];
    return [error.code, [url.origin, ...new Set(asked.map((one) => new URL(one).origin))]];`);
  assert.equal(code, "id_token_invalid");
  assert.deepEqual([...new Set(asked)], ["https://id.example.com"]);
});

test("a keeper that is stopped is not deleted, though Object.prototype says so", async () => {
  const methods = await inProcess(`${stage}
    const methods = [];
    const client = sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "t", fetch: async (url) => {
      methods.push(url.split("/").at(-1));
      return new Response(ok, { headers: { "content-type": "application/grpc-web+proto" } });
    } });
    const keepers = ["+4799900001", "+4799900002", "+4799900003"].map((phoneNumber) =>
      client.keepRegistered({ sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber }));
    for (let i = 0; i < 300 && keepers.some(({ state }) => state !== "registered"); i += 1) await later(10);
    Object.prototype.delete = true;
    await keepers[0].stop();
    await keepers[1].stop({});
    await keepers[2].stop(5);
    delete Object.prototype.delete;
    client.close();
    return methods;`);
  assert.deepEqual(methods, Array(3).fill("UpsertRegistration"));
});

test("the Object.prototype of another realm counts as little", async () => {
  const [host, code, number] = await inProcess(`${stage}
    const { createContext, runInContext } = await import("node:vm");
    const hosts = [];
    const page = createContext({ fetch: async (url, init) => {
      hosts.push(new URL(url).host, /\\+\\d+/.exec(text(init.body))?.[0]);
      return new Response(ok, { headers: { "content-type": "application/grpc-web+proto" } });
    } });
    const [options, request] = runInContext(\`
      Object.prototype.timeoutMs = -1; Object.prototype.headers = { "x-evil": "1" }; Object.prototype.phoneNumber = "+666666666";
      Object.prototype.retry = { maxAttempts: "all" };
      [{ baseUrl: "https://api.example.com", accessToken: () => ({ token: "t" }), fetch }, { sipUri: "sips:pbx.example.com", routeType: "LOOP" }]\`, page);
    const outcome = await sdk.createClient(options).upsertRegistration(request).then(() => "ok", (error) => error.message);
    return [hosts[0], outcome, hosts[1] ?? "none"];`);
  assert.deepEqual([host, code, number], ["api.example.com", "ok", "none"]);
});

test("classes with accessors and proxies that answer by themselves go on working", async () => {
  const numbers = await inProcess(`${stage}
    const numbers = [];
    const client = sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "t", fetch: async (_, init) => {
      numbers.push(/\\+\\d+/.exec(text(init.body))?.[0]);
      return new Response(ok, { headers: { "content-type": "application/grpc-web+proto" } });
    } });
    class Registration { get sipUri() { return "sips:pbx.example.com"; } get routeType() { return "LOOP"; } get phoneNumber() { return "+4799900001"; } }
    const fields = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900002" };
    const requests = [new Registration(), new Proxy({}, { get: (_, name) => fields[name] }), Object.assign(Object.create(null), fields)];
    await pollute(["sipUri", "routeType", "phoneNumber"], { value: "+666666666", writable: true }, async () => {
      for (const request of requests) await client.upsertRegistration(request);
    });
    return numbers;`);
  assert.deepEqual(numbers, ["+4799900001", "+4799900002", "+4799900002"]);
});

test("an option of fetch arrives though Object.prototype has a setter of its name", async () => {
  const caches = await inProcess(`
    const bytes = [0, 0, 0, 0, 2, 8, 1, 0x80, 0, 0, 0, 15, ...new TextEncoder().encode("grpc-status:0\\r\\n")];
    const caches = [];
    const fetch = async (_, init) => {
      caches.push(init.cache);
      delete Object.prototype.cache;
      return new Response(new Uint8Array(bytes), { headers: { "content-type": "application/grpc-web" } });
    };
    const client = sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "t", cache: "no-store", fetch });
    for (const set of [() => {}, () => { throw new Error("set"); }]) {
      Object.defineProperty(Object.prototype, "cache", Object.assign(Object.create(null), { set, configurable: true }));
      await client.upsertRegistration({ sipUri: "sips:a.example", routeType: "LOOP", phoneNumber: "+4799900001" });
    }
    return caches;`);
  assert.deepEqual(caches, ["no-store", "no-store"]);
});

test("a page that froze the built-in classes can use the package", async () => {
  const before = `
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      // Node itself assigns to events.
      if (!/^[A-Z]/.test(name) || /^Event/.test(name)) continue;
      const value = globalThis[name];
      if (typeof value === "function") Object.freeze(value.prototype);
    }`;
  const [name, isOurs, cause] = await inProcess(
    `const error = await sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "a-long-token-of-mine", retry: false,
      fetch: async () => { throw new TypeError("with a-long-token-of-mine"); } })
      .upsertRegistration({ sipUri: "sips:a.example", routeType: "LOOP", phoneNumber: "+4799900001" }).catch((error) => error);
    return [error.name, error instanceof sdk.RpcError, String(error.cause)];`,
    { before },
  );
  assert.deepEqual([name, isOurs, cause], ["RpcError", true, "TypeError: with [removed]"]);
});

test("a storage on Object.prototype is not the page's", async () => {
  const [outcomes, asked] = await inProcess(`
    const asked = [];
    const storage = { getItem: (name) => { asked.push(name); return null; }, setItem: (name) => asked.push(name), removeItem: () => {} };
    const kinds = ["local", "session"];
    for (const kind of kinds) {
      delete globalThis[kind + "Storage"];
      Object.defineProperty(Object.prototype, kind + "Storage", { value: storage, configurable: true });
    }
    const outcomes = [];
    for (const kind of kinds) {
      const auth = sdk.createAuth({ clientId: "c", redirectUri: "https://console.example/", preset: "wgtwo", storage: kind });
      outcomes.push(await auth.getAccessToken().catch(({ code }) => code), await auth.createSignInUrl().catch(({ code }) => code));
    }
    return [outcomes, asked];`);
  assert.deepEqual(outcomes, Array(4).fill("storage_unavailable"));
  assert.deepEqual(asked, []);
});
