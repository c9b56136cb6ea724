// Deadline, AbortSignal and close() hold while the wasm is still on its way, nothing is left behind, and a call that the
// wasm does not end is ended all the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { entry, inProcess } from "./in-process.mjs";

// Counts the timers and the "abort" listeners that are alive. A timer set by the wasm can be told by its stack.
const counted = `
  const timers = new Set();
  let deaf = false;
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  globalThis.setTimeout = (run, ms, ...rest) => {
    if (deaf && new Error().stack.includes("wasm/sipbreakout.js")) return undefined;
    const timer = set((...given) => { timers.delete(timer); run(...given); }, ms, ...rest);
    timers.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => { timers.delete(timer); clear(timer); };
  let listeners = 0;
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  const heard = new Map();
  const keyOf = (target) => heard.get(target) ?? heard.set(target, new Set()).get(target);
  EventTarget.prototype.addEventListener = function (type, listener, ...rest) {
    if (type === "abort" && !keyOf(this).has(listener)) { keyOf(this).add(listener); listeners += 1; }
    return add.call(this, type, listener, ...rest);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, ...rest) {
    if (type === "abort" && keyOf(this).delete(listener)) listeners -= 1;
    return remove.call(this, type, listener, ...rest);
  };
  const later = (ms) => new Promise((resolve) => set(resolve, ms));
  const left = () => [timers.size, listeners];
`;

// A load that hangs until the gate opens.
const gated = `
  const { readFileSync } = await import("node:fs");
  const gate = Promise.withResolvers();
  const open = () => gate.resolve(readFileSync(new URL("./wasm/sipbreakout_bg.wasm", ${JSON.stringify(entry)})));
  const ofSession = new URL("./wasm/sipbreakout-session_bg.wasm", ${JSON.stringify(entry)});
  const preloaded = Promise.all([
    sdk.preload(gate.promise),
    sdk.preloadSession(gate.promise.then(() => readFileSync(ofSession))),
  ]);
  let sent = 0;
  const fetch = async () => { sent += 1; return new Response(null, { status: 500 }); };
  const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };
  const createClient = (options) =>
    sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "token", fetch, ...options });
  const auth = sdk.createAuth({ clientId: "c", redirectUri: "https://a.example/", preset: "wgtwo" });
  const within = async (promise) => {
    const start = performance.now();
    const error = await promise.then(() => "no error", (thrown) => thrown);
    return { ...error.toJSON(), cause: String(error.cause), ms: performance.now() - start };
  };
`;

test("the deadline ends a call, the call's before the client's", async () => {
  const [own, clients, deleted, sent, waiting, left] = await inProcess(
    `${gated}
    const own = await within(createClient({ timeoutMs: 5000 }).upsertRegistration(request, { timeoutMs: 60 }));
    const clients = await within(createClient({ timeoutMs: 60 }).upsertRegistration(request, { timeoutMs: "7" }));
    const deleted = await within(createClient({ timeoutMs: 60 }).deleteRegistration(request));
    const waiting = left();
    open();
    await preloaded;
    await later(20);
    return [own, clients, deleted, sent, waiting, left()];`,
    { before: counted },
  );
  for (const error of [own, clients, deleted]) {
    assert.equal(error.name, "RpcError");
    assert.deepEqual(
      [error.code, error.grpcStatus, error.kind, error.retryable],
      ["deadline_exceeded", 4, "timeout", true],
    );
    assert.match(error.message, /still loading/);
    // Counted from when the call is on its way already.
    assert.ok(error.ms >= 40 && error.ms < 2000, `${error.ms} ms`);
  }
  assert.equal(sent, 0);
  assert.deepEqual(waiting, [2, 0], "only the timers of the two loads are left while they hang");
  assert.deepEqual(left, [0, 0]);
});

test("without a usable deadline it is 30 s", async () => {
  const [delays, most] = await inProcess(
    `${gated}
    const delays = [];
    const counting = globalThis.setTimeout;
    globalThis.setTimeout = (run, ms, ...rest) => { delays.push(ms); return counting(run, ms, ...rest); };
    const unusable = ["5", 0, -1, NaN, Infinity, null, {}];
    const calls = [createClient().upsertRegistration(request, { timeoutMs: 2 ** 40 }).catch(() => {})];
    const most = delays[0];
    for (const timeoutMs of unusable) {
      calls.push(createClient().upsertRegistration(request, { timeoutMs }).catch(() => {}));
    }
    const after = delays.slice(1);
    open();
    await Promise.all(calls);
    return [after, most];`,
    { before: counted },
  );
  // The first one is longer than a timer can be: it must not fire at once.
  assert.equal(most, 2 ** 31 - 1);
  // All limits share a timer, which the earliest one sets. By the wall clock, which counts whole milliseconds, a call may have
  // begun a little before the one that was made before it.
  assert.ok(delays.length === 1 || delays.length === 2, String(delays));
  for (const ms of delays) assert.ok(ms > 29_000 && ms <= 30_000, `${ms} ms`);
});

