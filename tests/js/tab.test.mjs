// Which tab a page is in: here other tabs are channels, and other copies of the package are other modules.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { openPage } from "./page.mjs";

const KEY = "sipbreakout/tab";
const MARK = Symbol.for(KEY);
const kept = () => globalThis.sessionStorage.getItem(KEY);
const turn = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));
let copies = 0;

/** The module, as if the page had it once more. Those of earlier tests are other tabs': each test has ids of its own. */
function load() {
  copies += 1;
  return import(`../../dist/stores/tab.js?copy=${copies}`);
}

/** Another tab: what it says to a message. */
let others = [];
function otherTab(says) {
  const channel = new BroadcastChannel(KEY);
  channel.onmessage = ({ data }) => {
    const answer = says(data);
    if (answer) channel.postMessage({ ...answer });
  };
  others.push(channel);
  return channel;
}

const owner = (id, from = "owner") =>
  otherTab((message) => message.id === id && !message.isHere && { id, from, isHere: true });

/** A document of its own, in the same tab if the storage is. */
function open(storage) {
  openPage("https://console.example/");
  Object.assign(globalThis.sessionStorage, storage);
  delete globalThis[MARK];
  globalThis.top = undefined;
}

beforeEach(() => open({}));
afterEach(() => {
  for (const channel of others) channel.close();
  others = [];
});

describe("whether the storage was another tab's", () => {
  test("empty: it gets an id, and is nobody else's", async () => {
    const tab = await load();
    assert.equal(await tab.isCopied(), false);
    assert.equal(kept(), globalThis[MARK]);
  });

  test("with an id that nobody answers to: a reload; the id stays", async () => {
    open({ [KEY]: "before" });
    const tab = await load();
    assert.equal(await tab.isCopied(), false);
    await turn();
    assert.equal(kept(), "before");
  });

  test("with an id that another tab answers to: a copy; the id changes when that was acted on", async () => {
    owner("theirs");
    open({ [KEY]: "theirs" });
    const tab = await load();
    assert.equal(await tab.watchTab(), true);
    await turn();
    assert.equal(kept(), "theirs", "a reload finds out again");
    assert.equal(await tab.isCopied(), true);
    assert.equal(kept(), "theirs", "not before who asked has acted");
    await turn();
    assert.equal(kept(), globalThis[MARK]);
  });

  test("a copy leaves the refresh tokens of all names to the original, but for what this page signed in to", async () => {
    const record = (page) => JSON.stringify({ v: 2, refresh_token: "secret", since_page: page });
    const names = ["home", "work", "own"].map((name) => `sipbreakout/session/${name}`);
    open({
      [KEY]: "original",
      [names[0]]: record(1),
      [names[1]]: record(2),
      [names[2]]: record(performance.timeOrigin),
    });
    owner("original");
    const tab = await load();
    assert.equal(await tab.isCopied(), true);
    await turn(20);
    const tokens = names.map((name) => JSON.parse(globalThis.sessionStorage.getItem(name)).refresh_token);
    assert.deepEqual(tokens, [null, null, "secret"]);
  });

  test("a page that comes back finds that a later one of its tab has claimed the storage", async () => {
    open({ [KEY]: "original" });
    owner("original");
    const tab = await load();
    assert.equal(await tab.watchTab(), true);
    globalThis.sessionStorage.setItem(KEY, "the later page");
    assert.equal(await tab.isCopied(), false);
    await turn(20);
    assert.equal(kept(), "the later page");
  });

  test("an owner that does nothing yet answers to its copies", async () => {
    open({ [KEY]: "mine" });
    const tab = await load();
    tab.watchTab();
    await turn(350);
    const answers = [];
    const copy = otherTab((message) => void answers.push(message));
    copy.postMessage({ id: "mine", from: "copy" });
    await turn(50);
    assert.deepEqual(answers, [{ id: "mine", from: globalThis[MARK], isHere: true }]);
  });

  for (const [from, expected] of [
    ["0", true],
    [String(Date.now() + 60_000), false],
  ]) {
    test(`of two that ask at once the younger one is the copy: ${expected ? "this" : "the other"} one`, async () => {
      const id = `both ${from}`;
      open({ [KEY]: id });
      const answers = [];
      const other = otherTab((message) => void (message.isHere && answers.push(message)));
      const tab = await load();
      const asked = tab.watchTab();
      other.postMessage({ id, from });
      assert.equal(await asked, expected);
      assert.equal(answers.length, expected ? 0 : 1);
    });
  }

  test("what has nothing to store in, or is no page, is no copy", async () => {
    Object.defineProperty(globalThis, "sessionStorage", {
      configurable: true,
      get() {
        throw new DOMException("no", "SecurityError");
      },
    });
    assert.equal(await (await load()).isCopied(), false);
    Object.defineProperty(globalThis, "document", { value: undefined, configurable: true });
    assert.equal(await (await load()).isCopied(), false);
  });
});

describe("the same tab", () => {
  test("two copies of the package in one page: neither is a copy, from the start and after a reload", async () => {
    for (const storage of [{}, { [KEY]: "reloaded twice" }]) {
      open(storage);
      const [one, two] = [await load(), await load()];
      assert.deepEqual(await Promise.all([one.isCopied(), two.isCopied()]), [false, false]);
      assert.equal(await (await load()).isCopied(), false, "nor one that comes later");
    }
  });

  test("both are in a tab that is one, and not any more when it has an id of its own", async () => {
    owner("theirs too");
    open({ [KEY]: "theirs too" });
    const [one, two] = [await load(), await load()];
    assert.deepEqual(await Promise.all([one.isCopied(), two.isCopied()]), [true, true]);
    await turn();
    assert.equal(await (await load()).isCopied(), false);
  });

  test("a frame knows its page, and a page its frames, past those of other origins", async () => {
    const foreign = (frames) =>
      new Proxy(
        { length: frames.length, ...frames },
        {
          get(target, name) {
            if (typeof name === "symbol") throw new DOMException("another origin", "SecurityError");
            return target[name];
          },
        },
      );
    for (const top of [
      { length: 0, [MARK]: "known" },
      foreign([foreign([]), { length: 0, [MARK]: "known" }]),
      { length: 1, 0: foreign([{ length: 0, [MARK]: "known" }]) },
    ]) {
      open({ [KEY]: `before ${copies}` });
      globalThis.top = top;
      const page = otherTab(
        ({ id, from, isHere }) => !isHere && from !== "known" && { id, from: "known", isHere: true },
      );
      const tab = await load();
      assert.equal(await tab.isCopied(), false);
      assert.equal(globalThis[MARK], "known");
      page.close();
    }
  });
});
