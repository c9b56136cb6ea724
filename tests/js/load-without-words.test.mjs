// A load that fails where the words of its error don't come either, as after a deploy: what programs decide by is there.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inProcess } from "./in-process.mjs";

const directory = mkdtempSync(join(tmpdir(), "sipbreakout-words-"));
const from = pathToFileURL(join(directory, "dist", "index.js")).href;
before(() => {
  cpSync(fileURLToPath(new URL("../../dist", import.meta.url)), join(directory, "dist"), { recursive: true });
  rmSync(join(directory, "dist", "core", "load-hints.js"));
});
after(() => rmSync(directory, { recursive: true }));

const told = (source, setUp = "") =>
  inProcess(
    `${setUp}
    const { code, kind, retryable, httpStatus, retryAfterMs, message, reloadMayHelp } = await caught(sdk.preload(${source}));
    return [code, kind, retryable, httpStatus ?? null, retryAfterMs ?? null, reloadMayHelp, message.includes("did not come")];`,
    { from },
  );

const reply = (status, headers = {}) =>
  `new Response("", { status: ${status}, headers: ${JSON.stringify(headers)} })`;

test("what a server answers", async () => {
  assert.deepEqual(await told(reply(503, { "retry-after": "120" })), [
    ...["network", "network", true, 503, 120_000],
    ...[true, true],
  ]);
  assert.deepEqual(await told(reply(404)), ["not_found", "config", false, 404, null, true, true]);
  assert.deepEqual(await told(reply(429)), ["network", "network", true, 429, null, true, true]);
});

test("a policy that forbids WebAssembly, and bytes that are no wasm", async () => {
  const forbid = `WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError("violates the following Content Security Policy directive"));`;
  assert.equal((await told("new Uint8Array(8)", forbid))[0], "blocked_by_csp");
  assert.equal((await told("new Uint8Array(8)"))[0], "not_wasm");
});

test("a data: address is decoded all the same", async () => {
  assert.equal((await told('"data:,x"'))[0], "not_wasm");
});
