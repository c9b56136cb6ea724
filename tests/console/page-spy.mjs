// Sees from inside the page, before any of its scripts: each fetch, each write to storage, each error of the SDK. It
// reports over WebDriver BiDi and leaves nothing in the page. Where window.name names a part of an address, fetches of
// such addresses fail with an error that quotes everything it was given: the worst that a wrapped fetch can do.

const sdkErrorMark = "sipbreakout-web.error";

/* Runs in the page. */
const spy = `(report, mark) => {
  const textOf = (body) => typeof body === "string" ? body : body ? new TextDecoder().decode(body) : "";
  const { fetch } = globalThis;
  globalThis.fetch = async function (input, init = {}) {
    const request = { url: String(input?.url ?? input), headers: JSON.stringify(init.headers ?? []), body: textOf(init.body) };
    report({ kind: "fetch", ...request });
    if (window.name !== "" && request.url.includes(window.name)) {
      throw new TypeError("The extension refused: " + request.url + " " + request.headers + " " + request.body);
    }
    return fetch(input, init);
  };
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (key, value) {
    report({ kind: "write", area: this === window.localStorage ? "local" : "session", key: String(key), value: String(value) });
    return setItem.call(this, key, value);
  };
  const { defineProperty } = Object;
  Object.defineProperty = function (target, name, descriptor) {
    if (name === Symbol.for(mark)) queueMicrotask(() => {
      const { code, message, stack } = target;
      const own = {};
      for (const key of Object.getOwnPropertyNames(target)) {
        if (key === "cause") continue;
        own[key] = target[key] instanceof Headers ? [...target[key]] : target[key];
      }
      report({ kind: "error", code, text: [message, stack, String(target), JSON.stringify(target), JSON.stringify(own)].join("\\n") });
    });
    return defineProperty(target, name, descriptor);
  };
}`;

/** Every page that the browser opens from now on is watched. */
export async function watchPages(browser) {
  const bidi = await browser.driver.getBidi();
  const seen = { fetches: [], writes: [], errors: [] };
  const lists = { fetch: seen.fetches, write: seen.writes, error: seen.errors };
  bidi.on("script.message", ({ channel, data }) => {
    if (channel !== "page-spy") return;
    const message = Object.fromEntries(data.value.map(([name, { value }]) => [name, value]));
    lists[message.kind].push(message);
  });
  await bidi.subscribe("script.message");
  const reply = await bidi.send({
    method: "script.addPreloadScript",
    params: {
      functionDeclaration: `(channel) => (${spy})(channel, ${JSON.stringify(sdkErrorMark)})`,
      arguments: [{ type: "channel", value: { channel: "page-spy" } }],
    },
  });
  if (reply.error) throw new Error(`${reply.error}: ${reply.message}`);
  return seen;
}

/** Fetches of addresses with this part in them fail, in this tab, reloads included. "" for none. */
export function breakFetches(browser, part) {
  return browser.evaluate("window.name = arguments[0]", part);
}
