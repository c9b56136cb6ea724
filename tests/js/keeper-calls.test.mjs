// The calls that a keeper makes: what it tells of their errors, whom they concern, and the last one of a page.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { AuthError, RegistrationRejectedError, RpcError } from "../../dist/index.js";
import { rejected, reply } from "./fleet.mjs";
import { pause, scriptedCore, until } from "./scripted-core.mjs";

const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };

const cores = [];
afterEach(() => {
  for (const core of cores.splice(0)) core.close();
});

function open(answer) {
  const core = scriptedCore({ answer });
  cores.push(core);
  return core;
}

/** An error that says more than its status. */
function failed(status) {
  const answer = reply(null, status);
  answer.headers.set("x-trace", "of-this-call");
  return answer;
}

const whole = ({ name, code, kind, grpcStatus, httpStatus, method, attempts, metadata }) => ({
  ...{ name, code, kind, grpcStatus, httpStatus, attempts },
  ...{ method: method.split("/").at(-1), trace: metadata.get("x-trace") },
});

test("the error of a call is told whole, and is one object", async () => {
  const { client } = open(() => failed(9));
  const keeper = client().keepRegistered(request);
  const told = [];
  keeper.addEventListener("change", ({ detail }) => detail.error && told.push(detail.error));
  await until("the error", () => keeper.lastError);
  assert.ok(keeper.lastError instanceof RpcError);
  assert.deepEqual(whole(keeper.lastError), {
    name: "RpcError",
    code: "failed_precondition",
    kind: "protocol",
    grpcStatus: 9,
    httpStatus: 200,
    attempts: 1,
    method: "UpsertRegistration",
    trace: "of-this-call",
  });
  assert.ok(told.every((error) => error === keeper.lastError));
});

test("so is that of a deletion", async () => {
  const core = open(({ method }) => (method === "DeleteRegistration" ? failed(7) : undefined));
  const keeper = core.client().keepRegistered(request);
  await until("registered", () => keeper.state === "registered");
  const error = await keeper.stop({ delete: true }).then(
    () => undefined,
    (thrown) => thrown,
  );
  assert.ok(error instanceof RpcError);
  const { code, method, trace } = whole(error);
  assert.deepEqual([code, method, trace], ["permission_denied", "DeleteRegistration", "of-this-call"]);
});

test("a refusal, and a token that does not come, are what they are for other calls", async () => {
  const refused = open(rejected).client().keepRegistered(request);
  await until("rejected", () => refused.state === "rejected");
  assert.ok(refused.lastError instanceof RegistrationRejectedError);
  assert.equal(refused.lastError.message, "no");

  const cause = new Error("The back end is down.");
  const accessToken = () => Promise.reject(cause);
  const keeper = open().client({ accessToken }).keepRegistered(request);
  await until("the error", () => keeper.lastError);
  assert.ok(keeper.lastError instanceof AuthError);
  assert.deepEqual([keeper.lastError.code, keeper.lastError.cause], ["token_supplier_failed", cause]);
});

test("headers and trailers are told of the application's own calls", async () => {
  const core = open();
  let told = 0;
  const tell = () => {
    told += 1;
  };
  const client = core.client({ onHeader: tell, onTrailer: tell });
  const keeper = client.keepRegistered(request);
  await until("registered", () => keeper.state === "registered");
  assert.equal(told, 0);
  await client.upsertRegistration({ ...request, phoneNumber: "+4799900002" });
  assert.equal(told, 2);
});

test("a page that goes asks for its deletion before it is gone, and closing the client leaves that alone", async () => {
  const page = new EventTarget();
  const before = globalThis.addEventListener;
  globalThis.addEventListener = page.addEventListener.bind(page);
  try {
    const core = open();
    const sent = [];
    const fetch = (url, init) => {
      const call = { method: String(url).split("/").at(-1), keepalive: init.keepalive === true, init };
      sent.push(call);
      return Promise.resolve(
        call.method === "UpsertRegistration"
          ? reply([8, 1, 26, 2, 8, 100])
          : pause(50).then(() => reply([8, 1])),
      );
    };
    const client = core.client({ fetch });
    const keeper = client.keepRegistered(request, { deleteOnPageHide: true });
    await until("registered", () => keeper.state === "registered");
    sent.length = 0;
    page.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: false }));
    // Nothing but promises is waited for: a page that goes has no other turn.
    for (let turns = 0; turns < 200; turns += 1) await undefined;
    assert.deepEqual(
      sent.map(({ method, keepalive }) => [method, keepalive]),
      [["DeleteRegistration", true]],
    );
    client.close();
    await pause(20);
    assert.equal(sent[0].init.signal?.aborted ?? false, false);
  } finally {
    globalThis.addEventListener = before;
  }
});
