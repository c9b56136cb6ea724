// The package as a bundler leaves it on a web server: its wasm files are at https addresses, so that `fetch` is asked for them.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const entry = new URL("../../dist/index.js", import.meta.url);

/** Where the bundle asks for the wasm of calls. */
export const wasmAddress = "https://console.example/assets/wasm/sipbreakout_bg.wasm";

/** Makes the bundle, in one file; resolves to its address, for `inProcess`. Removed when the process ends. */
export async function bundle() {
  const folder = mkdtempSync(join(tmpdir(), "sipbreakout-bundle-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, "index.mjs");
  await build({
    entryPoints: [entry.pathname],
    bundle: true,
    format: "esm",
    outfile,
    define: { "import.meta.url": '"https://console.example/assets/index.js"' },
    logLevel: "error",
  });
  return pathToFileURL(outfile).href;
}

/**
 * A script's beginning: `web.answers` are what the requests for the wasm called `web.file` get, one each (`wasm` ever after, and
 * for the other one); a core that grants 100 s to whoever asks. `web.loads` and `web.calls` are what was asked for.
 */
export const scripted = `
  const { readFileSync } = await import("node:fs");
  const bytesOf = (file) => readFileSync(new URL("./wasm/" + file, ${JSON.stringify(entry.href)}));
  const answerOf = (file) => new Response(bytesOf(file), { headers: { "content-type": "application/wasm" } });
  const bytes = bytesOf("sipbreakout_bg.wasm");
  const wasm = () => answerOf(web.file);
  const status = (status, headers = {}) => () => new Response("busy", { status, headers });
  const web = { file: "sipbreakout_bg.wasm", answers: [], loads: [], calls: [], core: [8, 1, 26, 2, 8, 100] };
  const frame = (flags, content) => [flags, 0, 0, 0, content.length, ...content];
  const trailers = new TextEncoder().encode("grpc-status: 0\\r\\n");
  globalThis.fetch = async (source, init = {}) => {
    const url = String(source.url ?? source);
    const file = url.split("/").at(-1);
    if (file !== web.file && ["sipbreakout_bg.wasm", "sipbreakout-session_bg.wasm"].includes(file)) return answerOf(file);
    if (url.endsWith(".wasm")) {
      web.loads.push({ at: performance.now(), url, cache: init.cache });
      return (web.answers.shift() ?? wasm)();
    }
    web.calls.push({ method: url.split("/").at(-1), text: new TextDecoder().decode(init.body) });
    const body = Uint8Array.from([...frame(0, web.core), ...frame(0x80, trailers)]);
    return new Response(body, { headers: { "content-type": "application/grpc-web+proto" } });
  };
  const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };
  const open = (options) =>
    sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "a-token", retry: false, ...options });
  const event = (target, type) =>
    new Promise((resolve) => target.addEventListener(type, ({ detail }) => resolve(detail), { once: true }));
  const failure = (keeper) => new Promise((resolve) => {
    keeper.addEventListener("change", ({ detail }) => detail.error && resolve(detail.error.toJSON()));
  });
  const soon = (ms) => new Promise((resolve) => setTimeout(resolve, ms, "pending"));
`;
