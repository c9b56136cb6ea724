// What replies are made of. Used by the server, which writes them, and by the page, which only reads names and options.

const encoder = new TextEncoder();

/** Bytes of text, of numbers, or of a list of such. */
export function bytes(...parts) {
  const all = parts.flat(Number.POSITIVE_INFINITY).map((part) => {
    if (typeof part === "string") return encoder.encode(part);
    return typeof part === "number" ? Uint8Array.of(part) : part;
  });
  const joined = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The head of a frame, which may announce anything. */
export function frameHead(flags, length) {
  return bytes(flags, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255);
}

export function frame(flags, ...payload) {
  const content = bytes(...payload);
  return bytes(frameHead(flags, content.length), content);
}

/** UpsertRegistrationResponse: status OK, 300 seconds to live. */
export const answer = bytes([8, 1, 26, 3, 8, 0xac, 2]);
export const message = frame(0, answer);
export const trailers = (text) => frame(0x80, text);
export const okTrailers = trailers("grpc-status: 0\r\n");
export const okBody = bytes(message, okTrailers);

export function base64(content) {
  return btoa(String.fromCharCode(...content));
}

export const binaryType = "application/grpc-web+proto";
export const textType = "application/grpc-web-text";

/** A reply's head as it stands on the wire. `headers` are lines. */
export function head(status, headers = []) {
  return bytes(`HTTP/1.1 ${status} Reason\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n`);
}

/** A whole reply whose length is said. */
export function sized(status, headers, body = "") {
  const content = bytes(body);
  return [bytes(head(status, [...headers, `content-length: ${content.length}`]), content)];
}

/** One chunk of a chunked body. */
export const chunk = (content) => bytes(`${bytes(content).length.toString(16)}\r\n`, content, "\r\n");
export const lastChunk = bytes("0\r\n\r\n");

/** A chunked reply in these pieces; a number among them is a wait in milliseconds, anything else a step of the script. */
export function chunked(status, headers, pieces) {
  const steps = pieces.map((piece) =>
    typeof piece === "string" || piece instanceof Uint8Array ? chunk(piece) : piece,
  );
  return [head(status, [...headers, "transfer-encoding: chunked"]), ...steps];
}

/** Steps of a script that are neither bytes nor a wait. */
export const reset = { reset: true };
export const end = { end: true };
export const hang = { hang: true };
/** Writes it again and again until nobody reads any more. */
export const forever = (content) => ({ forever: bytes(content) });

const grpcWeb = [`content-type: ${binaryType}`];

/** An ordinary reply with this body. */
export const reply = (body, headers = []) => sized(200, [...grpcWeb, ...headers], body);
/** The same in pieces. */
export const pieces = (list, headers = []) => [...chunked(200, [...grpcWeb, ...headers], list), lastChunk];
/** The same, cut short where the script ends. */
export const open = (list, headers = []) => chunked(200, [...grpcWeb, ...headers], list);
/** A body that ends when the connection does. */
export const untilClosed = (list, headers = []) => [
  head(200, [...grpcWeb, ...headers, "connection: close"]),
  ...list,
  end,
];
/** A reply of headers alone. */
export const headersOnly = (headers) => reply("", headers);
export const ok = reply(okBody);
/** An error status in the trailers. */
export const failing = (code, more = "") => reply(trailers(`grpc-status: ${code}\r\n${more}`));
