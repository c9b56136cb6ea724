// Unary gRPC-Web on the server's side: one frame in; a message and trailers, or trailers alone, out.

import { methodAt } from "./messages.mjs";

const invalidArgument = 3;
const unimplemented = 12;
const unauthenticated = 16;

function frame(flag, content) {
  const bytes = Buffer.alloc(5 + content.length);
  bytes[0] = flag;
  bytes.writeUInt32BE(content.length, 1);
  bytes.set(content, 5);
  return bytes;
}

function trailers(status, message) {
  const lines = [`grpc-status: ${status}`, ...(message === "" ? [] : [`grpc-message: ${message}`])];
  return frame(0x80, Buffer.from(`${lines.join("\r\n")}\r\n`));
}

/** The body of an answer with a message. */
export function okBody(message) {
  return Buffer.concat([frame(0, message), trailers(0, "")]);
}

/** The body of the answer to a request. */
export function answer(path, headers, body) {
  const method = methodAt(path);
  if (method === undefined) return trailers(unimplemented, "There is no such method.");
  if (!/^Bearer .+/.test(headers.authorization ?? "")) return trailers(unauthenticated, "There is no token.");
  if (body.length < 5 || body[0] !== 0 || body.readUInt32BE(1) !== body.length - 5)
    return trailers(invalidArgument, "The body is not one frame.");
  let message;
  try {
    message = method(body.subarray(5));
  } catch {
    return trailers(invalidArgument, "The message can't be read.");
  }
  return okBody(message);
}
