// What the wasm waits for of the page: timers, turns, signals, locks, the page's events. Each wait ends with an abort, and
// nothing of it is left behind then.

import assert from "node:assert/strict";
import { afterEach, describe, mock, test } from "node:test";
import { aborted, leaving, lock, sleep, turn, woken } from "../../dist/platform/waiting.js";

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms, "later"));
const first = (waiting, ms) => Promise.race([waiting, later(ms)]);

afterEach(() => mock.timers.reset());

describe("sleep", () => {
  test("takes its time", async () => {
    const begun = performance.now();
    await sleep(60, false, new AbortController().signal);
    assert.ok(performance.now() - begun >= 59);
  });

  test("beyond what timers take does not end at once, and not late", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    let isOver = false;
    const sleeping = sleep(2 ** 31 + 5, false, new AbortController().signal).then(() => {
      isOver = true;
    });
    for (const ms of [1, 2 ** 31 - 2, 5]) {
      mock.timers.tick(ms);
      await undefined;
      assert.equal(isOver, false);
    }
    mock.timers.tick(1);
    await sleeping;
  });

  test("ends with an abort, and its timer with it", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const cleared = mock.method(globalThis, "clearTimeout");
    const controller = new AbortController();
    const sleeping = sleep(1000, true, controller.signal);
    controller.abort();
    await sleeping;
    assert.equal(cleared.mock.callCount(), 1);
    cleared.mock.restore();
  });
});

test("a turn comes without a timer", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  await turn(new AbortController().signal);
});

test("a signal's reason, now or later, and nothing heard after the wait", async () => {
  const controller = new AbortController();
  const given = controller.signal;
  const removed = mock.method(given, "removeEventListener");
  const wait = new AbortController();
  const givenUp = aborted(given, wait.signal);
  wait.abort();
  await givenUp;
  assert.equal(removed.mock.callCount(), 1);
  const waiting = aborted(given, new AbortController().signal);
  assert.equal(await first(waiting, 10), "later");
  controller.abort("enough");
  assert.equal(await waiting, "enough");
  assert.equal(await aborted(given, new AbortController().signal), "enough");
});

test("a signal that throws is as good as none", async () => {
  const throwing = {
    aborted: false,
    addEventListener() {
      throw new Error("odd");
    },
  };
  assert.equal(await first(aborted(throwing, new AbortController().signal), 10), "later");
});

/** As the browser's: `steal()` takes what is held. */
function openLocks() {
  const locks = { held: 0 };
  locks.request = (_, { signal, steal }, work) =>
    new Promise((resolve, reject) => {
      locks.options = { signal, steal };
      locks.steal = () => reject(new Error("stolen"));
      signal?.addEventListener("abort", () => reject(signal.reason));
      locks.grant = async () => {
        locks.held += 1;
        await work();
        locks.held -= 1;
        resolve();
      };
      if (steal) locks.grant();
    });
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
  return locks;
}

describe("lock", () => {
  afterEach(() => delete navigator.locks);

  test("is held until the abort", async () => {
    const locks = openLocks();
    const controller = new AbortController();
    const waiting = lock(false, "a", false, controller.signal);
    assert.equal(await first(waiting, 10), "later");
    locks.grant();
    const held = await waiting;
    assert.deepEqual([locks.held, held.isLost], [1, false]);
    controller.abort();
    await held.lost;
    await later(1);
    assert.equal(locks.held, 0);
  });

  test("that is stolen says so", async () => {
    const locks = openLocks();
    const waiting = lock(false, "a", false, new AbortController().signal);
    locks.grant();
    const held = await waiting;
    locks.steal();
    await held.lost;
    assert.equal(held.isLost, true);
  });

  test("is taken from another by a request without a signal", async () => {
    const locks = openLocks();
    await lock(false, "a", true, new AbortController().signal);
    assert.deepEqual(locks.options, { signal: undefined, steal: true });
  });

  test("that is given up is not held", async () => {
    const locks = openLocks();
    const controller = new AbortController();
    const waiting = lock(false, "a", false, controller.signal);
    controller.abort();
    await assert.rejects(waiting, (thrown) => thrown === undefined);
    await locks.grant();
    assert.equal(locks.held, 0);
  });

  test("is none where there are no locks; turns in the page's own queue come one after the other", async () => {
    openLocks();
    Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
    await assert.rejects(lock(false, "a", false, new AbortController().signal));
    const controller = new AbortController();
    await lock(true, "a", false, controller.signal);
    const next = lock(true, "a", false, new AbortController().signal);
    assert.equal(await first(next, 10), "later");
    controller.abort();
    assert.equal((await next).isLost, false);
  });
});

describe("the page's events", () => {
  const page = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const named = (type, more) => Object.assign(new Event(type), more);

  const open = () => {
    Object.defineProperty(globalThis, "document", { value: document, configurable: true });
    for (const name of ["addEventListener", "removeEventListener"]) {
      Object.defineProperty(globalThis, name, { value: page[name].bind(page), configurable: true });
    }
  };
  afterEach(() => {
    for (const name of ["document", "addEventListener", "removeEventListener"]) delete globalThis[name];
  });

  test("woken: by what it may have missed something at, not by being hidden", async () => {
    open();
    for (const [target, type] of [
      [page, "online"],
      [page, "pageshow"],
      [document, "resume"],
      [document, "visibilitychange"],
    ]) {
      const waiting = woken(new AbortController().signal);
      document.visibilityState = "hidden";
      document.dispatchEvent(named("visibilitychange"));
      assert.equal(await first(waiting, 5), "later");
      document.visibilityState = "visible";
      target.dispatchEvent(named(type));
      assert.equal(await first(waiting, 1000), undefined, type);
    }
  });

  test("leaving: for good, or for a while", async () => {
    open();
    for (const [target, event, isForGood] of [
      [page, named("pagehide", { persisted: false }), true],
      [page, named("pagehide", { persisted: true }), false],
      [document, named("freeze"), false],
    ]) {
      const waiting = leaving(new AbortController().signal);
      target.dispatchEvent(event);
      assert.equal(await first(waiting, 1000), isForGood);
    }
  });

  test("without a page they never come", async () => {
    assert.equal(await first(woken(new AbortController().signal), 10), "later");
    assert.equal(await first(leaving(new AbortController().signal), 10), "later");
  });
});
