// Calls of the package as built, with a fetch from a script: what is sent, what comes back, how it ends.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  createAuth,
  createClient,
  isSdkError,
  RegistrationRejectedError,
  RpcError,
  SdkError,
} from "../../dist/index.js";

const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+47 999 00 001" };

function frame(flags, bytes) {
  const head = new DataView(new ArrayBuffer(5));
  head.setUint8(0, flags);
  head.setUint32(1, bytes.length);
  return [...new Uint8Array(head.buffer), ...bytes];
}

/** A gRPC-Web reply with this message and this status. */
function reply(message, status = 0, text = "") {
  const trailers = new TextEncoder().encode(`grpc-status: ${status}\r\ngrpc-message: ${text}\r\n`);
  const body = new Uint8Array([...(message ? frame(0, message) : []), ...frame(0x80, trailers)]);
  return new Response(body, { headers: { "content-type": "application/grpc-web+proto" } });
}

const ok = () => reply([8, 1, 26, 3, 8, 0xac, 2]); // status OK, 300 s

function client(fetch, options) {
  return createClient({
    baseUrl: "https://api.example.com/",
    accessToken: () => "a-token",
    fetch,
    ...options,
  });
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(isSdkError(error), `not ours: ${error}`);
    assert.ok(error instanceof SdkError && error instanceof Error);
    return error;
  }
  assert.fail("succeeded");
}

describe("a call", () => {
  test("sends what gRPC-Web wants, and the token", async () => {
    let seen;
    const response = await client(async (url, init) => {
      seen = { url, init };
      return ok();
    }).upsertRegistration(request, { headers: { "x-trace": "1" } });
    assert.equal(response.status, "OK");
    assert.equal(response.timeToLiveSeconds, 300);
    assert.ok(response.expiresAt instanceof Date);
    assert.ok(Math.abs(response.expiresAt.getTime() - Date.now() - 300_000) < 2000);
    assert.equal(
      seen.url,
      "https://api.example.com/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration",
    );
    const headers = new Headers(seen.init.headers);
    assert.equal(headers.get("authorization"), "Bearer a-token");
    assert.equal(headers.get("content-type"), "application/grpc-web+proto");
    assert.equal(headers.get("x-grpc-web"), "1");
    assert.equal(headers.get("x-trace"), "1");
    assert.match(headers.get("grpc-timeout"), /^\d{1,8}[mSMHun]$/);
    assert.equal(seen.init.redirect, "manual");
    assert.equal(seen.init.credentials, "same-origin");
    const text = new TextDecoder().decode(seen.init.body);
    assert.ok(text.includes("sips:pbx.example.com") && text.includes("+4799900001"));
  });

  test("on v0 goes to v0", async () => {
    let seen;
    const v0 = client(
      async (url) => {
        seen = url;
        return ok();
      },
      { apiVersion: "v0" },
    );
    assert.deepEqual(await v0.deleteRegistration(request), { status: "OK" });
    assert.equal(seen, "https://api.example.com/wgtwo.sipbreakout.v0.SipBreakoutService/DeleteRegistration");
  });

  test("NOT_ACCEPTABLE is thrown with the core's message", async () => {
    const error = await failure(
      client(async () => reply([8, 2, 18, 2, 110, 111])).upsertRegistration(request),
    );
    assert.ok(error instanceof RegistrationRejectedError);
    assert.ok(!(error instanceof RpcError));
    assert.equal(error.message, "no");
    assert.equal(error.kind, "rejected");
  });

  test("a status becomes an RpcError", async () => {
    const error = await failure(
      client(async () => reply(undefined, 7, "not%20yours")).upsertRegistration(request),
    );
    assert.ok(error instanceof RpcError);
    assert.deepEqual(
      [error.code, error.grpcStatus, error.kind, error.message],
      ["permission_denied", 7, "auth", "not yours"],
    );
    assert.equal(error.toJSON().code, "permission_denied");
  });

  test("an HTTP error keeps its status and the beginning of its text", async () => {
    const page = () =>
      new Response("<h1>Bad gateway</h1>", { status: 502, headers: { "content-type": "text/html" } });
    const error = await failure(client(async () => page(), { retry: false }).upsertRegistration(request));
    assert.deepEqual([error.code, error.httpStatus, error.retryable], ["unavailable", 502, true]);
    assert.equal(error.bodyText, "<h1>Bad gateway</h1>");
  });

  test("a fetch that fails keeps its error as the cause, and does not quote it", async () => {
    const thrown = new TypeError("could not send Bearer a-token");
    const error = await failure(
      client(() => Promise.reject(thrown), { retry: false }).upsertRegistration(request),
    );
    assert.deepEqual([error.code, error.kind], ["unavailable", "network"]);
    assert.equal(error.cause, thrown);
    assert.ok(!JSON.stringify(error).includes("a-token") && !error.stack.includes("a-token"));
  });

  test("odd fetches are errors too", async () => {
    const odd = [
      () => Promise.reject(undefined),
      () => Promise.reject(null),
      () => Promise.reject(Object.create(null)),
      () => {
        throw new Error("at once");
      },
      () => undefined,
      () => 5,
      () => ({ status: 200 }),
      async () => new Response(new ReadableStream({ pull: (controller) => controller.error(undefined) })),
    ];
    for (const fetch of odd)
      assert.ok(
        (await failure(client(fetch, { retry: false }).upsertRegistration(request))) instanceof RpcError,
      );
  });

  test("the deadline ends it, and the request", async () => {
    let signal;
    const hanging = client((_, init) => {
      signal = init.signal;
      return new Promise(() => {});
    });
    const error = await failure(hanging.upsertRegistration(request, { timeoutMs: 60 }));
    assert.deepEqual([error.code, error.kind], ["deadline_exceeded", "timeout"]);
    assert.ok(signal.aborted);
  });

  test("a deadline of zero sends nothing", async () => {
    let calls = 0;
    const counting = client(async () => {
      calls += 1;
      return ok();
    });
    for (const timeoutMs of [0, -1]) {
      assert.equal(
        (await failure(counting.upsertRegistration(request, { timeoutMs }))).code,
        "deadline_exceeded",
      );
    }
    assert.equal(calls, 0);
  });

  test("an AbortSignal ends it with its reason", async () => {
    const controller = new AbortController();
    const reason = new Error("the person went away");
    const hanging = client(() => new Promise(() => {}));
    const promise = hanging.upsertRegistration(request, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 30);
    const error = await failure(promise);
    assert.deepEqual([error.code, error.kind, error.cause], ["cancelled", "aborted", reason]);
    const again = await failure(hanging.upsertRegistration(request, { signal: controller.signal }));
    assert.equal(again.code, "cancelled");
  });

  test("close() ends it, and every later one", async () => {
    const hanging = client(() => new Promise(() => {}));
    const promise = hanging.upsertRegistration(request);
    setTimeout(() => hanging.close(), 30);
    assert.equal((await failure(promise)).code, "cancelled");
    assert.equal((await failure(hanging.upsertRegistration(request))).code, "cancelled");
  });
});

