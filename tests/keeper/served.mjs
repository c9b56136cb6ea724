// The page that keeps registrations, and the package as built; and as it was, if that is at hand.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileOf } from "../session/stage.mjs";

const types = {
  js: "text/javascript",
  mjs: "text/javascript",
  html: "text/html",
  wasm: "application/wasm",
  map: "application/json",
};

const places = { "/": "tests/keeper/page.html", "/page.js": "tests/session/page.js" };

/**
 * `answers` are functions by path, for what is JSON. `dist` is where the package is. `refusal` gives a status for what can't
 * be had now.
 */
export async function serve(answers, dist = "dist", refusal = () => undefined) {
  const server = createServer(async (req, res) => {
    const { pathname } = new URL(req.url, "http://localhost");
    const answer = answers[pathname];
    if (answer) {
      res.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
      return res.end(JSON.stringify(answer()));
    }
    const status = refusal(pathname);
    if (status) return res.writeHead(status, { "cache-control": "no-store" }).end("not now");
    const file = places[pathname] ?? pathname.replace(/^\/dist\//, `/${dist}/`);
    try {
      const content = await readFile(fileOf(file));
      res.writeHead(200, { "content-type": types[file.split(".").at(-1)] ?? "text/plain" });
      return res.end(content);
    } catch {
      return res.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}
