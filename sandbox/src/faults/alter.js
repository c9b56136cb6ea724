// Changing a reply that is about to be sent. The servers behind this write their replies in one piece.

/** @typedef {import("node:http").ServerResponse} Response */

const ARRIVAL_MS = 30;

/**
 * Calls `change` with the reply's text, just before it is sent; what it returns is sent instead.
 * @param {Response} res
 * @param {(text: string) => string} change
 */
export function alterBody(res, change) {
  const end = res.end.bind(res);
  /** @param {any[]} given */
  const altered = (...given) => {
    const [chunk] = given;
    if (chunk === undefined || typeof chunk === "function" || res.headersSent) return end(...given);
    const text = change(chunk.toString());
    if (!res.hasHeader("transfer-encoding")) res.setHeader("content-length", Buffer.byteLength(text));
    return end(text);
  };
  res.end = /** @type {any} */ (altered);
}

/**
 * The head arrives, and half of the body; then the connection breaks.
 * @param {Response} res
 * @param {() => void} [onLost]
 */
export function loseReply(res, onLost) {
  /** @param {any} [chunk] */
  const broken = (chunk) => {
    const bytes = Buffer.from(chunk ?? "");
    res.setHeader("content-length", bytes.length + 1);
    res.write(bytes.subarray(0, bytes.length / 2), () => {
      onLost?.();
      // What is on its way would be lost with the connection, and a browser that got nothing at all asks again by itself.
      setTimeout(() => res.destroy(), ARRIVAL_MS);
    });
    return res;
  };
  res.end = /** @type {any} */ (broken);
}

/**
 * Changes where a redirect leads, once that is known.
 * @param {Response} res
 * @param {(location: string) => string} change
 */
export function alterLocation(res, change) {
  const end = res.end.bind(res);
  res.end = /** @type {any} */ (
    (/** @type {any[]} */ ...given) => {
      const location = res.getHeader("location");
      if (typeof location === "string" && !res.headersSent) res.setHeader("location", change(location));
      return end(...given);
    }
  );
}
