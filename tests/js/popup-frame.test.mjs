// Signing in by a window from a page in a frame, whose channels the browser may keep apart from the window's.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import {
  auth,
  caught,
  comeBack,
  home,
  openConsole,
  openWindow,
  popup,
  provider,
  sentAway,
} from "./popup-scene.mjs";

beforeEach(openConsole);

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
