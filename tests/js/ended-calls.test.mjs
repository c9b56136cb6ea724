// A call that is ended from outside at any moment leaves nothing behind: no turn that is taken, no timer, no listener.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, request, scripted } from "./grpc-web.mjs";
import { inProcess } from "./in-process.mjs";

async function turns(count) {
  for (let turn = 0; turn < count; turn += 1) await undefined;
}

/** How to end the calls of `client`, by name. */
const ways = {
  abort: (_, controller) => controller.abort(),
  close: (client) => client.close(),
};

for (const [name, end] of Object.entries(ways)) {
  test(`${name} at any moment of a call that waits for its turn leaves the number free`, async () => {
    await scripted([ok]).client.upsertRegistration(request);
    for (let count = 0; count < 40; count += 1) {
      const controller = new AbortController();
      const [first, second, third] = Array.from({ length: 3 }, () => scripted([ok]));
      const before = first.client.upsertRegistration(request);
      const call = second.client.upsertRegistration(request, { signal: controller.signal });
      await turns(count);
      end(second.client, controller);
      const outcome = await call.then(
        () => "ok",
        ({ code }) => code,
      );
      assert.match(outcome, /^(ok|cancelled)$/);
      await before;
      // It would wait until its deadline.
      assert.equal(
        (await third.client.upsertRegistration(request, { timeoutMs: 2000 })).status,
        "OK",
        `${count} turns`,
      );
    }
  });
}

test("a call that was ended between two attempts, or has failed, does not keep the process alive", async () => {
  const waited = await inProcess(`
    const trailers = new TextEncoder().encode("grpc-status: 14\\r\\n");
    const frame = Uint8Array.of(0x80, 0, 0, 0, trailers.length, ...trailers);
    const reply = () => new Response(frame, { headers: { "content-type": "application/grpc-web" } });
    const page = () => new Response("no", { status: 403, headers: { "content-type": "text/plain" } });
    const options = { baseUrl: "https://api.example.com", accessToken: () => "t" };
    const request = { sipUri: "sips:a.example", routeType: "LOOP", phoneNumber: "+4799900001" };
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    await sdk.preload();
    await wait(5);
    const found = [];
    for (const fetch of [async () => reply(), async () => page()]) {
      const client = sdk.createClient({ ...options, fetch, retry: { initialDelayMs: 20_000 } });
      const call = client.upsertRegistration(request).catch(() => {});
      await wait(20);
      client.close();
      await call;
      await wait(5);
      found.push(timers());
    }
    return found;`);
  assert.deepEqual(waited, [0, 0]);
});

test("a test that drops the page's timers costs no later call its deadline", async () => {
  const codes = await inProcess(`
    const options = { baseUrl: "https://api.example.com", accessToken: () => "t", fetch: () => new Promise(() => {}), retry: false };
    const call = (number, timeoutMs) => sdk.createClient(options).upsertRegistration(
      { sipUri: "sips:a.example", routeType: "LOOP", phoneNumber: "+4799900" + number }, { timeoutMs }).catch((error) => error.code);
    const immediate = () => new Promise((resolve) => setImmediate(resolve));
    await sdk.preload();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { setTimeout: real } = globalThis;
    globalThis.setTimeout = () => 1;
    const lost = call(101, 50);
    for (let turn = 0; turn < 5; turn += 1) await immediate();
    globalThis.setTimeout = real;
    const later = call(102, 100);
    const limit = new Promise((resolve) => real(resolve, 2000, "never"));
    return [await Promise.race([later, limit]), await Promise.race([lost, limit])];`);
  assert.deepEqual(codes, ["deadline_exceeded", "deadline_exceeded"]);
});

test("a clock that says nothing leaves the other one's word", async () => {
  const codes = await inProcess(`
    const options = { baseUrl: "https://api.example.com", accessToken: () => "t", fetch: () => new Promise(() => {}), retry: false };
    const request = { sipUri: "sips:a.example", routeType: "LOOP", phoneNumber: "+4799900001" };
    await sdk.preload();
    const limit = () => new Promise((resolve) => setTimeout(resolve, 2000, "never"));
    const codes = [];
    for (const clock of [Date, performance]) {
      const { now } = clock;
      clock.now = () => undefined;
      const call = sdk.createClient(options).upsertRegistration(request, { timeoutMs: 50 }).catch((error) => error.code);
      codes.push(await Promise.race([call, limit()]));
      clock.now = now;
    }
    return codes;`);
  assert.deepEqual(codes, ["deadline_exceeded", "deadline_exceeded"]);
});
