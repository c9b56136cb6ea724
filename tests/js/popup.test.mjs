// Signing in by a window, as far as Node can pretend to have one: what ends it from outside, and that nothing is left.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { inProcess } from "./in-process.mjs";
import {
  auth,
  caught,
  comeBack,
  home,
  openConsole,
  popup,
  provider,
  sentAway,
  session,
} from "./popup-scene.mjs";

beforeEach(openConsole);

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

test("a redirect URI of another origin can't be heard: invalid_config, and no window", async () => {
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
