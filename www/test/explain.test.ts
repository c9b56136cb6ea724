// With the SDK's own errors, as they come out of real calls against a scripted fetch.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAuth, createClient, type RpcErrorCode } from "sipbreakout-web";
import { explain, technicalDetails } from "../src/explain.ts";

const token = "token-that-nobody-may-see";
const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" } as const;

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => assert.fail("it did not fail"),
    (error: unknown) => error,
  );
}

/** The error of an upsert that `fetch` answers. */
function failedUpsert(
  fetch: typeof globalThis.fetch,
  sent: Parameters<Client["upsertRegistration"]>[0] = request,
) {
  // What may pass is not waited for here.
  const client = createClient({
    baseUrl: "http://127.0.0.1:9",
    accessToken: () => token,
    fetch,
    retry: false,
  });
  return failureOf(client.upsertRegistration(sent));
}

type Client = ReturnType<typeof createClient>;

/** The core's status without a message: trailers only, in the headers. */
function refusing(status: number, message: string): typeof globalThis.fetch {
  const headers = {
    "content-type": "application/grpc-web+proto",
    "grpc-status": String(status),
    "grpc-message": encodeURIComponent(message),
  };
  return async () => new Response(null, { headers });
}

describe("a refused call", () => {
  const expectations: [number, RpcErrorCode, { remedy: string | undefined; title: RegExp }][] = [
    [16, "unauthenticated", { remedy: "signIn", title: /session has ended/ }],
    [7, "permission_denied", { remedy: "signIn", title: /Not allowed/ }],
    [14, "unavailable", { remedy: "retry", title: /not available right now/ }],
    [4, "deadline_exceeded", { remedy: "retry", title: /took too long/ }],
    [8, "resource_exhausted", { remedy: "retry", title: /Too many/ }],
    [12, "unimplemented", { remedy: undefined, title: /version of the API/ }],
    [13, "internal", { remedy: "retry", title: /failed/ }],
  ];
  for (const [status, code, expected] of expectations) {
    test(`${code} says what to do`, async () => {
      const error = await failedUpsert(refusing(status, "the core says no"));
      const { title, remedy } = explain(error);
      assert.match(title, expected.title);
      assert.equal(remedy, expected.remedy);
      assert.match(technicalDetails(error), new RegExp(`"code": "${code}"`));
    });
  }

  test("the core's own sentence is shown where it is about this request", async () => {
    const denied = await failedUpsert(refusing(7, "this token is for another number"));
    assert.equal(explain(denied).quote, "this token is for another number");
    const broken = await failedUpsert(refusing(13, "stack trace"));
    assert.equal(explain(broken).quote, undefined);
  });

  test("NOT_ACCEPTABLE shows the operator's reason", async () => {
    const reason = "this host is not allowed";
    const text = new TextEncoder().encode(reason);
    // status_code = 2, error_message = reason; then the trailers' frame.
    const message = [0x08, 2, 0x12, text.length, ...text];
    const trailers = new TextEncoder().encode("grpc-status: 0\r\n");
    const body = Uint8Array.from([
      0,
      0,
      0,
      0,
      message.length,
      ...message,
      0x80,
      0,
      0,
      0,
      trailers.length,
      ...trailers,
    ]);
    const error = await failedUpsert(
      async () => new Response(body, { headers: { "content-type": "application/grpc-web+proto" } }),
    );
    const { title, quote } = explain(error);
    assert.match(title, /refuses/);
    assert.equal(quote, reason);
  });

  test("a cancelled call says that it may have arrived", async () => {
    const controller = new AbortController();
    const client = createClient({
      baseUrl: "http://127.0.0.1:9",
      accessToken: () => token,
      fetch: (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
          controller.abort();
        }),
    });
    const error = await failureOf(client.upsertRegistration(request, { signal: controller.signal }));
    assert.equal(explain(error).title, "Cancelled");
    assert.match(explain(error).advice, /may already have reached/);
  });

  test("no network offers another try, and a look at the connection", async () => {
    const error = await failedUpsert(async () => {
      throw new TypeError("Failed to fetch");
    });
    const { title, advice, remedy } = explain(error);
    assert.equal(remedy, "retry");
    assert.match(title, /can’t be reached/);
    assert.match(advice, /Check your connection/);
  });

  test("whoever answers that the service is not available was reached: no word of the connection", async () => {
    const core = await failedUpsert(refusing(14, "maintenance until six"));
    const silent = await failedUpsert(refusing(14, ""));
    const proxy = await failedUpsert(async () => new Response("bad gateway", { status: 502 }));
    for (const error of [core, silent, proxy]) {
      const { title, advice, remedy } = explain(error);
      assert.doesNotMatch(`${title} ${advice}`, /reached|connection/);
      assert.equal(remedy, "retry");
    }
    assert.equal(explain(core).quote, "maintenance until six");
    assert.equal(explain(silent).quote, undefined);
    assert.equal(explain(proxy).quote, undefined);
  });
});

test("wrong fields are named in the SDK's words", async () => {
  const error = await failedUpsert(refusing(13, ""), { ...request, sipUri: "sip:pbx.example.com" });
  assert.match(explain(error).advice, /sips:/);
});

test("without a session: sign in", async () => {
  const auth = createAuth({
    issuer: "http://127.0.0.1:9",
    clientId: "console",
    redirectUri: "http://127.0.0.1:9/",
    fetch: async () => new Response(null, { status: 503 }),
  });
  const { title, remedy } = explain(await failureOf(auth.getAccessToken()));
  assert.equal(title, "You are not signed in");
  assert.equal(remedy, "signIn");
});

test("an error of another make is shown, too", () => {
  assert.equal(explain(new TypeError("x is not a function")).remedy, "reload");
  assert.equal(technicalDetails(new TypeError("x is not a function")), "TypeError: x is not a function");
});

test("technical details hold no token, even where a proxy's page repeats what it was sent", async () => {
  const error = await failedUpsert(async (_url, init) => {
    const authorization = new Headers(init?.headers).get("authorization");
    assert.equal(authorization, `Bearer ${token}`);
    const headers = { "content-type": "text/html", "x-echo": `${authorization}` };
    return new Response(`<p>bad gateway: ${authorization}</p>`, { status: 502, headers });
  });
  assert.equal(explain(error).remedy, "retry");
  assert.doesNotMatch(technicalDetails(error), new RegExp(token));
});