describe("a supplied token", () => {
  test("is asked for again when the core refuses it", async () => {
    const asked = [];
    const accessToken = ({ forceRefresh, signal }) => {
      assert.ok(signal instanceof AbortSignal);
      asked.push(forceRefresh);
      return forceRefresh ? "good" : "bad";
    };
    const fetch = async (_, init) => {
      return new Headers(init.headers).get("authorization") === "Bearer good" ? ok() : reply(undefined, 16);
    };
    await client(fetch, { accessToken }).upsertRegistration(request);
    assert.deepEqual(asked, [false, true]);
  });

  test("is kept until it is stale when its end is known", async () => {
    let asked = 0;
    const accessToken = async () => {
      asked += 1;
      return { token: "t", expiresAt: new Date(Date.now() + 3_600_000) };
    };
    const calls = client(async () => ok(), { accessToken });
    for (let call = 0; call < 3; call += 1) await calls.upsertRegistration(request);
    assert.equal(asked, 1);
  });

  test("that does not come is the caller's error with the cause", async () => {
    const thrown = new Error("the back end is down");
    const error = await failure(
      client(async () => ok(), { accessToken: () => Promise.reject(thrown) }).upsertRegistration(request),
    );
    assert.deepEqual([error.name, error.code, error.cause], ["AuthError", "token_supplier_failed", thrown]);
  });

  test("that makes no sense is refused", async () => {
    for (const token of [
      undefined,
      null,
      "",
      "two words",
      "line\nbreak",
      5,
      {},
      { token: 5 },
      { token: "t", expiresAt: "x" },
    ]) {
      const error = await failure(
        client(async () => ok(), { accessToken: () => token }).upsertRegistration(request),
      );
      assert.equal(error.code, "token_supplier_failed", JSON.stringify(token));
    }
  });
});

describe("a session", () => {
  const options = {
    clientId: "c",
    redirectUri: "https://console.example/",
    issuer: "https://id.example.com",
  };

  test("can be made and asked where there is no browser", async () => {
    const auth = createAuth(options);
    assert.equal(await auth.isSignedIn(), false);
    assert.equal((await failure(auth.getAccessToken())).code, "sign_in_required");
    const error = await failure(
      createClient({ baseUrl: "https://api.example.com", auth }).upsertRegistration(request),
    );
    assert.equal(error.code, "sign_in_required");
  });

  test("without storage a sign-in is refused before anybody leaves the page", async () => {
    assert.equal((await failure(createAuth(options).createSignInUrl())).code, "storage_unavailable");
  });
});
