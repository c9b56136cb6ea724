// What the caller gives is read in the turn of the call: what becomes of it while the wasm loads changes nothing.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
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
