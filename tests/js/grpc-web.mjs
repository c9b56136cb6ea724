// A gRPC-Web reply, byte by byte, and clients whose fetch is a script.

import assert from "node:assert/strict";
import { createClient } from "../../dist/index.js";

export const grpcWeb = "application/grpc-web+proto";
export const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };

export function frame(flags, bytes) {
  const head = new DataView(new ArrayBuffer(5));
  head.setUint8(0, flags);
  head.setUint32(1, bytes.length);
  return [...new Uint8Array(head.buffer), ...bytes];
}

/** The body of a reply with this message, if there is one, and these trailers. */
export function bodyOf(message, trailers = "grpc-status: 0\r\n") {
  const text = new TextEncoder().encode(trailers);
  return new Uint8Array([...(message ? frame(0, message) : []), ...frame(0x80, text)]);
}

/** A message that says OK, for 300 s. */
export const okMessage = [8, 1, 26, 3, 8, 0xac, 2];
export const okBody = () => bodyOf(okMessage);
export const ok = () => new Response(okBody(), { headers: { "content-type": grpcWeb } });

/** A client whose fetch answers with what these return, in turn; the last one repeats. `sent` has what it was called with. */
export function scripted(replies, options) {
  const sent = [];
  const fetch = async (url, init) => {
    sent.push({ url, ...init });
    return replies[Math.min(sent.length, replies.length) - 1](init);
  };
  const client = createClient({
    baseUrl: "https://api.example.com",
    accessToken: () => "a-token",
    retry: { initialDelayMs: 1 },
    fetch,
    ...options,
  });
  return { client, sent };
}

/** The error of a promise that must reject. */
export const failure = (promise) =>
  promise.then(
    () => assert.fail("succeeded"),
    (error) => error,
  );
