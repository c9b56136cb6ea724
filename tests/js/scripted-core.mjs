// A core in the test's own process: it keeps what it is told, one registration for a number, until the time to live is over.

import { createClient } from "../../dist/index.js";
import { reply } from "./fleet.mjs";

const text = new TextDecoder();
const routeTypes = ["", "LOOP", "FORK", "FALLBACK", "LOOP_MO", "LOOP_MT", "INGRESS"];

let cores = 0;

/** The fields of a message whose fields are texts, messages or small numbers. */
function fieldsOf(bytes) {
  const fields = {};
  for (let at = 0; at < bytes.length; ) {
    const [tag, value] = [bytes[at], bytes[at + 1]];
    const isNumber = (tag & 7) === 0;
    fields[tag >> 3] = isNumber ? value : bytes.subarray(at + 2, at + 2 + value);
    at += 2 + (isNumber ? 0 : value);
  }
  return fields;
}

/** The registration that a request names. */
function registrationOf(body) {
  const fields = fieldsOf(fieldsOf(new Uint8Array(body).subarray(5))[1]);
  const phoneNumber = fields[5] ? text.decode(fieldsOf(fields[5])[1]) : "own";
  return { phoneNumber, sipUri: text.decode(fields[3]), routeType: routeTypes[fields[4] ?? 0] };
}

/**
 * `client(options)` makes a client of it. `delay(call)` is how long a call takes to arrive and as long again to be answered,
 * `answer(call)` may answer in the core's place, before it has done anything.
 */
export function scriptedCore({ ttlSeconds = 100, delay = () => 0, answer = () => undefined } = {}) {
  // Each at an address of its own: calls for one number at one core take turns in the whole page.
  const core = {
    url: `https://core${++cores}.example.com`,
    ttlMs: ttlSeconds * 1000,
    calls: [],
    registrations: new Map(),
    delay,
    answer,
    client,
  };
  const pause = (ms) => (ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined);

  const carryOut = ({ method, phoneNumber, sipUri, routeType }) => {
    if (method === "UpsertRegistration") {
      core.registrations.set(phoneNumber, { sipUri, routeType });
      return reply([8, 1, 26, 2, 8, ttlSeconds]);
    }
    if (core.registrations.get(phoneNumber)?.sipUri !== sipUri) return reply([8, 2, 18, 2, 110, 111]);
    core.registrations.delete(phoneNumber);
    return reply([8, 1]);
  };

  async function fetch(url, { body, signal, headers }) {
    const token = new Headers(headers).get("authorization")?.slice("Bearer ".length);
    const startedAt = performance.now();
    const call = { method: String(url).split("/").at(-1), ...registrationOf(body), token, startedAt };
    core.calls.push(call);
    const end = () => {
      call.endedAt ??= performance.now();
    };
    signal?.addEventListener("abort", end);
    try {
      await pause(core.delay(call));
      signal?.throwIfAborted();
      call.arrivedAt = performance.now();
      const answered = (await core.answer(call)) ?? carryOut(call);
      await pause(core.delay(call));
      call.isAnswered = true;
      return answered;
    } finally {
      end();
    }
  }

  /** `create` is the `createClient` of a build; this one's, if none is given. */
  function client(options, create = createClient) {
    const made = create({ baseUrl: core.url, accessToken: () => "a-token", fetch, ...options });
    core.clients.push(made);
    return made;
  }
  core.clients = [];
  /** Ends what the test began. */
  core.close = () => {
    for (const made of core.clients) made.close();
  };
  /** What the core was told of a number, in short. */
  core.told = (phoneNumber) =>
    core.calls
      .filter((call) => call.phoneNumber === phoneNumber)
      .map(({ method, sipUri, routeType }) =>
        method === "UpsertRegistration" ? `${routeType} ${sipUri}` : `delete ${sipUri}`,
      );
  return core;
}

/** What a keeper told, views apart. */
export function listen(keeper) {
  const told = [];
  for (const type of [
    "registered",
    "refreshed",
    "atRisk",
    "lapsed",
    "rejected",
    "suspended",
    "resumed",
    "stopped",
  ]) {
    keeper.addEventListener(type, () => told.push(type));
  }
  return told;
}

/** An answer of the core's: every deletion fails with this gRPC status. */
export const refusingDeletions =
  (status) =>
  ({ method }) =>
    method === "DeleteRegistration" ? reply(null, status) : undefined;

/** "done", or the code of the error. */
export const outcome = (promise) =>
  promise.then(
    () => "done",
    (error) => error.code,
  );

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `ask` gives something. */
export async function until(what, ask, ms = 5000) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await pause(10);
  }
}
