// What the caller gives is read once, in the turn of the call: whatever becomes of it afterwards, while the wasm loads or
// later, changes nothing. Functions, signals, stores and `auth` are kept as they are.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAuth, createClient, InvalidRequestError } from "../../dist/index.js";
import { core, drain, numberOf, ok, requestOf } from "./fleet.mjs";
import { entry, inProcess } from "./in-process.mjs";

/** A wasm that comes when the gate is opened, and a core that notes what it is sent. */
const gated = `
  const { readFileSync } = await import("node:fs");
  let open;
  const gate = new Promise((resolve) => { open = () => resolve(readFileSync(new URL("./wasm/sipbreakout_bg.wasm", ${JSON.stringify(entry)}))); });
  sdk.preload(gate);
  const sent = [];
  const text = (bytes) => new TextDecoder().decode(bytes);
  const body = new Uint8Array([0, 0, 0, 0, 7, 8, 1, 26, 3, 8, 0xac, 2, 0x80, 0, 0, 0, 15, ...new TextEncoder().encode("grpc-status:0\\r\\n")]);
  const fetch = async (url, init) => {
    const number = /\\+\\d+/.exec(text(init.body))?.[0];
    sent.push({ host: new URL(url).host, number, pbx: /sips:[a-z.]+/.exec(text(init.body))?.[0],
      headers: Object.fromEntries(new Headers(init.headers)) });
    return new Response(body, { headers: { "content-type": "application/grpc-web+proto" } });
  };
  const options = { baseUrl: "https://api.example.com", accessToken: () => "token", fetch };
  const requestOf = (phoneNumber) => ({ sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber });
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const until = async (isSo) => { for (let i = 0; i < 500 && !isSo(); i += 1) await later(10); };
`;

const whileLoading = (script) => inProcess(gated + script);

