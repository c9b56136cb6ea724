// Drives the adapter as a foreign suite would, and posts what came. The folder is served from an address of its own.
import { cases } from "./cases/index.mjs";
import { signalOf } from "./signal.mjs";

const query = new URLSearchParams(location.search);
const { init, unary } = await import(query.get("adapter"));
const path = "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration";

const entry = ([name, value, bytes]) => [name, value, bytes === null ? null : [...bytes]];

function plain({ details, headers, trailers, messages, ...rest }) {
  return {
    ...rest,
    details: details && [...details],
    headers: headers.map(entry),
    trailers: trailers.map(entry),
    messages: messages.map((message) => [...message]),
  };
}

async function run() {
  await init();
  await init();
  const queue = cases.filter(({ number }) => query.get("only").split(",").includes(String(number)));
  const results = [];
  const work = async () => {
    for (let one = queue.shift(); one; one = queue.shift()) {
      const origin = one.crossOrigin ? location.origin.replace("127.0.0.1", "localhost") : location.origin;
      const options = { timeoutMs: one.options?.timeoutMs ?? 5000, signal: signalOf(one) };
      const baseUrl = `${origin}/c/adapter/${one.number}`;
      results.push({
        number: one.number,
        ...plain(await unary(baseUrl, path, Uint8Array.of(10, 0), [], options)),
      });
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  const base = `${location.origin}/c/adapter/headers`;
  const headers = [
    ["x-a", "1"],
    ["x-a", "2"],
    ["x-b-bin", Uint8Array.of(0, 255)],
    ["x-b-bin", new Uint8Array(0)],
    ["grpc-timeout", "1n"],
    ["authorization", "Bearer mine"],
  ];
  const sent = plain(await unary(base, "/a.B/C", Uint8Array.of(1, 2, 3), headers, { timeoutMs: 20_000 }));
  const refused = plain(await unary(base, "/a.B/C", new Uint8Array(0), [["bad name", "1"]], {}));
  const small = plain(await unary(base, "/a.B/C", new Uint8Array(0), [], { maxMessageBytes: 3 }));
  const defaults = plain(await unary(base, "/a.B/C", new Uint8Array(0)));
  return { results, sent, refused, small, defaults };
}

const report = await run().catch((error) => ({ error: String(error?.stack ?? error) }));
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
