// What was thrown becomes the cause of an error, unless it repeats a secret. Which encodings count is for Rust to know
// (leaks.test.mjs); this is about where a secret may be.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { causeOf } from "../../dist/platform/cause.js";

const SECRET = "the-secret-of-somebody";

/** Finds the secret as it is, and in base64. Counts how often it is asked. */
function secrets() {
  const asked = { isSecret: 0, cut: 0 };
  const base64 = /[A-Za-z0-9+/]{8,}=*/g;
  const isIn = (text) =>
    text.includes(SECRET) ||
    (text.match(base64) ?? []).some((run) => atob(run.slice(0, run.length & ~3)).includes(SECRET));
  return {
    asked,
    isSecret: (text) => {
      asked.isSecret += 1;
      return isIn(text);
    },
    cut: (text) => {
      asked.cut += 1;
      return text.replaceAll(SECRET, "[removed]");
    },
  };
}

const of = (thrown) => causeOf(thrown, secrets());

describe("a secret is found", () => {
  const bytes = (text) => new TextEncoder().encode(text);
  class Foreign {
    get message() {
      return SECRET;
    }
  }
  const places = {
    "in the message": () => new Error(SECRET),
    "in the cause of a cause": () => new Error("x", { cause: new Error("y", { cause: { deep: [SECRET] } }) }),
    "in a list of errors": () => new AggregateError([new Error(SECRET)]),
    "in a property, deep": () => Object.assign(new Error("x"), { a: { b: [{ c: SECRET }] } }),
    "in a name": () => ({ [SECRET]: 1 }),
    "under a symbol": () => ({ [Symbol("s")]: SECRET }),
    "in a property that is not enumerable": () => Object.defineProperty({}, "x", { value: SECRET }),
    "in an inherited getter of a usual name": () => new Foreign(),
    "in a DOMException": () => new DOMException(SECRET, "NetworkError"),
    "in a request": () => ({ request: new Request("https://a.example", { headers: { a: SECRET } }) }),
    "in headers": () => ({ headers: new Headers({ a: SECRET }) }),
    "in a map": () => ({ map: new Map([["a", { b: SECRET }]]) }),
    "in a set": () => ({ set: new Set([SECRET]) }),
    "in search parameters": () => ({ query: new URLSearchParams({ a: SECRET }) }),
    "in a function": () => Object.assign(() => {}, { config: SECRET }),
    "in bytes": () => ({ body: bytes(SECRET) }),
    "in a view": () => ({ body: new DataView(bytes(`x${SECRET}`).buffer, 1) }),
    "in a buffer": () => ({ body: bytes(SECRET).buffer }),
    "in a string": () => SECRET,
  };
  for (const [place, make] of Object.entries(places)) {
    test(place, () => {
      const thrown = make();
      const cause = of(thrown);
      assert.notEqual(cause, thrown);
      assert.ok(typeof cause === "string" || (cause instanceof Error && !Object.hasOwn(cause, "cause")));
      assert.ok(!String(cause).includes(SECRET));
    });
  }

  test("bytes that are no text are looked at as bytes", () => {
    const seen = [];
    causeOf({ body: Uint8Array.of(0xff, 0x00, 0xfe) }, { isSecret: (text) => seen.push(text), cut: String });
    assert.ok(seen[0].includes(btoa("\xff\x00\xfe")));
    assert.ok(seen[0].includes("\xff\x00\xfe"), "and as text, which may be encoded itself");
  });
});

test("anything else stays the very thing that was thrown", () => {
  const circular = new Error("x");
  circular.self = [circular, { circular }];
  const throwing = Object.defineProperty(new Error("y"), "config", {
    get() {
      throw new Error(SECRET);
    },
  });
  for (const thrown of [new Error("no network"), circular, throwing, "text", 5, null, undefined, {}]) {
    assert.equal(of(thrown), thrown);
  }
});

test("what a promise would ask for its `then` is not shown: it may throw, or never answer", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  // biome-ignore lint/suspicious/noThenProperty: that is what is thrown
  const thenable = Object.fromEntries([["then", () => {}]]);
  for (const thrown of [proxy, thenable, Promise.resolve()]) {
    assert.equal(of(thrown).constructor, Error);
  }
});

test("of an error that repeats it name and message are left, without it", () => {
  const cause = of(Object.assign(new TypeError(`bad: ${SECRET}!`), { config: 1 }));
  assert.deepEqual([cause.name, cause.message, cause.config], ["TypeError", "bad: [removed]!", undefined]);
  const nameless = of({ secret: SECRET });
  assert.deepEqual([nameless.name, nameless.message], ["Error", ""]);
  assert.equal(of(`a ${SECRET}`), "a [removed]");
});

test("a reply, and bytes, are no cause", () => {
  const foreign = { status: 200, headers: {}, arrayBuffer() {} };
  for (const thrown of [new Response("x"), foreign, new Uint8Array(2), new ArrayBuffer(2)]) {
    assert.equal(of(thrown), undefined);
  }
  const almost = { status: 500, headers: {} };
  assert.equal(of(almost), almost, "errors of other libraries have a status");
});

test("what has too much to tell is not shown, and Rust is not asked about it", () => {
  const many = (count) => Object.assign(new Error("x"), { list: Array.from({ length: count }, () => ({})) });
  assert.equal(of(many(500)).list, undefined);
  const few = many(300);
  assert.equal(of(few), few);
  for (const large of ["x".repeat(1_000_001), new Uint8Array(1_000_001)]) {
    const asked = secrets();
    const cause = causeOf(Object.assign(new Error("m"), { large }), asked);
    assert.deepEqual([cause.message, cause.large, asked.asked.isSecret], ["m", undefined, 0]);
  }
  assert.equal(of("x".repeat(1_000_001)), "");
  const endless = {
    forEach() {},
    *entries() {
      for (;;) yield ["a", "b"];
    },
  };
  assert.ok(of(endless) instanceof Error);
});

test("Rust is asked once about a thing that is shown, and pieces of two texts are no secret", () => {
  const asked = secrets();
  const [head, tail] = [SECRET.slice(0, 9), SECRET.slice(9)];
  const thrown = Object.assign(new Error(head), { tail, list: [head, tail], more: { head, tail } });
  assert.equal(causeOf(thrown, asked), thrown);
  assert.deepEqual(asked.asked, { isSecret: 1, cut: 0 });
});