describe("while the wasm loads", () => {
  test("a request that is changed is sent as it was", async () => {
    const sent = await whileLoading(`
      const client = sdk.createClient(options);
      const form = requestOf("+4799900001");
      const calls = [client.upsertRegistration(form)];
      form.phoneNumber = "+4799900002"; form.sipUri = "sips:other.example.com";
      calls.push(client.deleteRegistration(form));
      for (const name of Object.keys(form)) delete form[name];
      open();
      await Promise.all(calls);
      return sent.map(({ number, pbx }) => number + " " + pbx).sort();`);
    assert.deepEqual(sent, ["+4799900001 sips:pbx.example.com", "+4799900002 sips:other.example.com"]);
  });

  test("one object for three keepers keeps three numbers", async () => {
    const [numbers, kept] = await whileLoading(`
      const client = sdk.createClient(options);
      const request = requestOf();
      const keepers = ["+4799900001", "+4799900002", "+4799900003"].map((number) => {
        request.phoneNumber = number;
        return client.keepRegistered(request);
      });
      request.phoneNumber = "+4799900009";
      open();
      await until(() => keepers.every(({ state }) => state === "registered"));
      const kept = keepers.map(({ request, state }) => request.phoneNumber + " " + state);
      client.close();
      return [sent.map(({ number }) => number).sort(), kept];`);
    assert.deepEqual(numbers, ["+4799900001", "+4799900002", "+4799900003"]);
    assert.deepEqual(kept, ["+4799900001 registered", "+4799900002 registered", "+4799900003 registered"]);
  });

  test("what a keeper is updated to is what was given", async () => {
    const routes = await whileLoading(`
      const client = sdk.createClient(options);
      const request = requestOf("+4799900001");
      const keeper = client.keepRegistered(request);
      request.routeType = "FORK";
      const updated = keeper.update(request);
      request.routeType = "nonsense";
      open();
      await updated;
      await until(() => keeper.state === "registered");
      const { request: { routeType }, state } = keeper;
      client.close();
      return [routeType, state];`);
    assert.deepEqual(routes, ["FORK", "registered"]);
  });

  test("options, headers and nested options are those of the call", async () => {
    const [sent, codes] = await whileLoading(`
      const own = { ...options, headers: new Headers({ "x-client": "as given" }), retry: { maxAttempts: 2 }, keeping: { owner: "me" } };
      const client = sdk.createClient(own);
      own.baseUrl = "https://evil.example"; own.headers.set("x-client", "changed"); own.retry.maxAttempts = "many";
      own.keeping.owner = 5; own.fetch = () => { throw new Error("another one"); };
      const pairs = [["x-call", "as given"]];
      const record = { "x-call": "as given" };
      const headers = new Headers(record);
      const map = new Map([["x-call", "as given"]]);
      const calls = [pairs, record, headers, map].map((given, index) => {
        const how = { headers: given, retry: { maxAttempts: 1 }, timeoutMs: 5000 };
        const call = client.upsertRegistration(requestOf("+479990000" + index + "1"), how);
        how.headers = { "x-call": "replaced" }; how.retry.tries = 7; how.timeoutMs = -1;
        return call;
      });
      pairs[0][1] = "changed"; pairs.push(["x-more", "1"]); record["x-call"] = "changed"; headers.set("x-call", "changed");
      map.clear();
      open();
      const codes = await Promise.all(calls.map((call) => call.then(() => "ok", (error) => error.message)));
      return [sent.map(({ host, headers }) => [host, headers["x-client"], headers["x-call"], headers["x-more"] ?? "none"].join()), codes];`);
    assert.deepEqual(codes, ["ok", "ok", "ok", "ok"]);
    assert.deepEqual(sent, Array(4).fill("api.example.com,as given,as given,none"));
  });

  test("validateRegistration, describeCallFlow and parsePhoneNumber answer for what was given", async () => {
    const [problems, flow, number] = await whileLoading(`
      const request = requestOf("+4799900001");
      const version = { apiVersion: "v1" };
      const problems = sdk.validateRegistration(request, version);
      request.sipUri = "nonsense"; version.apiVersion = "v7";
      const caller = { phoneNumber: "+4799900001", registration: requestOf() };
      const input = { caller, callee: { phoneNumber: "+4799900002" } };
      const flow = sdk.describeCallFlow(input);
      caller.registration.routeType = "FALLBACK"; caller.phoneNumber = "x"; input.callee = undefined;
      open();
      return [await problems, (await flow).route, await sdk.parsePhoneNumber("+47 99900001")];`);
    assert.deepEqual([problems, flow, number], [[], "LOOP", "+4799900001"]);
  });

  test("a sign-in is for the options that were given, with their appState", async () => {
    const found = await whileLoading(`
      const { openPage } = await import(${JSON.stringify(new URL("page.mjs", import.meta.url).href)});
      const { createProvider } = await import(${JSON.stringify(new URL("provider.mjs", import.meta.url).href)});
      openPage("https://console.example/");
      const provider = createProvider();
      const mine = { clientId: "mine", redirectUri: "https://console.example/", issuer: provider.issuer, fetch: provider.fetch,
        scope: ["openid", "phone"], authorizationParams: { ui_locales: "nb" }, endpoints: { userInfo: provider.issuer + "/userinfo" } };
      const auth = sdk.createAuth(mine);
      mine.clientId = "other"; mine.issuer = "https://evil.example"; mine.scope.push("admin"); mine.storage = "local";
      mine.authorizationParams.ui_locales = "xx"; mine.endpoints.token = "https://evil.example/token";
      const state = { path: "/numbers", filters: [{ q: "1" }], at: new Date(0) };
      const how = { appState: state, authorizationParams: { acr_values: "a" }, loginHint: "me" };
      const signIn = auth.createSignInUrl(how);
      state.path = "https://evil.example"; state.filters[0].q = "2"; state.filters.push(1); how.loginHint = "you";
      how.authorizationParams.acr_values = "b"; how.prompt = "none";
      open();
      const url = await signIn;
      const { appState } = await auth.handleRedirectCallback(provider.answer(url));
      const { origin, searchParams: query } = url;
      const names = ["client_id", "scope", "ui_locales", "acr_values", "login_hint", "prompt"];
      return [origin, ...names.map((name) => query.get(name)), appState];`);
    assert.deepEqual(found, [
      "https://id.example.com",
      "mine",
      "openid phone",
      "nb",
      "a",
      "me",
      null,
      { path: "/numbers", filters: [{ q: "1" }], at: "1970-01-01T00:00:00.000Z" },
    ]);
  });

  test("the bytes of the wasm may be overwritten", async () => {
    const results = await inProcess(`
      const { readFileSync } = await import("node:fs");
      const bytes = readFileSync(new URL("./wasm/sipbreakout_bg.wasm", ${JSON.stringify(entry)}));
      const loaded = sdk.preload(bytes);
      bytes.fill(0);
      await loaded;
      return sdk.parsePhoneNumber("+47 99900001");`);
    assert.equal(results, "+4799900001");
  });
});

