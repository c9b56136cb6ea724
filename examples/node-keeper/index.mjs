// Keeps numbers registered from a server, where no browser tab may be relied on. See README.md.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createClient, validateRegistration } from "sipbreakout-web";
import { tokensFrom } from "./tokens.mjs";

const EXIT = { ended: 0, notDeleted: 1, usage: 2, nothingLeft: 3 };

const usage = `usage: node index.mjs [options] [number…]
  --numbers <file>       a JSON array of registrations
  --sip-uri, --route-type  of the numbers that are arguments
  --url <address>        the gRPC-Web endpoint; default http://127.0.0.1:8700, the sandbox
  --token-url <address>  where client tokens come from; default <url>/vendor/token
  --max-per-second <n>   calls to the operator in a second, at most; default 50
  --delete-on-exit       delete the registrations at the end`;

function log(number, event, facts = {}) {
  const words = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value instanceof Date ? value.toISOString() : JSON.stringify(value)}`);
  console.log([new Date().toISOString(), number, event, ...words].join(" "));
}

function fail(message) {
  console.error(message);
  process.exit(EXIT.usage);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        numbers: { type: "string" },
        "sip-uri": { type: "string" },
        "route-type": { type: "string", default: "LOOP" },
        url: { type: "string", default: "http://127.0.0.1:8700" },
        "token-url": { type: "string" },
        "max-per-second": { type: "string" },
        "delete-on-exit": { type: "boolean", default: false },
      },
    });
  } catch (error) {
    fail(`${error.message}\n${usage}`);
  }
}

function readNumbers({ values, positionals }) {
  const named = positionals.map((phoneNumber) => ({
    phoneNumber,
    sipUri: values["sip-uri"],
    routeType: values["route-type"],
  }));
  if (values.numbers === undefined) return named;
  try {
    const listed = JSON.parse(readFileSync(values.numbers, "utf8"));
    if (!Array.isArray(listed)) throw new Error("it is no array");
    return [...listed, ...named];
  } catch (error) {
    fail(`${values.numbers} can't be read: ${error.message}`);
  }
}

/** All that is wrong with all of them, before anything is sent. */
async function check(requests) {
  if (requests.length === 0) fail(usage);
  const lines = [];
  const seen = new Set();
  for (const [index, request] of requests.entries()) {
    const problems = await validateRegistration(request);
    for (const { field, message } of problems) lines.push(`registration ${index + 1}, ${field}: ${message}`);
    const number = String(request.phoneNumber ?? "");
    if (number === "") lines.push(`registration ${index + 1}, phoneNumber: a client token needs it.`);
    else if (seen.has(number))
      lines.push(`registration ${index + 1}, phoneNumber: ${number} is there twice.`);
    seen.add(number);
  }
  if (lines.length > 0) fail(lines.join("\n"));
}

const given = readArguments();
const { values } = given;
const requests = readNumbers(given);
await check(requests);

function addressOf(text, base) {
  if (!URL.canParse(text, base)) fail(`${text} is no address.`);
  return new URL(text, base);
}

const maxPerSecond = values["max-per-second"];
const client = createClient({
  baseUrl: values.url,
  accessToken: tokensFrom(addressOf(values["token-url"] ?? "/vendor/token", addressOf(values.url))),
  keeping: maxPerSecond === undefined ? {} : { maxPerSecond: Number(maxPerSecond) },
});

// What the client's options lack is said here, and not for each number.
await client.resumeKeepers().catch((error) => fail(error.message));

const events = ["registered", "refreshed", "atRisk", "lapsed", "rejected", "suspended", "resumed"];
const keepers = requests.map((request) => {
  const { phoneNumber } = request;
  const keeper = client.keepRegistered(request);
  for (const event of events) {
    keeper.addEventListener(event, ({ detail: { expiresAt, nextRefreshAt, error } }) => {
      log(phoneNumber, event, {
        expires: expiresAt,
        next: nextRefreshAt,
        error: error?.code,
        message: error?.message,
      });
      if (event === "rejected") endIfNothingIsLeft();
    });
  }
  // A failure before there is a risk has no event of its own. When the same happens again the error is the same object, but
  // the next try is at another time.
  let told;
  let nextAt;
  keeper.addEventListener("change", ({ detail: { state, error, nextRefreshAt } }) => {
    const news = error && state !== "rejected" ? error : undefined;
    const isNew = news !== told || nextRefreshAt?.getTime() !== nextAt;
    if (news && isNew && ["registering", "registered"].includes(state)) {
      log(phoneNumber, "failed", { error: news.code, message: news.message, next: nextRefreshAt });
    }
    told = news;
    nextAt = nextRefreshAt?.getTime();
  });
  return keeper;
});
log("-", "started", { numbers: keepers.length });

function endIfNothingIsLeft() {
  if (keepers.some(({ state }) => state !== "rejected")) return;
  log("-", "nothingLeft");
  end(EXIT.nothingLeft);
}

async function remove(keeper) {
  const { phoneNumber } = keeper.request;
  try {
    await keeper.stop({ delete: true });
    log(phoneNumber, "deleted");
    return true;
  } catch (error) {
    log(phoneNumber, "notDeleted", { error: error.code, message: error.message });
    return false;
  }
}

let isEnding = false;
async function end(status) {
  if (isEnding) return;
  isEnding = true;
  let exitCode = status;
  if (values["delete-on-exit"]) {
    // What the operator never had is not there to be deleted.
    const had = keepers.filter(({ expiresAt }) => expiresAt !== undefined);
    const results = await Promise.all(had.map(remove));
    if (results.includes(false)) exitCode = EXIT.notDeleted;
  }
  client.close();
  log("-", "ended", { status: exitCode });
  process.exitCode = exitCode;
}

// Once: the same signal again ends the process at once.
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => {
    log("-", signal);
    end(EXIT.ended);
  });
}
