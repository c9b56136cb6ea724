// Reads a small application/x-www-form-urlencoded body.

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
 * @returns {Promise<URLSearchParams>}
 * @throws {FormTooLargeError}
 */
export async function readForm(req) {
  /** @type {Buffer[]} */
  const chunks = [];
  let length = 0;
  // Read to its end even so: leaving the loop would close the connection that the answer has to go through.
  for await (const chunk of req) {
    length += chunk.length;
    if (length <= maxBytes) chunks.push(chunk);
  }
  if (length > maxBytes) throw new FormTooLargeError();
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}
