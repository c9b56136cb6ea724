// Each field of what the caller gives is read once, before the call returns; one that can't be read is named.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAuth, createClient, InvalidRequestError } from "../../dist/index.js";
import { core, drain, ok, requestOf } from "./fleet.mjs";

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
    const error = await (async () => call())().then(
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