test("an AbortSignal and close() end a call with their reason", async () => {
  const [aborted, before, closed, token, left] = await inProcess(
    `${gated}
    const controller = new AbortController();
    set(() => controller.abort(new Error("went away")), 30);
    const aborted = within(createClient().upsertRegistration(request, { signal: controller.signal }));
    const token = within(auth.getAccessToken({ signal: controller.signal }));
    const client = createClient();
    set(() => client.close(), 30);
    const closed = within(client.deleteRegistration(request));
    const before = within(createClient().upsertRegistration(request, { signal: AbortSignal.abort("at once") }));
    const results = [await aborted, await before, await closed, await token];
    open();
    await preloaded;
    await later(20);
    return [...results, left()];`,
    { before: counted },
  );
  for (const [error, cause] of [
    [aborted, "Error: went away"],
    [before, "at once"],
    [closed, "AbortError: The client was closed."],
  ]) {
    assert.deepEqual(
      [error.name, error.code, error.grpcStatus, error.kind, error.retryable, error.cause],
      ["RpcError", "cancelled", 1, "aborted", false, cause],
    );
  }
  assert.deepEqual(
    [token.name, token.code, token.kind, token.cause],
    ["AuthError", "aborted", "aborted", "Error: went away"],
  );
  assert.deepEqual(left, [0, 0]);
});

test("what is no signal is reported by Rust, whether the wasm is there or not", async () => {
  const problems = await inProcess(
    `${gated}
    const odd = [{}, 5, "x", { aborted: true }, { aborted: "yes", addEventListener() {} }];
    const options = [...odd.map((signal) => ({ signal })), { get signal() { throw new Error("no"); } }];
    const ask = () => options.map((given) => createClient().upsertRegistration(request, given)
      .then(() => ["no error"], (error) => error.problems.map(({ field, code }) => field + " " + code)));
    const early = ask();
    open();
    return [await Promise.all(early), await Promise.all(ask()), sent];`,
    { before: counted },
  );
  const expected = [...Array(5).fill(["signal wrong_type"]), ["signal unreadable"]];
  assert.deepEqual(problems, [expected, expected, 0]);
});

test("a call that ended before the wasm came is not made afterwards", async () => {
  const sent = await inProcess(`${gated}
    const error = await within(createClient().upsertRegistration(request, { timeoutMs: 30 }));
    open();
    await preloaded;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return [error.code, sent];`);
  assert.deepEqual(sent, ["deadline_exceeded", 0]);
});

test("after the wasm came a call leaves nothing behind, however it ends", async () => {
  const [codes, left] = await inProcess(
    `${gated}
    open();
    const hanging = { fetch: () => new Promise(() => {}) };
    const controller = new AbortController();
    const { signal } = controller;
    const of = (phoneNumber) => ({ ...request, phoneNumber });
    const refusing = { fetch: () => Promise.reject(new TypeError()), retry: false };
    const calls = [
      createClient(refusing).upsertRegistration(of("+4799900001"), { signal }),
      createClient(hanging).upsertRegistration(of("+4799900002"), { timeoutMs: 50 }),
      createClient(hanging).upsertRegistration(of("+4799900003"), { signal }),
      createClient().upsertRegistration({}, { signal }),
      auth.getAccessToken({ signal }),
    ];
    set(() => controller.abort(), 80);
    const codes = await Promise.all(calls.map((call) => call.catch((error) => error.code)));
    await later(20);
    return [codes, left()];`,
    { before: counted },
  );
  assert.deepEqual(codes, [
    "unavailable",
    "deadline_exceeded",
    "cancelled",
    "invalid_input",
    "sign_in_required",
  ]);
  assert.deepEqual(left, [0, 0]);
});

test("a call ends by its deadline, whatever becomes of the timers of the wasm", async () => {
  const [error, left] = await inProcess(
    `${gated}
    open();
    await preloaded;
    deaf = true;
    const client = createClient({ fetch: () => new Promise(() => {}) });
    const error = await within(client.upsertRegistration(request, { timeoutMs: 100 }));
    return [error, left()[0]];`,
    { before: counted },
  );
  assert.deepEqual([error.code, error.kind, error.retryable], ["deadline_exceeded", "timeout", true]);
  assert.match(error.message, /unknown/);
  assert.ok(error.ms >= 90 && error.ms < 1000, `${error.ms} ms`);
  assert.equal(left, 0);
});
