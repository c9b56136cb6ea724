// Reads a small body: a form, or JSON.

const maxBytes = 10_000;

/** `status` and `expose` are what Koa looks for. */
export class FormTooLargeError extends Error {
  status = 413;
  expose = true;

  constructor() {
    super("the form is too large");
  }
}

/**
 * @param {import("node:http").IncomingMessage} req
 * @param {number} [most] bytes
 * @returns {Promise<Buffer>}
 * @throws {FormTooLargeError}
 */
export async function readBody(req, most = maxBytes) {
  /** @type {Buffer[]} */
  const chunks = [];
  let length = 0;
  // Read to its end even so: leaving the loop would close the connection that the answer has to go through.
  for await (const chunk of req) {
    length += chunk.length;
    if (length <= most) chunks.push(chunk);
  }
  if (length > most) throw new FormTooLargeError();
  return Buffer.concat(chunks);
}

/**
 * @param {import("node:http").IncomingMessage} req
 * @returns {Promise<URLSearchParams>}
 * @throws {FormTooLargeError}
 */
export async function readForm(req) {
  return new URLSearchParams((await readBody(req)).toString("utf8"));
}

/** @param {import("node:http").IncomingMessage} req */
export function isJson(req) {
  return /^application\/json *(;|$)/i.test(req.headers["content-type"] ?? "");
}

/**
 * @param {import("node:http").IncomingMessage} req
 * @param {number} [most] bytes
 * @returns {Promise<Record<string, unknown>>}
 * @throws {FormTooLargeError | TypeError}
 */
export async function readJson(req, most) {
  const text = (await readBody(req, most)).toString("utf8");
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    // Node's message quotes the text.
    throw new TypeError("the body is not JSON");
  }
  if (typeof value !== "object" || value === null) throw new TypeError("the body must be a JSON object");
  return value;
}
