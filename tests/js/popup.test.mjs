// Signing in by a window, as far as Node can pretend to have one: what ends it from outside, and that nothing is left.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { inProcess } from "./in-process.mjs";
import { openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const home = "https://console.example/back";
let provider;
let auth;
let popup;
let session = 0;

/** A window that goes to `popup.sent`, and from there nowhere. */
function openWindow() {
  popup = { closed: false, sent: undefined, opener: globalThis };
  popup.close = () => {
    popup.closed = true;
  };
  popup.location = {
    href: "about:blank",
    replace: (address) => {
      popup.sent = String(address);
      popup.openerThen = popup.opener;
    },
  };
  return popup;
}

beforeEach(() => {
  openPage(home);
  globalThis.open = openWindow;
  provider = createProvider();
  session += 1;
  const name = `popup-${session}`;
  auth = createAuth({
    clientId: "c",
    redirectUri: home,
    issuer: provider.issuer,
    fetch: provider.fetch,
    name,
  });
});

const caught = (promise) => promise.then(assert.fail, (error) => error);

async function sentAway() {
  while (!popup.sent) await new Promise((resolve) => setTimeout(resolve, 5));
  return popup.sent;
}

/** The window comes back, and passes on what it was sent back with. */
function comeBack(signInUrl) {
  const answer = provider.answer(signInUrl);
  const channel = new BroadcastChannel(`sipbreakout/popup/${new URL(answer).searchParams.get("state")}`);
  channel.postMessage({ answer });
  channel.unref();
}

describe("signInPopup", () => {
  test("signs in, closes the window, and gives the appState back", async () => {
    const done = auth.signInPopup({
      appState: 7,
      signal: new AbortController().signal,
      popupTimeoutMs: 9000,
    });
    comeBack(await sentAway());
    assert.deepEqual(await done, { appState: 7 });
    assert.equal(popup.closed, true);
    assert.equal(await auth.isSignedIn(), true);
  });

  test("the window has no opener when it is sent away", async () => {
    const done = auth.signInPopup();
    comeBack(await sentAway());
    await done;
    assert.equal(popup.openerThen, null);
  });

  test("null is no options", async () => {
    const done = auth.signInPopup(null);
    comeBack(await sentAway());
    assert.deepEqual(await done, { appState: undefined });
  });

  const wrong = [
    [{ signal: {} }, "signal", "wrong_type"],
    [{ signal: 5 }, "signal", "wrong_type"],
    [{ popupTimeoutMs: Number.NaN }, "popupTimeoutMs", "wrong_type"],
    [{ popupTimeoutMs: 0 }, "popupTimeoutMs", "out_of_range"],
    [{ popupTimeoutMs: 2 ** 31 }, "popupTimeoutMs", "out_of_range"],
    [{ hint: "x" }, "hint", "unknown_field"],
    [5, "options", "wrong_type"],
  ];
  for (const [options, field, code] of wrong) {
    test(`${field}: ${code} (${JSON.stringify(options)}), and the window closes`, async () => {
      const error = await caught(auth.signInPopup(options));
      assert.deepEqual(
        [error.name, error.problems?.[0].field, error.problems?.[0].code],
        ["InvalidRequestError", field, code],
      );
      assert.equal(popup.closed, true);
    });
  }

  test("options of the window are none of signIn's", async () => {
    for (const field of ["signal", "popupTimeoutMs"]) {
      const error = await caught(auth.createSignInUrl({ [field]: undefined, popupTimeoutMs: 5 }));
      assert.equal(error.problems[0].code, "unknown_field");
    }
  });

  test("a getter that throws is an error, and the window closes", async () => {
    const options = {
      get prompt() {
        throw new Error("no");
      },
    };
    assert.ok(await caught(auth.signInPopup(options)));
    assert.equal(popup.closed, true);
  });

  test("without BroadcastChannel nobody could answer: invalid_config, and no window", async () => {
    const { BroadcastChannel } = globalThis;
    popup = undefined;
    globalThis.BroadcastChannel = undefined;
    try {
      const error = await caught(auth.signInPopup());
      assert.deepEqual([error.name, error.code], ["AuthError", "invalid_config"]);
      assert.equal(popup, undefined);
    } finally {
      globalThis.BroadcastChannel = BroadcastChannel;
    }
  });

  test("an aborted signal asks nobody", async () => {
    const error = await caught(auth.signInPopup({ signal: AbortSignal.abort("reason") }));
    assert.deepEqual([error.code, error.cause, provider.requests], ["aborted", "reason", []]);
    assert.equal(popup.closed, true);
  });

  test("a signal ends it while the provider's metadata are awaited", async () => {
    const abort = new AbortController();
    const { fetch } = provider;
    const hanging = createAuth({
      ...{ clientId: "c", redirectUri: home, issuer: provider.issuer, name: `popup-${session}-hangs` },
      fetch: (...given) => new Promise((resolve) => setTimeout(() => resolve(fetch(...given)), 500).unref()),
    });
    const done = caught(hanging.signInPopup({ signal: abort.signal }));
    setTimeout(() => abort.abort(), 50);
    const began = performance.now();
    assert.equal((await done).code, "aborted");
    assert.ok(performance.now() - began < 400);
    assert.deepEqual([popup.closed, popup.sent], [true, undefined]);
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(popup.sent, undefined, "it goes nowhere afterwards");
  });

  test("a signal ends it while the code is exchanged", async () => {
    const abort = new AbortController();
    const gate = Promise.withResolvers();
    provider.hold = gate.promise;
    const done = caught(auth.signInPopup({ signal: abort.signal }));
    comeBack(await sentAway());
    while (!provider.requests.includes("token")) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort();
    assert.equal((await done).code, "aborted");
    gate.resolve();
  });

  test("a window that is closed before it was sent away: popup_closed", async () => {
    const done = caught(auth.signInPopup());
    popup.closed = true;
    const error = await done;
    assert.deepEqual([error.code, error.kind, popup.sent], ["popup_closed", "aborted", undefined]);
  });

  test("a window that is closed while the provider does not answer: popup_closed, before that does", async () => {
    const hanging = createAuth({
      ...{
        clientId: "c",
        redirectUri: home,
        issuer: provider.issuer,
        name: `popup-${session}-slow`,
        timeoutMs: 3000,
      },
      fetch: () => new Promise((resolve) => setTimeout(resolve, 60_000).unref()),
    });
    const done = caught(hanging.signInPopup());
    popup.closed = true;
    const began = performance.now();
    assert.equal((await done).code, "popup_closed");
    assert.ok(performance.now() - began < 5000);
  });
});

describe("from a frame", () => {
  const origin = new URL(home).origin;
  let listeners;

  beforeEach(() => {
    listeners = new Set();
    globalThis.parent = { of: "the page that frames this one" };
    globalThis.addEventListener = (type, listener) => type === "message" && listeners.add(listener);
    globalThis.removeEventListener = (_, listener) => listeners.delete(listener);
  });

  afterEach(() => {
    for (const name of ["parent", "addEventListener", "removeEventListener"]) delete globalThis[name];
  });

  const dispatch = (event) => {
    for (const listener of [...listeners]) listener(event);
  };

  /** A window whose channels are kept apart from the page's. */
  function openDeafWindow() {
    openWindow();
    popup.heard = [];
    popup.BroadcastChannel = class {
      postMessage() {}
      close() {}
    };
    popup.postMessage = (data, target) => popup.heard.push({ data, target });
    return popup;
  }

  test("the window is asked when it is back, and answers by postMessage", async () => {
    globalThis.open = openDeafWindow;
    const done = auth.signInPopup({ appState: 7 });
    const answer = provider.answer(await sentAway());
    const state = new URL(answer).searchParams.get("state");
    assert.equal(state.split(".")[1], "f", "the window is told that its locks say nothing of the page");
    while (popup.heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(popup.heard[0], { data: { state }, target: origin });
    popup.heard.length = 0;
    for (const wrong of [
      { source: {}, origin, data: { answer } },
      { source: null, origin, data: { answer } },
      { source: popup, origin: "https://id.example.com", data: { answer } },
      { source: popup, origin: "null", data: { answer } },
      { source: popup, origin, data: { answer: answer.replace(state, "another") } },
      { source: popup, origin, data: { answer: "no address" } },
      { source: popup, origin, data: { answer: 5 } },
      { source: popup, origin, data: null },
    ]) {
      dispatch(wrong);
    }
    assert.ok(!popup.heard.some(({ data }) => data.taken));
    dispatch({ source: popup, origin, data: { answer } });
    assert.deepEqual(popup.heard.at(-1), { data: { taken: true, state }, target: origin });
    assert.deepEqual(await done, { appState: 7 });
    assert.deepEqual([popup.closed, listeners.size], [true, 0]);
  });

  test("while the window is at another origin nothing is sent there", async () => {
    globalThis.open = openDeafWindow;
    const abort = new AbortController();
    const done = caught(auth.signInPopup({ signal: abort.signal }));
    await sentAway();
    Object.defineProperty(popup.location, "href", {
      get() {
        throw new Error("another origin");
      },
    });
    popup.heard.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.deepEqual(popup.heard, []);
    abort.abort();
    await done;
  });

  test("where the provider cuts the window off and channels are kept apart, nobody waits five minutes", async () => {
    globalThis.open = openDeafWindow;
    const done = caught(auth.signInPopup());
    await sentAway();
    popup.closed = true;
    const began = performance.now();
    const { code, message } = await done;
    assert.equal(code, "popup_closed");
    assert.match(message, /Cross-Origin-Opener-Policy/);
    assert.ok(performance.now() - began < 3000);
  });

  test("a window that looks closed is waited for where channels reach it", async () => {
    globalThis.open = () => Object.assign(openWindow(), { BroadcastChannel });
    const done = auth.signInPopup({ appState: 7 });
    const url = await sentAway();
    popup.closed = true;
    await new Promise((resolve) => setTimeout(resolve, 1800));
    comeBack(url);
    assert.deepEqual(await done, { appState: 7 });
  });

  test("a window that is not opened: the page that frames this one may be why", async () => {
    globalThis.open = () => null;
    const { code, message } = await caught(auth.signInPopup());
    assert.equal(code, "popup_blocked");
    assert.match(message, /frames this one/);
  });
});

test("a redirect URI of another origin can't be heard: invalid_config, and no window", async () => {
  popup = undefined;
  for (const redirectUri of ["https://other.example/back", "https://console.example:8443/back"]) {
    const other = createAuth({ clientId: "c", redirectUri, issuer: provider.issuer, name: redirectUri });
    const { code, message } = await caught(other.signInPopup());
    assert.deepEqual([code, popup], ["invalid_config", undefined]);
    assert.match(message, /`redirectUri`.*origin/);
  }
});

test("whatever ends it, neither timer nor channel is left", async () => {
  const script = new URL("./page.mjs", import.meta.url).href;
  const codes = await inProcess(`
    const { openPage } = await import(${JSON.stringify(script)});
    openPage("https://console.example/");
    globalThis.open = () => ({ closed: false, close() {}, location: { href: "about:blank", replace() {} } });
    const auth = sdk.createAuth({ clientId: "c", redirectUri: "https://console.example/", preset: "wgtwo" });
    const codes = [];
    const odd = { aborted: false, addEventListener() { throw new TypeError("no"); }, removeEventListener() {} };
    for (const options of [{ signal: {} }, { signal: odd, popupTimeoutMs: 50 }, { popupTimeoutMs: NaN }]) {
      codes.push((await caught(auth.signInPopup(options))).code);
    }
    return codes;`);
  assert.deepEqual(codes, ["invalid_input", "timeout", "invalid_input"]);
});