describe("a fleet", () => {
  const slow = async () => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return ok();
  };
  const numbers = Array.from({ length: 40 }, (_, index) => numberOf(index));

  test("takes a copy of each request that a generator fills again", async () => {
    function* sync() {
      const request = requestOf(0);
      for (const number of numbers) {
        request.phoneNumber = number;
        yield request;
      }
      request.phoneNumber = "nonsense";
    }
    async function* async() {
      yield* sync();
    }
    const stepwise = () => {
      const [step, left] = [{ done: false, value: requestOf(0) }, [...numbers]];
      const next = () => {
        step.value.phoneNumber = left.shift();
        step.done = step.value.phoneNumber === undefined;
        return step;
      };
      return { [Symbol.iterator]: () => ({ next }) };
    };
    for (const source of [sync, async, stepwise]) {
      for (const work of ["upsertRegistrations", "deleteRegistrations"]) {
        const { client, seen } = core(slow);
        const { results, thrown } = await drain(client[work](source(), { concurrency: 4 }));
        assert.equal(thrown, undefined);
        assert.deepEqual([...seen.numbers].sort(), numbers, `${source.name} ${work}`);
        for (const { index, request, status } of results) {
          assert.equal(status, "ok");
          assert.deepEqual(request, requestOf(index));
        }
      }
    }
  });

  test("has the options that it was given, though it begins later", async () => {
    const { client, seen } = core(slow);
    const options = { concurrency: 2, headers: { "x-a": "1" } };
    const results = client.upsertRegistrations(
      numbers.map((_, index) => requestOf(index)),
      options,
    );
    options.concurrency = "many";
    options.headers = 5;
    const { thrown } = await drain(results);
    assert.equal(thrown, undefined);
    assert.equal(seen.most, 2);
  });
});

/** An object that counts how often each field is read. `has` of a proxy is no reading. */
function counting(fields, counts = {}, path = "") {
  const object = {};
  for (const [name, value] of Object.entries(fields)) {
    const get = () => {
      counts[path + name] = (counts[path + name] ?? 0) + 1;
      return value;
    };
    Object.defineProperty(object, name, { get, enumerable: true, configurable: true });
  }
  return { object, counts };
}

function once(...countings) {
  for (const { object, counts } of countings) {
    assert.deepEqual(counts, Object.fromEntries(Object.keys(object).map((name) => [name, 1])));
  }
}

describe("each field is read once, before the call returns:", () => {
  const request = () =>
    counting({ ...requestOf(1), mobileOriginatingPrefix: "00", mobileTerminatingPrefix: "" });
  const signal = new AbortController().signal;
  const transport = {
    timeoutMs: 5000,
    headers: {},
    retry: false,
    fetch: () => slowReply(),
    credentials: "omit",
    cache: "no-store",
    keepalive: false,
    onHeader() {},
    onTrailer() {},
  };
  const slowReply = async () => ok();

  test("createClient, and calls", async () => {
    const retry = counting({ maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 2, sendPreviousAttempts: false });
    const keeping = counting({ owner: "me", maxPerSecond: 5 });
    const options = counting({
      ...transport,
      retry: retry.object,
      keeping: keeping.object,
      baseUrl: "https://api.example.com",
      apiVersion: "v1",
      maxMessageBytes: 1000,
      auth: undefined,
      accessToken: () => "token",
    });
    const client = createClient(options.object);
    once(options, retry, keeping);
    for (const work of ["upsertRegistration", "deleteRegistration"]) {
      const [given, call] = [request(), counting({ ...transport, signal })];
      const under = client[work](given.object, call.object);
      once(given, call);
      await under;
      once(given, call);
    }
    const [given, keep] = [request(), counting({ deleteOnPageHide: false })];
    const keeper = client.keepRegistered(given.object, keep.object);
    once(given, keep);
    const update = request();
    const updated = keeper.update(update.object);
    once(update);
    await updated;
    const stop = counting({ delete: false });
    const stopped = keeper.stop(stop.object);
    once(stop);
    await stopped;
    once(options, retry, keeping, given, keep, update, stop);
    const fleet = counting({
      concurrency: 2,
      maxPerSecond: 100,
      onProgress() {},
      signal,
      timeoutMs: 9,
      headers: {},
      retry: false,
    });
    const requests = [request(), request()];
    const results = client.upsertRegistrations(
      requests.map(({ object }) => object),
      fleet.object,
    );
    once(fleet);
    await drain(results);
    once(fleet, ...requests);
    client.close();
  });

  test("createAuth, and its methods", async () => {
    const endpoints = counting({ authorization: "https://a.example/a", token: "https://a.example/t" });
    const params = counting({ ui_locales: "nb" });
    const options = counting({
      clientId: "c",
      redirectUri: "https://a.example/",
      scope: "phone",
      issuer: undefined,
      preset: "wgtwo",
      endpoints: endpoints.object,
      authorizationParams: params.object,
      storage: "memory",
      autoRefresh: true,
      dpop: false,
      dangerouslySkipIdTokenSignature: false,
      name: "counted",
      timeoutMs: 1000,
      fetch: async () => new Response(null, { status: 500 }),
    });
    const auth = createAuth(options.object);
    once(options, endpoints, params);
    const appState = counting({ path: "/" });
    const signIn = counting({
      appState: appState.object,
      prompt: "login",
      loginHint: "x",
      authorizationParams: {},
    });
    const pending = auth.createSignInUrl(signIn.object).catch(() => {});
    once(signIn, appState);
    const token = counting({ forceRefresh: true, signal });
    const asked = auth.getAccessToken(token.object).catch(() => {});
    once(token);
    const leave = counting({ returnTo: "https://a.example/", localOnly: true, deleteRegistrations: false });
    const left = auth.signOut(leave.object).catch(() => {});
    once(leave);
    await Promise.all([pending, asked, left]);
    once(options, endpoints, params, signIn, appState, token, leave);
  });
});

