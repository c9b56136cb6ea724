// In the window of a sign-in by popup, which came back from the provider: whom it passes its address on to, how long it waits,
// and when it says that nobody is there.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const home = "https://console.example/back";
const origin = new URL(home).origin;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let listeners;
let closed;
let session = 0;

beforeEach(() => {
  closed = 0;
  listeners = new Set();
  globalThis.close = () => {
    closed += 1;
  };
  globalThis.addEventListener = (type, listener) => type === "message" && listeners.add(listener);
  globalThis.removeEventListener = (_, listener) => listeners.delete(listener);
});

/**
 * A window that is back. `mark` is `p`, or `f` if the page that opened it is in a frame. `release` ends the wait of that page,
 * if it is there.
 */
function comeBack(mark = "p", isWaitedFor = false) {
  openPage(home);
  session += 1;
  const options = { clientId: "c", redirectUri: home, issuer: createProvider().issuer, name: `w-${session}` };
  const state = `${"A".repeat(43)}.${mark}.${Buffer.from(options.name).toString("base64url")}`;
  const key = `sipbreakout/sign-in/${encodeURIComponent(options.issuer)}/c/${options.name}/${state}`;
  const release = isWaitedFor ? hold(state) : undefined;
  globalThis.sessionStorage.setItem(key, "");
  const answer = `${home}?code=a-code&state=${state}`;
  globalThis.location.href = answer;
  const auth = createAuth(options);
  assert.equal(auth.isRedirectCallback(), true);
  const handling = auth.handleRedirectCallback().then(
    () => "passed on",
    ({ code }) => code,
  );
  assert.equal(globalThis.location.href, home);
  const channel = new BroadcastChannel(`sipbreakout/popup/${state}`);
  channel.unref();
  return { state, answer, handling, channel, release };
}

/** The page that opened the window, which waits. */
function hold(state) {
  const { promise, resolve } = Promise.withResolvers();
  const over = navigator.locks.request(`sipbreakout/popup/${state}`, () => promise);
  return () => {
    resolve();
    return over;
  };
}

const dispatch = (event) => {
  for (const listener of [...listeners]) listener(event);
};

describe("a window that is back", { concurrency: false }, () => {
  test("passes its address on over the channel, and closes when it is taken", async () => {
    const { answer, handling, channel, release } = comeBack("p", true);
    const heard = [];
    channel.onmessage = ({ data }) => {
      heard.push(data);
      channel.postMessage({ taken: true });
    };
    assert.equal(await handling, "passed on");
    assert.deepEqual([heard[0], closed, listeners.size], [{ answer }, 1, 0]);
    await release();
  });

  test("answers its page, if that speaks first, and nobody else", async () => {
    const { state, answer, handling } = comeBack("f");
    const posted = [];
    const source = { postMessage: (data, target) => posted.push({ data, target }) };
    for (const wrong of [
      { source, origin: "https://evil.example", data: { state } },
      { source, origin: "null", data: { state } },
      { source, origin, data: { state: "another" } },
      { source, origin, data: null },
      { source, origin: "https://evil.example", data: { state, taken: true } },
      { source: null, origin, data: { state } },
    ]) {
      dispatch(wrong);
    }
    assert.deepEqual(posted, []);
    dispatch({ source, origin, data: { state } });
    assert.deepEqual(posted, [{ data: { answer }, target: origin }]);
    dispatch({ source, origin, data: { state, taken: true } });
    assert.equal(await handling, "passed on");
    assert.deepEqual([closed, listeners.size], [1, 0]);
  });

  test("waits for a page that the browser has stopped", async () => {
    const stopped = comeBack("p", true);
    const framed = comeBack("f");
    await pause(7000);
    for (const { state, handling, channel } of [stopped, framed]) {
      assert.equal(await Promise.race([handling, Promise.resolve("waiting")]), "waiting", state);
      // It runs again, and the address is offered again.
      channel.onmessage = () => channel.postMessage({ taken: true });
      assert.equal(await handling, "passed on");
    }
    assert.equal(closed, 2);
    await stopped.release();
  });

  test("says that its page is gone, if that is known, and stays", async () => {
    const { handling, release } = comeBack("p", true);
    await pause(100);
    await release();
    const began = performance.now();
    assert.equal(await handling, "state_unknown");
    assert.ok(performance.now() - began > 3000, "a last word may be on its way");
    assert.deepEqual([closed, listeners.size], [0, 0]);
  });
});
