// The page's side: fetch that does odd things, options, metadata on the wire, turns. `fetch` and `call` run in the page.
import { bytes, frameHead, hang, message, ok, okBody, okTrailers, trailers } from "./reply.mjs";

const type = { "content-type": "application/grpc-web+proto" };
const good = () => new Response(okBody, { headers: type });
const bodyOf = (start) => new Response(new ReadableStream({ start }), { headers: type });

const rejecting = {
  undefined: undefined,
  null: null,
  "a string": "a string",
  "a number": 7,
  "an object": { odd: true },
  "a TypeError": new TypeError("Failed to fetch"),
  "an AbortError that nobody asked for": new DOMException("no", "AbortError"),
  "a proxy that throws": new Proxy(
    {},
    {
      get: () => {
        throw new Error("trap");
      },
    },
  ),
};

const rejects = Object.entries(rejecting).map(([name, thrown]) => ({
  name: `fetch rejects with ${name}`,
  rule: "A fetch that rejects, with anything, is UNAVAILABLE with the cause kept, unless that can't even be asked for a `then`.",
  fetch: () => Promise.reject(thrown),
  expect: { code: "unavailable", kind: "network", causeIs: name !== "a proxy that throws" },
  thrown,
}));

const response = (properties) => Object.assign(Object.create(null), properties);
const unusable = {
  "throws at once": () => {
    throw new Error("at once");
  },
  "returns nothing": () => undefined,
  "resolves to undefined": async () => undefined,
  "resolves to null": async () => null,
  "resolves to a string": async () => "reply",
  "resolves to a plain object": async () => ({}),
  "resolves to headers that throw": async () =>
    response({
      status: 200,
      headers: {
        entries: () => {
          throw new Error("no headers");
        },
      },
    }),
  "resolves to a status that throws": async () =>
    Object.defineProperty({}, "status", {
      get: () => {
        throw new Error("no status");
      },
    }),
  "hands out a used body": async () => {
    const used = good();
    await used.arrayBuffer();
    return used;
  },
  "hands out a locked body": async () => {
    const locked = good();
    locked.body.getReader();
    return locked;
  },
};

const odd = Object.entries(unusable).map(([name, fetch]) => ({
  name: `fetch ${name}`,
  rule: "A fetch that does not work at all is INTERNAL, and says that the option fetch is to be checked.",
  fetch,
  expect: { code: "internal", kind: "config", message: /fetch/ },
}));

const bodies = [
  ["yields a string", (c) => c.enqueue("text"), "internal"],
  ["yields ArrayBuffers", (c) => c.enqueue(okBody.slice().buffer), "ok"],
  ["fails at once", (c) => c.error(new Error("broken")), "unavailable"],
  ["fails with undefined", (c) => c.error(undefined), "unavailable"],
  ["is empty", (c) => c.close(), "unknown"],
  [
    "yields empty chunks",
    (c) => {
      for (let i = 0; i < 9; i += 1) c.enqueue(new Uint8Array(0));
      c.enqueue(okBody);
    },
    "ok",
  ],
  ["never ends behind the trailers", (c) => c.enqueue(okBody), "ok"],
  [
    "comes at once",
    (c) => {
      c.enqueue(okBody);
      c.close();
    },
    "ok",
  ],
].map(([name, start, code]) => ({
  name: `a body that ${name}`,
  rule: "Whatever a body does, the call ends.",
  fetch: async () => bodyOf(start),
  expect: { code },
}));

const padded = bytes(message, trailers("grpc-status:  0\r\n"));

/** A buffer that another thread may write to. A page that is not isolated has it of a memory alone. */
function sharedBytes(content) {
  const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const shared = new Uint8Array(buffer, 8, content.length);
  shared.set(content);
  return shared;
}

/** A class of a frame, which has others than the page. */
function ofFrame(name) {
  const frame = document.body.appendChild(document.createElement("iframe"));
  return frame.contentWindow[name];
}

const ofBuffer = (View, more = 0) => {
  const buffer = bytes(new Uint8Array(16), padded, new Uint8Array(more)).buffer;
  const length = (padded.length + more) / (View.BYTES_PER_ELEMENT ?? 1);
  return new View(buffer, 16, length);
};

const views = {
  "a Uint16Array": () => ofBuffer(Uint16Array),
  // Behind the trailers anything may follow.
  "a BigInt64Array": () => ofBuffer(BigInt64Array, 8 - (padded.length % 8)),
  "a DataView": () => ofBuffer(DataView),
  "a view of a shared buffer": () => sharedBytes(okBody),
  "a shared buffer": () => sharedBytes(okBody).buffer.slice(8, 8 + okBody.length),
  "a Uint8Array of a frame": () => ofFrame("Uint8Array").from(okBody),
  "a DataView of a frame": () => {
    const bytes = ofFrame("Uint8Array").from(okBody);
    return new (ofFrame("DataView"))(bytes.buffer);
  },
  "an ArrayBuffer of a frame": () => ofFrame("Uint8Array").from(okBody).buffer,
};

