// The server's process: pages and core on two ports, so that they are two origins. Started by start.mjs, which it tells the
// addresses and, when asked, the counts.

import { createApi } from "./api.mjs";
import { createFiles } from "./files.mjs";

const addressOf = (server) => `http://127.0.0.1:${server.address().port}`;

const listen = (server) =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });

const api = createApi();
const files = createFiles(process.argv[2], () => addressOf(api.server));
await Promise.all([listen(api.server), listen(files.server)]);

const all = { preflights: api.counts, calls: api.counts, files: files.counts };
const answers = {
  counts: () => Object.fromEntries(Object.entries(all).map(([kind, counts]) => [kind, counts[kind]])),
  reset: () => {
    for (const [kind, counts] of Object.entries(all)) counts[kind] = {};
  },
};

process.on("message", ({ id, ask }) => process.send({ id, answer: answers[ask]() ?? null }));
// The one who started it is gone.
process.on("disconnect", () => process.exit());
process.send({ apiUrl: addressOf(api.server), pageUrl: addressOf(files.server) });
