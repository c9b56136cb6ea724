// A page whose clock, timers, locks and channels wait for a scheduler: it says what comes next. There are several tabs in it, as
// far as the package can see.

import { openPage } from "./page.mjs";

const SHORT_MS = 1000;
const MOST_STEPS = 20_000;
/** The platform's own streams take some. */
const TURNS = 5;

/** A scheduler as fast-check's, which knows only one order. */
export function inOrder() {
  const waiting = [];
  return {
    schedule: (task) => new Promise((resolve) => waiting.push(() => resolve(task))),
    count: () => waiting.length,
    waitNext: async () => waiting.shift()?.(),
  };
}

/**
 * Unless it is `timed`, a short timer may be over before or after anything else that takes a while, and a long one only when
 * nothing else is left to do.
 */
export function createVirtualPage(scheduler, { isTimed = false } = {}) {
  const { setTimeout, clearTimeout, setImmediate, BroadcastChannel, MessageChannel } = globalThis;
  const real = { setTimeout, clearTimeout, BroadcastChannel, MessageChannel };
  const realNow = [Date.now, performance.now];
  const realLocks = Object.getOwnPropertyDescriptor(navigator, "locks");
  const moment = (label) => scheduler.schedule(Promise.resolve(), label);
  const events = new EventTarget();
  const page = { moment, stolen: 0 };

  // Time.
  let nowMs = 1000;
  const timers = new Set();
  const fire = (timer) => {
    if (!timers.delete(timer)) return;
    nowMs = Math.max(nowMs, timer.at);
    timer.run();
  };
  const setVirtual = (work, ms = 0, ...given) => {
    const delayMs = Math.max(Number(ms) || 0, 0);
    const timer = { at: nowMs + delayMs, run: () => work(...given), unref: () => timer, ref: () => timer };
    timers.add(timer);
    if (!isTimed && delayMs <= SHORT_MS) moment("timer").then(() => fire(timer));
    return timer;
  };

  // Locks, in the order in which they were asked for.
  const locks = new Map();
  const stateOf = (name) => {
    if (!locks.has(name)) locks.set(name, { holder: undefined, queue: [], isGranting: false });
    return locks.get(name);
  };
  const grant = (state, entry) => {
    state.holder = entry;
    const done = () => {
      if (state.holder !== entry) return;
      state.holder = undefined;
      pump(state);
    };
    Promise.resolve(entry.work({})).then(entry.resolve, entry.reject).then(done);
  };
  const pump = (state) => {
    if (state.isGranting || state.holder || state.queue.length === 0) return;
    state.isGranting = true;
    moment("lock").then(() => {
      state.isGranting = false;
      if (!state.holder && state.queue.length > 0) grant(state, state.queue.shift());
    });
  };
  const request = (name, { signal, steal }, work) =>
    new Promise((resolve, reject) => {
      const state = stateOf(name);
      const entry = { work, resolve, reject };
      if (steal) {
        page.stolen += 1;
        state.holder?.reject(new Error("stolen"));
        return grant(state, entry);
      }
      signal?.addEventListener("abort", () => {
        if (!state.queue.includes(entry)) return;
        state.queue = state.queue.filter((other) => other !== entry);
        reject(new Error("given up"));
      });
      state.queue.push(entry);
      pump(state);
    });

  // Channels: what one is told comes in order.
  const channels = new Set();
  class Channel {
    constructor(name) {
      Object.assign(this, { name, waiting: [] });
      channels.add(this);
    }
    postMessage(data) {
      for (const other of channels) {
        if (other === this || other.name !== this.name) continue;
        other.waiting.push(data);
        moment("message").then(() => other.onmessage?.({ data: other.waiting.shift() }));
      }
    }
    close() {
      channels.delete(this);
    }
  }
  class Ports {
    constructor() {
      this.port1 = { close() {} };
      this.port2 = { postMessage: () => moment("turn").then(() => this.port1.onmessage?.({})) };
    }
  }

  page.request = request;
  page.pass = (ms) => {
    nowMs += ms;
  };
  page.now = () => nowMs;
  page.sleep = (ms) => new Promise((resolve) => setVirtual(resolve, ms));
  page.wake = () => events.dispatchEvent(new Event("online"));

  /** What the platform itself does for a reply, and all that follows: until something waits for the scheduler. */
  const turn = async () => {
    for (let turns = 0; turns < TURNS && (turns === 0 || scheduler.count() === 0); turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  /** False if there is nothing that could come next. */
  const next = async () => {
    if (scheduler.count() > 0) {
      await scheduler.waitNext(1);
      return true;
    }
    const [first] = [...timers].sort((one, other) => one.at - other.at);
    if (first) fire(first);
    return first !== undefined;
  };

  /** Goes on until all of these are settled. Rejects if one never is. */
  page.settle = async (promises) => {
    let left = promises.length;
    const done = () => {
      left -= 1;
    };
    for (const promise of promises) promise.then(done, done);
    await turn();
    for (let steps = 0; left > 0; steps += 1) {
      if (steps > MOST_STEPS || !(await next())) throw new Error(`${left} promises do not settle`);
      await turn();
    }
    return Promise.allSettled(promises);
  };

  /** What a promise comes to. */
  page.run = async (promise) => {
    await page.settle([promise]);
    return promise;
  };

  /** Goes on until nothing is left to do but to wait for long. */
  page.rest = async () => {
    await turn();
    while (scheduler.count() > 0) {
      await next();
      await turn();
    }
  };

  /** `hasLocks`: the browser has Web Locks. */
  page.open = (href, hasLocks = true) => {
    openPage(href);
    Object.assign(globalThis, { setTimeout: setVirtual, clearTimeout: (timer) => timers.delete(timer) });
    Object.assign(globalThis, { BroadcastChannel: Channel, MessageChannel: Ports });
    for (const name of ["addEventListener", "removeEventListener"])
      globalThis[name] = events[name].bind(events);
    Object.defineProperty(navigator, "locks", {
      value: hasLocks ? { request } : undefined,
      configurable: true,
    });
    Date.now = () => 1_800_000_000_000 + nowMs;
    performance.now = () => nowMs;
  };

  page.close = () => {
    Object.assign(globalThis, real);
    for (const name of ["addEventListener", "removeEventListener"]) delete globalThis[name];
    [Date.now, performance.now] = realNow;
    if (realLocks) Object.defineProperty(navigator, "locks", realLocks);
    else delete navigator.locks;
  };
  return page;
}