const chunks = Object.entries(views).map(([name, make]) => ({
  name: `a body whose chunk is ${name}`,
  rule: "Bytes are bytes, in whatever view of whatever realm.",
  fetch: async () => bodyOf((c) => c.enqueue(make())),
  expect: { code: "ok" },
}));

/** What a polyfill of `fetch`, or one of Node, resolves to. */
const polyfilled = (properties) =>
  response({ status: 200, headers: new Headers(type), bodyUsed: false, ...properties });

async function* inChunks(...list) {
  for (const one of list) {
    await undefined;
    yield one;
  }
}

const endless = () =>
  (async function* () {
    yield okBody;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      yield new Uint8Array(100);
    }
  })();

const whole = async () => {
  throw new Error("the whole was read");
};

const large = bytes(frameHead(0, 70_000), new Uint8Array(70_000), okTrailers);

const polyfills = [
  ["that has only arrayBuffer()", { arrayBuffer: async () => okBody.slice().buffer }, "ok"],
  [
    "whose arrayBuffer() is of a frame",
    { arrayBuffer: async () => ofFrame("Uint8Array").from(okBody).buffer },
    "ok",
  ],
  ["whose arrayBuffer() is empty", { arrayBuffer: async () => new ArrayBuffer(0) }, "unknown"],
  ["whose arrayBuffer() is over the limit", { arrayBuffer: async () => large.buffer }, "resource_exhausted"],
  ["whose arrayBuffer() rejects", { arrayBuffer: whole }, "unavailable"],
  ["whose arrayBuffer() throws", { arrayBuffer: () => whole.missing() }, "unavailable"],
  ["whose arrayBuffer() gives a text", { arrayBuffer: async () => "text" }, "internal"],
  ["whose body is an async iterable", { body: inChunks(okBody.slice(0, 7), okBody.slice(7)) }, "ok"],
  ["whose body is iterable, and has arrayBuffer()", { body: inChunks(okBody), arrayBuffer: whole }, "ok"],
  ["whose iterable yields empty chunks", { body: inChunks(new Uint8Array(0), okBody) }, "ok"],
  ["whose iterable yields a text", { body: inChunks("text") }, "internal"],
  ["whose iterable is empty", { body: inChunks() }, "unknown"],
  ["whose iterable is over the limit", { body: inChunks(large) }, "resource_exhausted"],
  ["whose iterable does not end", { body: endless() }, "ok"],
  ["whose iterable throws", { body: { [Symbol.asyncIterator]: () => ({ next: whole }) } }, "unavailable"],
  ["whose iterable is none", { body: { [Symbol.asyncIterator]: () => ({}) } }, "unavailable"],
  ["whose reader throws", { body: { getReader: () => ({ read: () => whole.missing() }) } }, "unavailable"],
  [
    "whose reader gives nothing",
    { body: { getReader: () => ({ read: async () => undefined }) } },
    "internal",
  ],
  ["whose body is a text", { body: "text" }, "internal"],
  ["without anything to read", {}, "unknown"],
  ["that was read", { body: inChunks(okBody), bodyUsed: true }, "internal"],
].map(([name, properties, code]) => ({
  name: `a response ${name}`,
  rule: "A response of another kind is read in whatever way it can be; nothing else counts for a crash of the wasm.",
  fetch: async () => polyfilled(properties),
  expect: { code, kind: code === "ok" ? undefined : /^(protocol|config|network)$/, maxMs: 3000 },
}));

const replies = [
  ["Response.error()", async () => Response.error(), "unknown"],
  ["a reply without a body", async () => new Response(null, { headers: type }), "unknown"],
  ["an HTTP 503", async () => new Response("down", { status: 503 }), "unavailable"],
  ["an ordinary reply", async () => good(), "ok"],
].map(([name, fetch, code]) => ({
  name: `fetch resolves to ${name}`,
  rule: "What is a Response is judged as one.",
  fetch,
  expect: { code },
}));

