// All cases, each with its group and a number. A case: `replies`, one script for each request (the last one repeats);
// `options` of the call, `client` for those of the client; `expect`. What the page does besides is said in page.mjs.
import body from "./body.mjs";
import connection from "./connection.mjs";
import fetches from "./fetch.mjs";
import http from "./http.mjs";
import retries from "./retries.mjs";
import status from "./status.mjs";

export const cases = [http, body, status, connection, retries, fetches]
  .flatMap((groups) => Object.entries(groups))
  .flatMap(([group, list]) => list.map((one) => ({ group, ...one })))
  .map((one, number) => ({ number, ...one }));

const seen = new Set();
for (const { group, name } of cases) {
  const full = `${group}: ${name}`;
  if (seen.has(full)) throw new Error(`two cases are called "${full}"`);
  seen.add(full);
}
