// The person is back from the provider, and something stands in the way of handling the answer: the wasm is still loading, does
// not load, or stops; or the page is reloaded.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { inProcess } from "./in-process.mjs";
import { openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const home = "https://console.example/back?tab=numbers";
let provider;
let options;
let session = 0;

beforeEach(() => {
  openPage(home);
  provider = createProvider();
  session += 1;
  const name = `session-${session}`;
  options = { clientId: "c", redirectUri: home, issuer: provider.issuer, fetch: provider.fetch, name };
});

/** Signs in up to the provider's answer, which is then the page's address. */
async function comeBack(auth) {
  const answer = provider.answer(await auth.createSignInUrl({ appState: { from: "there" } }));
  globalThis.location.href = answer;
}

const exchanges = () => provider.requests.filter((name) => name === "token").length;

// In a process of its own, because here the wasm is loaded already.
const comesBack = `
  const { openPage } = await import(${JSON.stringify(new URL("./page.mjs", import.meta.url).href)});
  const { createProvider } = await import(${JSON.stringify(new URL("./provider.mjs", import.meta.url).href)});
  const home = "https://console.example/";
  const answer = home + "?code=c&state=" + "A".repeat(43);
  openPage(answer);
  const provider = createProvider();
  const options = { clientId: "c", redirectUri: home, issuer: provider.issuer, fetch: provider.fetch };
  const auth = sdk.createAuth(options);
`;

test("what is asked while the wasm is still loading waits for the answer that was given before", async () => {
  const url = String(await createAuth(options).createSignInUrl({ appState: 7 }));
  const { clientId, redirectUri, issuer, name } = options;
  const outcomes = await inProcess(`${comesBack}
    Object.assign(sessionStorage, ${JSON.stringify({ ...globalThis.sessionStorage })});
    location.href = provider.answer(${JSON.stringify(url)});
    const auth2 = sdk.createAuth({ ...${JSON.stringify({ clientId, redirectUri, issuer, name })}, fetch: provider.fetch });
    const body = [0, 0, 0, 0, 2, 8, 1, 0x80, 0, 0, 0, 14, ...new TextEncoder().encode("grpc-status:0\\n")];
    const headers = { "content-type": "application/grpc-web" };
    const fetch = async () => new Response(Uint8Array.from(body), { headers });
    const client = sdk.createClient({ baseUrl: "https://api.example.com", auth: auth2, fetch });
    const request = { sipUri: "sips:a.example", routeType: "LOOP" };
    const { signal } = new AbortController();
    const [handled, token, call, isSignedIn, user] = await Promise.all([
      auth2.handleRedirectCallback(),
      auth2.getAccessToken({ signal }),
      client.upsertRegistration(request, { signal }),
      auth2.isSignedIn(),
      auth2.getUser(),
    ]);
    return [handled.appState, token, call.status, isSignedIn, user.sub];`);
  assert.deepEqual(outcomes, [7, "access", "OK", true, "somebody"]);
});

test("after a LoadError the answer waits, out of the address bar, to be handled again", async () => {
  const results = await inProcess(`${comesBack}
    const failing = sdk.preloadSession(Promise.reject(new Error("offline"))).catch(() => {});
    const before = auth.isRedirectCallback();
    const first = auth.handleRedirectCallback();
    const { name, code } = await caught(first);
    await failing;
    const waiting = [auth.isRedirectCallback(), location.href];
    const second = auth.handleRedirectCallback();
    const after = await caught(second);
    return [before, name, code, waiting, first === second, after.code, auth.isRedirectCallback()];`);
  // Nobody began this sign-in; that Rust says so means that it got the answer.
  const waiting = [true, "https://console.example/"];
  assert.deepEqual(results, [true, "LoadError", "network", waiting, false, "state_unknown", false]);
});

test("after a crash the answer does not wait: its code may be used", async () => {
  const results = await inProcess(`${comesBack}
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = async (...given) => {
      const { exports } = await instantiate(...given);
      const stop = () => { throw new WebAssembly.RuntimeError("unreachable"); };
      return { exports: { ...exports, readAnswer: stop } };
    };
    const first = auth.handleRedirectCallback();
    const { code } = await caught(first);
    return [code, auth.isRedirectCallback(), auth.handleRedirectCallback() === first];`);
  assert.deepEqual(results, ["crashed", false, true]);
});

test("a reload while the answer is being handled ends with sign_in_interrupted and the appState, and the code is not sent again", async () => {
  const first = createAuth(options);
  await comeBack(first);
  const lost = first.handleRedirectCallback();
  assert.equal(globalThis.location.href, home);
  assert.equal(globalThis.history.state.of, "the router");
  // What the reloaded page finds: the address, the history entry, sessionStorage; here with the record as it was
  // before anything was sent.
  const records = { ...globalThis.sessionStorage };
  const { state } = globalThis.history;
  await lost;
  assert.deepEqual(globalThis.history.state, { of: "the router" });
  const sent = exchanges();

  Object.assign(globalThis.sessionStorage, records);
  globalThis.history.state = state;
  const reloaded = await inReloadedPage(options, home, state, records);
  assert.deepEqual(reloaded, {
    before: true,
    error: "sign_in_interrupted",
    appState: { from: "there" },
    after: false,
    state: { of: "the router" },
    requests: 0,
  });
  assert.equal(exchanges(), sent);
});

/** The same page in a process of its own, which has nothing but what a reload leaves. */
function inReloadedPage({ clientId, redirectUri, issuer, name }, href, state, records) {
  const page = new URL("./page.mjs", import.meta.url).href;
  return inProcess(`
    const { openPage } = await import(${JSON.stringify(page)});
    openPage(${JSON.stringify(href)});
    globalThis.history.state = ${JSON.stringify(state)};
    Object.assign(globalThis.sessionStorage, ${JSON.stringify(records)});
    let requests = 0;
    const auth = sdk.createAuth({
      ...${JSON.stringify({ clientId, redirectUri, issuer, name })},
      fetch: async () => { requests += 1; return new Response("", { status: 500 }); },
    });
    const before = auth.isRedirectCallback();
    const error = await auth.handleRedirectCallback().catch((error) => error);
    await new Promise((resolve) => setTimeout(resolve));
    const after = auth.isRedirectCallback();
    return { before, error: error.code, appState: error.appState, after, state: globalThis.history.state, requests };
  `);
}