describe("objects of every make", () => {
  class Registration {
    #number;
    constructor(number) {
      this.#number = number;
    }
    get sipUri() {
      return "sips:pbx.example.com";
    }
    get routeType() {
      return "LOOP";
    }
    get phoneNumber() {
      return this.#number;
    }
  }
  class Special extends Registration {}
  const fields = requestOf(1);
  const makes = {
    "a class with accessors": () => new Special(numberOf(1)),
    "no prototype": () => Object.assign(Object.create(null), fields),
    "fields that are inherited from an object": () => Object.create(fields),
    "fields that are inherited from an object without a prototype": () =>
      Object.create(Object.assign(Object.create(null), fields)),
    frozen: () => Object.freeze({ ...fields }),
    "a proxy of an object": () => new Proxy({ ...fields }, {}),
    "a proxy that answers by itself": () => new Proxy({}, { get: (_, name) => fields[name] }),
    "a proxy of a class": () =>
      new Proxy(new Registration(numberOf(1)), { get: (target, name) => target[name] }),
    "fields that are not enumerable": () =>
      Object.defineProperties(
        {},
        Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value }])),
      ),
  };
  for (const [name, make] of Object.entries(makes)) {
    test(name, async () => {
      const { client, seen } = core();
      await client.upsertRegistration(make());
      const { results } = await drain(client.upsertRegistrations([make()]));
      assert.deepEqual(results[0].request, fields);
      assert.deepEqual(seen.numbers, [numberOf(1), numberOf(1)]);
    });
  }

  test("a proxy that is revoked after the call", async () => {
    const { client, seen } = core();
    const { proxy, revoke } = Proxy.revocable({ ...fields }, {});
    const how = Proxy.revocable({ headers: new Headers({ "x-a": "b" }) }, {});
    const call = client.upsertRegistration(proxy, how.proxy);
    const keeper = client.keepRegistered(proxy);
    revoke();
    how.revoke();
    assert.deepEqual({ ...keeper.request }, fields);
    await call;
    assert.equal(seen.numbers[0], numberOf(1));
    client.close();
  });

  test("a proxy whose chain of prototypes never ends is bad input", { timeout: 5000 }, async () => {
    const endless = new Proxy({}, { getPrototypeOf: () => endless });
    const { client } = core();
    await assert.rejects(client.upsertRegistration(endless), { name: "InvalidRequestError" });
  });
});

