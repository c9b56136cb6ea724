// Loads the wasm from one address of `from` after the other, until one works. Posts what came of each, and how it was compiled.
import { preload, validateRegistration } from "../../dist/index.js";

const query = new URLSearchParams(location.search);
const compiledBy = [];
for (const name of ["compile", "compileStreaming"]) {
  const own = WebAssembly[name];
  WebAssembly[name] = (source) => {
    compiledBy.push(name);
    return own.call(WebAssembly, source);
  };
}

const sources = {
  blob: async () => URL.createObjectURL(new Blob([await (await fetch("/good")).arrayBuffer()])),
  revoked: () => {
    const url = URL.createObjectURL(new Blob([]));
    URL.revokeObjectURL(url);
    return url;
  },
  data: async () => (await fetch("/data")).text(),
  opaque: () => fetch(query.get("other"), { mode: "no-cors" }),
  response: () => fetch("/good"),
  read: async () => {
    const response = await fetch("/good");
    await response.arrayBuffer();
    return response;
  },
  packaged: () => undefined,
};

if (query.has("worker")) {
  await navigator.serviceWorker.register("/loading-worker.js");
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
  }
}

const results = [];
for (const from of query.getAll("from")) {
  compiledBy.length = 0;
  const source = Object.hasOwn(sources, from) ? await sources[from]() : from;
  const error = await preload(source).then(
    () => undefined,
    (thrown) => thrown.toJSON(),
  );
  results.push({ from, error, compiledBy: [...compiledBy] });
}
const last = results.at(-1);
if (!last.error) last.problems = await validateRegistration({ sipUri: "sips:a.example", routeType: "LOOP" });
await fetch("/report", { method: "POST", body: JSON.stringify(results) });
