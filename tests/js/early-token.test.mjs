// The application is asked for the first token while the wasm comes: both requests are under way at the same time.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { entry, inProcess } from "./in-process.mjs";

/** A wasm that comes when the gate is opened, and a core that refuses the token "old". */
const gated = `
  const { readFileSync } = await import("node:fs");
  let open;
  const gate = new Promise((resolve) => { open = () => resolve(readFileSync(new URL("./wasm/sipbreakout_bg.wasm", ${JSON.stringify(entry)}))); });
  sdk.preload(gate).catch(() => {});
  const sent = [];
  const good = new Uint8Array([0, 0, 0, 0, 7, 8, 1, 26, 3, 8, 0xac, 2, 0x80, 0, 0, 0, 15, ...new TextEncoder().encode("grpc-status:0\\r\\n")]);
  const fetch = async (url, init) => {
    const token = new Headers(init.headers).get("authorization").slice("Bearer ".length);
    sent.push(token);
    const headers = { "content-type": "application/grpc-web+proto" };
    return token === "old" ? new Response(null, { headers: { ...headers, "grpc-status": "16" } }) : new Response(good, { headers });
  };
  const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const asked = [];
  const clientOf = (answer) => sdk.createClient({ baseUrl: "https://api.example.com", fetch,
    accessToken: (question) => { asked.push(question.forceRefresh); return answer(question, asked.length); } });
  const errorOf = (promise) => promise.then(() => "no error", ({ code, cause }) => [code, cause?.message]);
`;

const whileLoading = (script) => inProcess(gated + script);

describe("the first token", () => {
  test("is asked for before the wasm is there, and goes with the call", async () => {
    const told = await whileLoading(`
      const client = clientOf(async () => "token");
      const call = client.upsertRegistration(request);
      await later(20);
      const before = [...asked];
      open();
      await call;
      await client.deleteRegistration(request);
      return [before, asked, sent];`);
    assert.deepEqual(told, [[false], [false, false], ["token", "token"]]);
  });

  test("is one for all calls that wait for the wasm", async () => {
    const told = await whileLoading(`
      const client = clientOf(async () => { await later(50); return "token"; });
      const calls = ["1", "2", "3"].map((digit) => client.upsertRegistration({ ...request, phoneNumber: "+479990000" + digit }));
      await later(20);
      open();
      await Promise.all(calls);
      return [asked, sent];`);
    assert.deepEqual(told, [[false], ["token", "token", "token"]]);
  });

  test("is one, too, where the first call turns out to be invalid, or is given up", async () => {
    const told = await whileLoading(`
      const client = clientOf(async () => ({ token: "token", expiresAt: Date.now() + 3_600_000 }));
      const abandon = new AbortController();
      const calls = [
        errorOf(client.upsertRegistration({ ...request, sipUri: "sip:pbx.example.com" })),
        errorOf(client.upsertRegistration({ ...request, phoneNumber: "+4799900002" }, { signal: abandon.signal })),
        client.upsertRegistration({ ...request, phoneNumber: "+4799900003" }),
      ];
      await later(20);
      abandon.abort();
      await later(20);
      open();
      await Promise.all(calls);
      return [asked, sent];`);
    assert.deepEqual(told, [[false], ["token"]]);
  });

  test("is one for a fleet", async () => {
    const told = await whileLoading(`
      const client = clientOf(async () => ({ token: "token", expiresAt: Date.now() + 3_600_000 }));
      setTimeout(open, 20);
      const statuses = [];
      const requests = ["1", "2", "3"].map((digit) => ({ ...request, phoneNumber: "+479990000" + digit }));
      for await (const { status } of client.upsertRegistrations(requests)) statuses.push(status);
      return [statuses, asked];`);
    assert.deepEqual(told, [["ok", "ok", "ok"], [false]]);
  });

  test("is asked for again when the core refuses it", async () => {
    const told = await whileLoading(`
      const client = clientOf(async ({ forceRefresh }) => forceRefresh ? "new" : "old");
      const call = client.upsertRegistration(request);
      await later(20);
      open();
      await call;
      return [asked, sent];`);
    assert.deepEqual(told, [
      [false, true],
      ["old", "new"],
    ]);
  });

  for (const [way, answer] of [
    ["rejects", 'async () => { throw new Error("nobody is signed in"); }'],
    ["throws", '() => { throw new Error("nobody is signed in"); }'],
  ]) {
    test(`a function that ${way} is asked once, and the error has what it said`, async () => {
      const told = await whileLoading(`
        const client = clientOf(${answer});
        const call = errorOf(client.upsertRegistration(request));
        await later(20);
        open();
        return [await call, asked, sent];`);
      assert.deepEqual(told, [["token_supplier_failed", "nobody is signed in"], [false], []]);
    });
  }

  test("a function that calls the client itself is asked once", async () => {
    const told = await whileLoading(`
      let inner;
      const client = clientOf((question, count) => {
        if (count === 1) inner = errorOf(client.deleteRegistration(request, { timeoutMs: 300 }));
        return later(100).then(() => "token");
      });
      const call = client.upsertRegistration(request);
      await later(20);
      open();
      await call;
      return [asked.length <= 2, (await inner) !== undefined];`);
    assert.deepEqual(told, [true, true]);
  });

  test("a call that ends while the wasm comes ends the question, and the next one asks anew", async () => {
    const told = await whileLoading(`
      const signals = [];
      const client = clientOf(async ({ signal }) => { signals.push(signal); return "token"; });
      const abort = new AbortController();
      const call = errorOf(client.upsertRegistration(request, { signal: abort.signal }));
      await later(20);
      abort.abort();
      const [code] = await call;
      const isAborted = signals[0].aborted;
      open();
      await client.upsertRegistration(request);
      return [code, isAborted, signals[1].aborted, sent];`);
    assert.deepEqual(told, ["cancelled", true, false, ["token"]]);
  });

  for (const when of ["before the wasm is there", "afterwards"]) {
    test(`its signal, read ${when}, is aborted by the call's end`, async () => {
      const told = await whileLoading(`
        let kept;
        let signal;
        const client = clientOf((question) => {
          kept = question;
          if (${when === "afterwards"} === false) signal = question.signal;
          return new Promise(() => {});
        });
        const abort = new AbortController();
        const call = errorOf(client.upsertRegistration(request, { signal: abort.signal }));
        await later(20);
        open();
        await later(100);
        signal ??= kept.signal;
        const before = signal.aborted;
        abort.abort();
        const [code] = await call;
        return [before, code, signal.aborted];`);
      assert.deepEqual(told, [false, "cancelled", true]);
    });
  }

  test("is not asked for by a request that is wrong", async () => {
    const told = await whileLoading(`
      const client = clientOf(async () => "token");
      const call = errorOf(client.upsertRegistration({ ...request, sipUri: 7 }));
      await later(20);
      open();
      return [(await call)[0], asked];`);
    assert.deepEqual(told, ["invalid_input", []]);
  });
});
