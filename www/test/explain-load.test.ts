// When the SDK's wasm does not come, or stops. A file of its own: here it is loaded last.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LoadError, type LoadErrorCode, preload, validateRegistration } from "sipbreakout-web";
import { explain } from "../src/explain.ts";

type Source = Parameters<typeof preload>[0];

async function failureOf(work: Promise<unknown>): Promise<LoadError> {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof LoadError);
  return error;
}

/** While `work` runs, the platform has something else under this name. */
async function withGlobal<T>(
  owner: object,
  name: string,
  value: unknown,
  work: () => Promise<T>,
): Promise<T> {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  assert.ok(own);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  try {
    return await work();
  } finally {
    Object.defineProperty(owner, name, own);
  }
}

const page = new TextEncoder().encode("<!doctype html>");
const wasmLike = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const forbidden = async () => {
  throw new WebAssembly.CompileError("Compiling WebAssembly violates the Content Security Policy");
};

const wrongSetUps: [LoadErrorCode, () => Promise<LoadError>][] = [
  ["not_found", () => failureOf(preload("https://somebody:password@example.com/sipbreakout.wasm"))],
  ["not_wasm", () => failureOf(preload(Response.json({})))],
  [
    "blocked_by_csp",
    () => withGlobal(WebAssembly, "compile", forbidden, () => failureOf(preload(wasmLike as Source))),
  ],
];
for (const [code, fail] of wrongSetUps) {
  test(`${code} is the administrator's, and trying again is not offered`, async () => {
    const error = await fail();
    assert.equal(error.code, code);
    const { title, advice, remedy } = explain(error);
    assert.match(title, /set up wrongly/);
    assert.ok(advice.includes(error.hint), advice);
    assert.equal(remedy, undefined);
  });
}

for (const [name, source] of [
  ["a file that is gone", () => new Response("", { status: 404 })],
  ["a page in its place", () => page],
  ["the wasm of another build", () => wasmLike],
] as [string, () => Source][]) {
  test(`${name}: a newer version may have been deployed, and a reload is offered`, async () => {
    const { title, advice, remedy } = explain(await failureOf(preload(source())));
    assert.match(title, /is missing/);
    assert.match(advice, /newer version.*Reload the page/);
    assert.equal(remedy, "reload");
  });
}

test("unsupported: another browser, and trying again is not offered", async () => {
  const error = await withGlobal(globalThis, "WebAssembly", undefined, () => failureOf(preload()));
  assert.equal(error.code, "unsupported");
  const { title, remedy } = explain(error);
  assert.match(title, /browser can’t run/);
  assert.equal(remedy, undefined);
});

test("network can be tried again", async () => {
  const offline = async () => {
    throw new TypeError("Failed to fetch");
  };
  const error = await withGlobal(globalThis, "fetch", offline, () =>
    failureOf(preload("http://127.0.0.1:9/sipbreakout.wasm")),
  );
  assert.equal(error.code, "network");
  const { title, remedy } = explain(error);
  assert.match(title, /could not be loaded/);
  assert.equal(remedy, "retry");
});

test("crashed: only a reload helps", async () => {
  await preload();
  // The wasm asks for it where text is not ASCII, and does not expect it to throw.
  const broken = () => {
    throw new Error("broken");
  };
  const work = () => failureOf(validateRegistration({ sipUri: "sips:bør.example.com" }));
  const error = await withGlobal(TextEncoder.prototype, "encodeInto", broken, work);
  assert.equal(error.code, "crashed");
  const { title, remedy } = explain(error);
  assert.match(title, /failed inside the page/);
  assert.equal(remedy, "reload");
});
