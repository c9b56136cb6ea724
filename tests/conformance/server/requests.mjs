// Requests out of the bytes of a connection: browsers' own, so well formed, with a content-length if they have a body.

/** Takes bytes, yields requests: `method`, `path`, `headers` (lower case; repeats joined), `body`. */
export class RequestReader {
  #held = Buffer.alloc(0);

  *push(part) {
    this.#held = Buffer.concat([this.#held, part]);
    for (;;) {
      const end = this.#held.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [first, ...lines] = this.#held.subarray(0, end).toString("latin1").split("\r\n");
      const [method, path] = first.split(" ");
      const headers = new Map();
      for (const line of lines) {
        const colon = line.indexOf(":");
        const name = line.slice(0, colon).toLowerCase();
        const value = line.slice(colon + 1).trim();
        headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
      }
      const start = end + 4;
      const length = Number(headers.get("content-length") ?? 0);
      if (this.#held.length < start + length) return;
      const body = this.#held.subarray(start, start + length);
      this.#held = this.#held.subarray(start + length);
      yield { method, path, headers, body };
    }
  }
}
