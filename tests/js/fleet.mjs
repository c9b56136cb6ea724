// Fleets against a scripted core: what the tests of them share.

import assert from "node:assert/strict";
import { createClient } from "../../dist/index.js";

function frame(flags, bytes) {
  const head = new DataView(new ArrayBuffer(5));
  head.setUint8(0, flags);
  head.setUint32(1, bytes.length);
  return [...new Uint8Array(head.buffer), ...bytes];
}

export function reply(message, status = 0) {
  const trailers = new TextEncoder().encode(`grpc-status: ${status}\r\n`);
  const body = new Uint8Array([...(message ? frame(0, message) : []), ...frame(0x80, trailers)]);
  return new Response(body, { headers: { "content-type": "application/grpc-web+proto" } });
}

export const ok = () => reply([8, 1, 26, 3, 8, 0xac, 2]); // status OK, 300 s
export const rejected = () => reply([8, 2, 18, 2, 110, 111]);

export const numberOf = (index) => `+4799${String(index).padStart(6, "0")}`;
export const requestOf = (index) => ({
  sipUri: "sips:pbx.example.com",
  routeType: "LOOP",
  phoneNumber: numberOf(index),
});
export const requests = (count) => Array.from({ length: count }, (_, index) => requestOf(index));

/** A core that notes what it is sent. `answer` gets the number and which call it is, and may wait. */
export function core(answer = ok, options) {
  const seen = { numbers: [], times: [], underWay: 0, most: 0, signals: [] };
  const client = createClient({
    baseUrl: "https://api.example.com",
    accessToken: () => "a-token",
    retry: false,
    fetch: async (_, { body, signal }) => {
      const number = /\+\d+/.exec(new TextDecoder().decode(body))?.[0];
      seen.times.push(performance.now());
      seen.signals.push(signal);
      seen.underWay += 1;
      seen.most = Math.max(seen.most, seen.underWay);
      try {
        return await answer(number, seen.numbers.push(number) - 1);
      } finally {
        seen.underWay -= 1;
      }
    },
    ...options,
  });
  return { client, seen };
}

/** A generator that says how far it was asked, and whether it was closed. */
export function source(items) {
  const asked = { count: 0, isClosed: false };
  function* generate() {
    try {
      for (const item of items) {
        asked.count += 1;
        yield item;
      }
    } finally {
      asked.isClosed = true;
    }
  }
  return { asked, generator: generate() };
}

/** All results, and what the iteration threw. */
export async function drain(iterable, onResult = () => {}) {
  const results = [];
  try {
    for await (const result of iterable) {
      results.push(result);
      await onResult(result, results.length);
    }
  } catch (thrown) {
    return { results, thrown };
  }
  return { results, thrown: undefined };
}

export function statuses(results) {
  const counts = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** One result for each that was taken. */
export function assertAccounted(results, taken) {
  const indexes = results.map(({ index }) => index).sort((a, b) => a - b);
  assert.deepEqual(
    indexes,
    Array.from({ length: taken }, (_, index) => index),
  );
}

export const never = () => new Promise(() => {});
export const turns = async (count = 20) => {
  for (let i = 0; i < count; i += 1) await new Promise(setImmediate);
};
