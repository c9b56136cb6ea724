// Static pages on loopback, and the console as a vendor would deploy it.

import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { root, targetDir } from "../../scripts/paths.mjs";
import { run } from "../../scripts/processes.mjs";

const contentTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".wasm": "application/wasm",
};

function fileFor(directory, pathname) {
  const path = join(directory, normalize(decodeURIComponent(pathname)));
  if (!path.startsWith(directory)) return undefined;
  for (const candidate of [path, join(path, "index.html")]) {
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile()) return candidate;
  }
  return undefined;
}

/**
 * Serves a directory on 127.0.0.1. With `fallback`, a path without a file and without an extension gets
 * index.html, as single-page apps want it. `headers` go with every response (a Content-Security-Policy, say). Files with
 * the extension `busy.extension` get 503, or what `busy.answer` gives them; `busy.count` is how often.
 */
export async function startStatic(directory, { port = 0, fallback = false, headers = {} } = {}) {
  const busy = { extension: undefined, answer: undefined, count: 0 };
  /** The path of each request, in order. */
  const asked = [];
  const server = createServer((request, response) => {
    let file;
    try {
      const { pathname } = new URL(request.url, "http://127.0.0.1");
      asked.push(pathname);
      file = fileFor(directory, pathname);
      if (file === undefined && fallback && extname(pathname) === "") file = join(directory, "index.html");
    } catch {
      response.writeHead(400).end();
      return;
    }
    if (file === undefined) {
      response.writeHead(404, headers).end();
      return;
    }
    if (extname(file) === busy.extension) {
      busy.count += 1;
      if (busy.answer) busy.answer(response);
      else response.writeHead(503, headers).end();
      return;
    }
    const contentType = contentTypes[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": contentType, "cache-control": "no-store", ...headers });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    busy,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** Builds www/ for the given addresses and serves the result, which is deleted with `close`. */
export async function startConsole({ issuer, baseUrl, port = 0, headers = {} }) {
  const builds = join(targetDir, "console");
  mkdirSync(builds, { recursive: true });
  const outDir = mkdtempSync(join(builds, "build-"));
  const remove = () => rmSync(outDir, { recursive: true, force: true });
  try {
    await run("vite", ["build", "--outDir", outDir, "--emptyOutDir", "--logLevel", "warn"], {
      cwd: join(root, "www"),
      env: { VITE_SIPBREAKOUT_ISSUER: issuer, VITE_SIPBREAKOUT_BASE_URL: baseUrl },
      quiet: true,
    });
    const served = await startStatic(outDir, { port, fallback: true, headers });
    return { ...served, close: () => served.close().finally(remove) };
  } catch (failure) {
    remove();
    throw failure;
  }
}