test("a field that can't be read is named, and what its getter threw is not told", async () => {
  const secret = "a-secret-that-was-thrown";
  const throwing = (name, rest = {}) =>
    Object.defineProperty({ ...rest }, name, {
      enumerable: true,
      get() {
        throw new Error(secret);
      },
    });
  const { client } = core();
  const options = { baseUrl: "https://api.example.com", accessToken: () => "t" };
  const auth = () => createAuth({ clientId: "c", redirectUri: "https://a.example/", preset: "wgtwo" });
  const first = async (iterable) => {
    const { thrown } = await drain(iterable);
    if (thrown) throw thrown;
  };
  const calls = [
    ["phoneNumber", () => client.upsertRegistration(throwing("phoneNumber", requestOf(1)))],
    ["sipUri", () => client.deleteRegistration(throwing("sipUri", requestOf(1)))],
    ["headers", () => client.upsertRegistration(requestOf(1), throwing("headers"))],
    ["retry.maxAttempts", () => client.upsertRegistration(requestOf(1), { retry: throwing("maxAttempts") })],
    ["baseUrl", () => createClient(throwing("baseUrl", options)).upsertRegistration(requestOf(1))],
    [
      "keeping.owner",
      () => createClient({ ...options, keeping: throwing("owner") }).deleteRegistration(requestOf(1)),
    ],
    ["headers", () => createClient(throwing("headers", options)).deleteRegistration(requestOf(1))],
    ["signal", () => first(client.upsertRegistrations([requestOf(1)], throwing("signal")))],
    ["clientId", () => createAuth(throwing("clientId")).createSignInUrl()],
    ["endpoints.token", () => createAuth({ clientId: "c", endpoints: throwing("token") }).isSignedIn()],
    ["prompt", () => auth().createSignInUrl(throwing("prompt"))],
    ["returnTo", () => auth().signOut(throwing("returnTo"))],
    ["forceRefresh", () => auth().getAccessToken(throwing("forceRefresh"))],
    ["delete", () => client.keepRegistered(requestOf(1)).stop(throwing("delete"))],
  ];
  for (const [field, call] of calls) {
    const error = await call().then(
      () => assert.fail(`${field} was accepted`),
      (thrown) => thrown,
    );
    assert.ok(error instanceof InvalidRequestError, `${field}: ${error}`);
    assert.ok(
      error.problems.some((problem) => problem.field === field && problem.code === "unreadable"),
      `${field}: ${JSON.stringify(error.problems)}`,
    );
    assert.ok(error.message.includes(field));
    assert.ok(!`${error.stack} ${JSON.stringify(error)} ${error.cause}`.includes(secret), field);
  }
  const keeper = client.keepRegistered(throwing("phoneNumber", requestOf(1)));
  await new Promise((resolve) => keeper.addEventListener("stopped", resolve, { once: true }));
  assert.equal(keeper.lastError.problems[0].field, "phoneNumber");
  assert.deepEqual(JSON.parse(JSON.stringify(keeper.request)), {
    sipUri: "sips:pbx.example.com",
    routeType: "LOOP",
  });
  client.close();
});

test("what is no request or no headers is refused, named for what it is, and left as it was", async () => {
  const { client } = core();
  for (const given of [[], () => {}, Object.assign([], requestOf(1))]) {
    const keeper = client.keepRegistered(given);
    await new Promise((resolve) => keeper.addEventListener("stopped", resolve, { once: true }));
    assert.ok(keeper.lastError instanceof InvalidRequestError);
    assert.equal(Object.isFrozen(given), false);
    given.mine = 1;
    assert.equal(given.mine, 1);
  }
  for (const [headers, word] of [
    [{ "x-a": undefined }, "object"],
    [{ "x-a": Symbol("a") }, "object"],
    [[["x-a"]], "array"],
    [["x-a"], "array"],
  ]) {
    const refusal = await client.upsertRegistration(requestOf(1), { headers }).catch((error) => error);
    assert.equal(refusal.code, "invalid_input");
    assert.match(refusal.problems[0].message, new RegExp(`not an ${word}\\.$`));
  }
  client.close();
});

test("functions and stores are used as they are, with their own this", async () => {
  const kept = new Map();
  class Store {
    get(key) {
      return this.entries.get(key);
    }
    set(key, value) {
      this.entries.set(key, value);
    }
    remove(key) {
      this.entries.delete(key);
    }
    entries = kept;
  }
  const auth = createAuth({
    clientId: "c",
    redirectUri: "https://a.example/",
    preset: "wgtwo",
    storage: new Store(),
  });
  assert.equal(await auth.isSignedIn(), false);
  const client = createClient({ baseUrl: "https://api.example.com", auth });
  await assert.rejects(client.upsertRegistration(requestOf(1)), { code: "sign_in_required" });
});
