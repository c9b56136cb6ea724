// The package where a test runner has put it together with parts of other realms: Jest's contexts, jsdom's classes beside
// Node's fetch. Each in a process of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { grpcWeb, okBody, request } from "./grpc-web.mjs";
import { entry, inProcess } from "./in-process.mjs";

test("the wasm may come in objects of another realm", async () => {
  const sources = [
    'vm.runInNewContext("(bytes) => new WebAssembly.Module(bytes)")(bytes)',
    'vm.runInNewContext("(numbers) => Uint8Array.from(numbers)")([...bytes])',
    'vm.runInNewContext("(numbers) => Uint8Array.from(numbers).buffer")([...bytes])',
    "{ ok: true, status: 200, arrayBuffer: async () => bytes }",
    "{ href: wasm.href, protocol: 'file:', pathname: wasm.pathname, hostname: '', host: '' }",
  ];
  for (const source of sources) {
    const result = await inProcess(`
      const { readFileSync } = await import("node:fs");
      const vm = await import("node:vm");
      const wasm = new URL("./wasm/sipbreakout_bg.wasm", ${JSON.stringify(entry)});
      const bytes = readFileSync(wasm);
      await sdk.preload(${source});
      return await sdk.validateRegistration({ sipUri: "sips:a.example", routeType: "LOOP" });`);
    assert.deepEqual(result, [], source);
  }
});

test("a fetch that refuses a signal of another kind is used without, as with jsdom's AbortController", async () => {
  // Node's fetch is loaded, with Node's own classes, when it is first used.
  const before = `await fetch("data:,"); class Signal extends EventTarget { aborted = false; reason = undefined; }
    globalThis.AbortSignal = Signal;
    globalThis.AbortController = class {
      signal = new Signal();
      abort(reason) { this.signal.aborted = true; this.signal.dispatchEvent(new Event("abort")); }
    };`;
  const result = await inProcess(
    `const { createServer } = await import("node:http");
    let calls = 0;
    const server = createServer((req, res) => {
      calls += 1;
      req.resume();
      res.writeHead(200, { "content-type": ${JSON.stringify(grpcWeb)} });
      res.end(Buffer.from(${JSON.stringify([...okBody()])}));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const baseUrl = "http://127.0.0.1:" + server.address().port;
    const client = sdk.createClient({ baseUrl, accessToken: () => "token" });
    const { status } = await client.upsertRegistration(${JSON.stringify(request)});
    server.closeAllConnections();
    server.close();
    return [status, calls];`,
    { before },
  );
  assert.deepEqual(result, ["OK", 1]);
});

test("the package in a context of its own, with fetch and all the rest from outside, as in Jest", async () => {
  const result = await inProcess(
    `const { readFileSync } = await import("node:fs");
    const vm = await import("node:vm");
    const names = ["fetch", "Headers", "Request", "Response", "AbortController", "AbortSignal", "URL", "URLSearchParams",
      "TextEncoder", "TextDecoder", "setTimeout", "clearTimeout", "queueMicrotask", "performance", "crypto", "EventTarget",
      "Event", "DOMException", "MessageChannel", "ReadableStream", "btoa", "atob", "process"];
    const context = vm.createContext(Object.fromEntries(names.map((name) => [name, globalThis[name]])));
    context.globalThis = context;
    context.CustomEvent = globalThis.CustomEvent;
    const modules = new Map();
    const load = (url) => {
      if (modules.has(url)) return modules.get(url);
      const module = new vm.SourceTextModule(readFileSync(new URL(url), "utf8"), {
        context, identifier: url, initializeImportMeta(meta) { meta.url = url; },
      });
      modules.set(url, module);
      return module;
    };
    const entry = load(${JSON.stringify(entry)});
    await entry.link((name, from) => load(new URL(name, from.identifier).href));
    await entry.evaluate();
    let calls = 0;
    const fetch = async () => {
      calls += 1;
      return new Response(new Uint8Array(${JSON.stringify([...okBody()])}), { headers: { "content-type": ${JSON.stringify(grpcWeb)} } });
    };
    const { createClient, isSdkError } = entry.namespace;
    const client = createClient({ baseUrl: "https://api.example.com", fetch,
      accessToken: async () => ({ token: "t", expiresAt: new Date(Date.now() + 3600000) }) });
    const { status } = await client.upsertRegistration(${JSON.stringify(request)}, { headers: new Headers({ "x-a": "1" }) });
    const error = await client.upsertRegistration({}).catch((thrown) => thrown);
    return [status, calls, isSdkError(error), sdk.isSdkError(error)];`,
    { flags: ["--experimental-vm-modules", "--no-warnings"] },
  );
  assert.deepEqual(result, ["OK", 1, true, true]);
});