const never = [
  {
    name: "fetch that never settles and heeds no signal",
    rule: "The deadline holds all the same.",
    fetch: () => new Promise(() => {}),
    options: { timeoutMs: 200 },
    expect: { code: "deadline_exceeded", maxMs: 1500 },
  },
  {
    name: "a body that never yields and heeds no signal",
    rule: "The deadline holds all the same.",
    fetch: async () => bodyOf(() => {}),
    options: { timeoutMs: 200 },
    expect: { code: "deadline_exceeded", maxMs: 1500 },
  },
  {
    name: "a patched global fetch that throws",
    rule: "The global fetch is taken when the call is made.",
    globalFetch: () => {
      throw new Error("patched");
    },
    expect: { code: "internal", kind: "config" },
  },
  {
    name: "no global fetch",
    rule: "A missing fetch is an error of its own.",
    globalFetch: null,
    expect: { code: "internal", kind: "config", message: /fetch/ },
  },
];

const wire = [
  {
    name: "the request's own headers",
    rule: "None of the transport's headers can be replaced; reserved names are ignored.",
    replies: [ok],
    options: {
      headers: {
        accept: "text/html",
        "X-Grpc-Web": "2",
        "x-user-agent": "me",
        "grpc-timeout": "1n",
        "grpc-encoding": "gzip",
        "x-tenant": "acme",
      },
    },
    expect: {
      code: "ok",
      sent: {
        "content-type": "application/grpc-web+proto",
        accept: "application/grpc-web+proto",
        "x-grpc-web": "1",
        "x-user-agent": /^sipbreakout-web\//,
        "grpc-timeout": /^\d{1,8}m$/,
        "grpc-encoding": undefined,
        authorization: "Bearer token-1",
        "x-tenant": "acme",
      },
    },
  },
  {
    name: "repeated and binary metadata",
    rule: "Repeated metadata is all sent; -bin is unpadded base64.",
    replies: [ok],
    options: {
      headers: [
        ["x-a", "1"],
        ["x-a", "2"],
        ["x-b-bin", "YQ=="],
      ],
    },
    expect: { code: "ok", sent: { "x-a": /^1, ?2$/, "x-b-bin": "YQ" } },
  },
  ...["authorization", "Authorization", "dpop"].map((name) => ({
    name: `${name} among the headers`,
    rule: "The client adds it; what was meant by another one is not to be guessed.",
    replies: [ok],
    options: { headers: { [name]: "Basic x" } },
    expect: { code: "invalid_input", kind: "invalid", message: /accessToken/, requests: 0 },
  })),
  ...[
    ["a name with a blank", [["a b", "1"]]],
    ["a value with a line end", [["x-a", "1\r\nx-evil: 1"]]],
    ["a value that is not ASCII", [["x-a", "\u00e5"]]],
    ["a -bin value that is not base64", [["x-bin", "!"]]],
  ].map(([name, headers]) => ({
    name: `metadata with ${name}`,
    rule: "An illegal name or value is refused before anything is sent.",
    replies: [ok],
    options: { headers },
    expect: { code: "invalid_input", kind: "invalid", requests: 0 },
  })),
  {
    name: "the request's frame",
    rule: "One frame: flag 0, length, message.",
    replies: [ok],
    expect: { code: "ok", isOneFrame: true },
  },
  {
    name: "credentials, cache and keepalive as wanted",
    rule: "They are options.",
    fetch: async (_, { credentials, cache, keepalive, redirect }) =>
      new Response(okBody, {
        headers: { ...type, "x-seen": [credentials, cache, keepalive, redirect].join() },
      }),
    options: { credentials: "include", cache: "reload", keepalive: true },
    expect: { code: "ok", headers: { "x-seen": "include,reload,true,manual" } },
  },
  {
    name: "credentials, cache and keepalive by default",
    rule: "Cookies to the page's own origin only, no cache mode; redirects are never followed.",
    fetch: async (_, { credentials, cache, keepalive, redirect }) =>
      new Response(okBody, {
        headers: { ...type, "x-seen": [credentials, cache, keepalive, redirect].join() },
      }),
    expect: { code: "ok", headers: { "x-seen": "same-origin,,false,manual" } },
  },
];

const turns = [
  {
    name: "three calls at once for one registration",
    rule: "Two calls for the same registration never overlap; a waiting one that is overtaken is superseded.",
    replies: [[120, ...ok]],
    atOnce: 3,
    expect: { code: "ok", requests: 2, outcomes: ["ok", "superseded", "ok"], minMs: 235 },
  },
  {
    name: "a call that waits for its turn beyond its deadline",
    rule: "The deadline covers the wait, and nothing is sent.",
    replies: [[hang]],
    atOnce: 2,
    options: { timeoutMs: 300 },
    expect: { code: "deadline_exceeded", requests: 1, outcomes: ["deadline_exceeded", "deadline_exceeded"] },
  },
];

export default {
  "fetch rejects": rejects,
  "fetch is odd": [...odd, ...replies, ...never],
  "bodies are odd": [...bodies, ...chunks],
  "responses of other kinds": polyfills,
  "what is sent": wire,
  turns,
};
