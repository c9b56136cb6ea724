// The head of a reply arrives, and half of the body; then the connection breaks.

const arrivalMs = 30;

/**
 * Works however the reply is written: in one piece (Koa) or in several (gRPC-Web).
 * @param {import("node:http").ServerResponse} res
 * @param {() => void} [onLost]
 */
export function loseReply(res, onLost) {
  /** @type {Buffer[]} */
  const chunks = [];
  const overrides = {
    /** @param {number} status @param {any[]} rest */
    writeHead(status, ...rest) {
      res.statusCode = status;
      const headers = rest.at(-1);
      if (typeof headers === "object") {
        for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
      }
      return res;
    },
    /** @param {any[]} given */
    write(...given) {
      keep(given[0]);
      const done = given.at(-1);
      if (typeof done === "function") queueMicrotask(() => done());
      return true;
    },
    /** @param {any[]} given */
    end(...given) {
      keep(given[0]);
      const body = Buffer.concat(chunks);
      // Node's own writing goes through these methods.
      for (const name of Object.keys(overrides)) delete (/** @type {any} */ (res)[name]);
      res.removeHeader("transfer-encoding");
      // An empty body is promised one byte, which never comes.
      res.setHeader("content-length", Math.max(body.length, 1));
      res.flushHeaders();
      res.write(body.subarray(0, body.length / 2), () => {
        onLost?.();
        // What is on its way would be lost with the connection, and a browser that got nothing at all asks again by itself.
        setTimeout(() => res.destroy(), arrivalMs);
      });
      return res;
    },
  };
  Object.assign(res, overrides);

  /** @param {unknown} chunk */
  function keep(chunk) {
    if (typeof chunk === "string" || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  }
}
