// Makes the wasm stop in every way, with a call under way, and calls again. The build is the one with doors.
import { createAuth, createClient } from "../../target/doors/dist/index.js";
import { binaryType, okBody } from "./cases/reply.mjs";

const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };
const other = { ...request, phoneNumber: "+4799900002" };
const headers = { "content-type": binaryType };
const good = async () => new Response(okBody, { headers });

let sent = 0;
let aborted = 0;
let answer;
/** Is answered when the page says so. */
const slow = (_, { signal }) =>
  new Promise((resolve, reject) => {
    sent += 1;
    answer = () => resolve(new Response(okBody, { headers }));
    signal.addEventListener("abort", () => {
      aborted += 1;
      reject(signal.reason);
    });
  });

const client = createClient({ baseUrl: location.origin, accessToken: () => "token", fetch: good });
const codeOf = (promise) =>
  promise.then(
    () => "ok",
    ({ name, code }) => `${name} ${code}`,
  );
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const doors = {
  "at an entry": (kind) => client.upsertRegistration({ ...other, sipUri: `sips:${kind}.door.example` }),
  "in a reply": (kind) => {
    // Not whole, so that it needs a reader.
    const reply = new Response(okBody.slice(0, 9), { headers: { ...headers, "x-test-door": kind } });
    return client.upsertRegistration(other, { fetch: async () => reply });
  },
};

/** What a session waits for: the provider's discovery document, which comes when the page says so. */
let publish;
const provider = (_, { signal }) =>
  new Promise((resolve, reject) => {
    sent += 1;
    const issuer = location.origin;
    const document = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
    };
    publish = () => resolve(new Response(JSON.stringify(document)));
    signal.addEventListener("abort", () => {
      aborted += 1;
      reject(signal.reason);
    });
  });
const redirectUri = location.href.split("?")[0];
const signInUrl = () =>
  createAuth({
    clientId: "c",
    redirectUri,
    issuer: location.origin,
    storage: "memory",
    fetch: provider,
  }).createSignInUrl();

const report = {};
try {
  for (const kind of ["panic", "overflow", "exhaust"]) {
    for (const [where, door] of Object.entries(doors)) {
      sent = 0;
      aborted = 0;
      const session = codeOf(signInUrl());
      while (sent < 1) await wait(5);
      const underWay = codeOf(client.upsertRegistration(request, { fetch: slow, timeoutMs: 1e12 }));
      while (sent < 2) await wait(5);
      const started = performance.now();
      const opened = await codeOf(door(kind));
      await wait(20);
      publish();
      answer();
      const outcomes = { session: await session, door: opened, underWay: await underWay };
      const ms = performance.now() - started;
      const next = [
        await codeOf(client.upsertRegistration(request)),
        await codeOf(client.deleteRegistration(other)),
      ];
      report[`${kind} ${where}`] = { ...outcomes, next, sent, aborted, isQuick: ms < 5000 };
    }
  }
} catch (error) {
  report.error = String(error?.stack ?? error);
}
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
