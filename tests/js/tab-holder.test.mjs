// Of tabs with one storage, one of which was copied from the other: which of them may use the refresh tokens, if the other does
// not answer. Here other tabs are what they have written down.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { openDatabase } from "./database.mjs";
import { inProcess } from "./in-process.mjs";
import { openPage } from "./page.mjs";
import { createPeople } from "./people.mjs";
import { failing } from "./session.mjs";

const KEY = "sipbreakout/tab";
const HOLDER = "sipbreakout/holder";
const MARK = Symbol.for(KEY);
const SESSION = "sipbreakout/session/a/b/c";
const { records } = openDatabase();
const kept = (name = KEY) => globalThis.sessionStorage.getItem(name);
const holder = (id) => records.get(`${HOLDER}/${id}`);
let copies = 0;

function open(storage = {}) {
  openPage("https://console.example/back");
  Object.assign(globalThis.sessionStorage, storage);
  delete globalThis[MARK];
  globalThis.top = undefined;
}

function load() {
  copies += 1;
  return import(`../../dist/stores/tab.js?holder=${copies}`);
}

const session = (more) => JSON.stringify({ refresh_token: "secret", since_page: 1, ...more });
const refreshToken = () => JSON.parse(kept(SESSION)).refresh_token;

beforeEach(() => {
  records.clear();
  open();
});

test("a reload takes them over from the page before", async () => {
  open({ [KEY]: "1/one", [HOLDER]: "before", [SESSION]: session() });
  records.set(`${HOLDER}/1/one`, "before");
  const tab = await load();
  assert.deepEqual([await tab.isCopied(), await tab.mayRefresh()], [false, true]);
  assert.deepEqual(
    [holder("1/one"), kept(HOLDER), refreshToken()],
    [globalThis[MARK], globalThis[MARK], "secret"],
  );
});

test("so does the first reload of a tab, and one that was swept", async () => {
  for (const stamp of [{}, { [HOLDER]: "before" }]) {
    records.clear();
    const id = `1/first/${Object.keys(stamp).length}`;
    open({ [KEY]: id, ...stamp });
    const tab = await load();
    assert.deepEqual([await tab.isCopied(), holder(id)], [false, globalThis[MARK]]);
  }
});

test("whose storage is older than what is written down is a copy: the other went on with it", async () => {
  for (const stamp of [{}, { [HOLDER]: "before" }]) {
    records.clear();
    records.set(`${HOLDER}/1/lost`, "another");
    open({ [KEY]: "1/lost", ...stamp, [SESSION]: session() });
    const tab = await load();
    assert.equal(await tab.isCopied(), true);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([kept(), holder("1/lost"), refreshToken()], [globalThis[MARK], "another", null]);
    assert.equal(await tab.mayRefresh(), true, "with an id of its own it has its own ones");
  }
});

test("a tab that was frozen meanwhile finds out before it sends one, and makes way for the other", async () => {
  open({ [KEY]: "1/frozen", [SESSION]: session({ since_page: performance.timeOrigin }) });
  const tab = await load();
  assert.equal(await tab.mayRefresh(), true);
  records.set(`${HOLDER}/1/frozen`, "another");

  const channel = new BroadcastChannel(KEY);
  const answers = [];
  channel.onmessage = ({ data }) => answers.push(data);
  channel.postMessage({ id: "1/frozen", from: "another, reloaded" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  channel.close();
  assert.deepEqual(answers, [], "it does not keep the other from its own");

  assert.equal(await tab.mayRefresh(), false);
  assert.equal(refreshToken(), null);
  assert.notEqual(kept(), "1/frozen");
  assert.equal(await tab.mayRefresh(), true);
});

test("another page of the same tab, and another copy of the package, are no other tab", async () => {
  open({ [KEY]: "1/same" });
  const tab = await load();
  assert.equal(await tab.mayRefresh(), true);
  const again = await load();
  assert.deepEqual([await again.isCopied(), await again.mayRefresh()], [false, true]);
  // The page after, before this one comes back from the back/forward cache.
  records.set(`${HOLDER}/1/same`, "after");
  globalThis.sessionStorage.setItem(HOLDER, "after");
  assert.equal(await tab.mayRefresh(), true);
});

test("a database that never answers holds up neither this tab nor the others", async () => {
  const [isCopied, mayRefresh, answers, tookMs] = await inProcess(`
    const { openPage } = await import(${JSON.stringify(new URL("./page.mjs", import.meta.url).href)});
    Object.defineProperty(globalThis, "indexedDB", { value: { open: () => ({}) }, configurable: true });
    openPage("https://console.example/");
    sessionStorage.setItem("sipbreakout/tab", "1/one");
    const tab = await import(${JSON.stringify(new URL("../../dist/stores/tab.js", import.meta.url).href)});
    const begun = performance.now();
    const isCopied = await tab.isCopied();
    const mayRefresh = await tab.mayRefresh();
    const tookMs = performance.now() - begun;
    const answers = [];
    const channel = new BroadcastChannel("sipbreakout/tab");
    channel.onmessage = ({ data }) => answers.push(data.isHere);
    channel.postMessage({ id: "1/one", from: "another" });
    await new Promise((resolve) => setTimeout(resolve, 290));
    channel.close();
    return [isCopied, mayRefresh, answers, tookMs];`);
  assert.deepEqual([isCopied, mayRefresh, answers], [false, true, [true]]);
  assert.ok(tookMs < 2900, String(tookMs));
});

test("what tabs left behind long ago is removed", async () => {
  const old = `${Date.now() - 91 * 86_400_000}/0.5`;
  const young = `${Date.now() - 89 * 86_400_000}/0.5`;
  records.set(`${HOLDER}/old`, old).set(`${HOLDER}/young`, young);
  open({ [KEY]: "1/sweeping" });
  await (await load()).isCopied();
  assert.deepEqual([holder("old"), holder("young")], [undefined, young]);
});

test("the session: a refresh token that another tab took over is not sent", async () => {
  open();
  const people = createPeople();
  people.expiresIn = 100;
  const auth = createAuth(people.options({ storage: "session", autoRefresh: false }));
  await people.signIn(auth, "ada");
  await auth.getAccessToken({ forceRefresh: true });
  assert.equal(people.refreshes.length, 1);
  records.set(`${HOLDER}/${kept()}`, "another");
  const living = await auth.getAccessToken();
  const error = await failing(auth.getAccessToken({ forceRefresh: true }));
  assert.equal(error.code, "sign_in_required");
  assert.match(error.message, /copy of another/);
  assert.equal(people.refreshes.length, 1);
  assert.equal(await auth.getAccessToken(), living, "the access token is good");
  await people.signIn(auth, "ada");
  await auth.getAccessToken({ forceRefresh: true });
  assert.equal(people.refreshes.length, 2, "a session of its own");
});
