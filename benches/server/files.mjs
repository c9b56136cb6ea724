// The pages' listener. What was compressed beforehand goes out compressed, as from a content delivery network.

import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const contentTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

const encodings = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

/** The best compressed form of a file that the browser takes. */
function encoded(file, accepted) {
  for (const [name, extension] of encodings) {
    if (accepted.includes(name) && existsSync(file + extension)) {
      return { path: file + extension, headers: { "content-encoding": name } };
    }
  }
  return { path: file, headers: {} };
}

/** The header `Link` of a page, if there is one beside it. */
function linkOf(file) {
  const link = `${file}.link`;
  return existsSync(link) ? { link: readFileSync(link, "utf8") } : {};
}

/** `counts.files`: how often each path was asked for. `apiUrl()` is put into the pages. */
export function createFiles(directory, apiUrl) {
  const counts = { files: {} };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    counts.files[pathname] = (counts.files[pathname] ?? 0) + 1;
    const file = normalize(join(directory, pathname));
    const type = contentTypes[extname(file)];
    if (!file.startsWith(directory) || type === undefined || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    if (extname(file) === ".html") {
      const html = readFileSync(file, "utf8").replace("API_URL", apiUrl());
      const headers = { "content-type": type, "cache-control": "no-store", ...linkOf(file) };
      response.writeHead(200, headers).end(html);
      return;
    }
    const { path, headers } = encoded(file, request.headers["accept-encoding"] ?? "");
    response.writeHead(200, {
      ...headers,
      "content-type": type,
      "content-length": statSync(path).size,
      "cache-control": "max-age=3600",
      vary: "Accept-Encoding",
    });
    createReadStream(path).pipe(response);
  });
  return { server, counts };
}
