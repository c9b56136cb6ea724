// Runs the cases in a page through a driver, and posts what came of them. The address says how: `driver`, `run`, `only`
// (numbers), `at` (how many at once), `limit` (milliseconds for a call).
import { cases } from "./cases/index.mjs";
import { signalOf } from "./signal.mjs";

const query = new URLSearchParams(location.search);
const driverName = query.get("driver") ?? "ours";
const run = query.get("run") ?? "0";
const only = query.get("only")?.split(",").map(Number);
const atOnce = Number(query.get("at") ?? 4);

const CASE_LIMIT_MS = Number(query.get("limit") ?? 12_000);
const ORDINARY_LIMIT_MS = 5_000;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const within = (promise, ms) => Promise.race([promise, wait(ms).then(() => ({ code: "hangs" }))]);

async function post(report) {
  await fetch("/report", { method: "POST", body: JSON.stringify(report) });
}

async function callOnce(client, one) {
  const { options = {}, globalFetch } = one;
  const signal = signalOf(one);
  const own = signal ? { signal } : {};
  if (globalFetch === undefined) return client.call({ ...options, ...own });
  const { fetch } = globalThis;
  globalThis.fetch = globalFetch ?? undefined;
  try {
    return await client.call({ ...options, ...own });
  } finally {
    globalThis.fetch = fetch;
  }
}

async function runCase(driver, one) {
  const origin = one.crossOrigin ? location.origin.replace("127.0.0.1", "localhost") : location.origin;
  const baseUrl = `${origin}/c/${run}/${one.number}`;
  const client = driver.createClient(baseUrl, { ...one.client, ...(one.fetch && { fetch: one.fetch }) });
  for (let i = 0; i < (one.before ?? 0); i += 1) await within(client.call(one.options), CASE_LIMIT_MS);
  const started = performance.now();
  const calls = Array.from({ length: one.atOnce ?? 1 }, () => within(callOnce(client, one), CASE_LIMIT_MS));
  const outcomes = await Promise.all(calls);
  const ms = performance.now() - started;
  const { cause, ...outcome } = outcomes[0];
  // Who can't send a header has its ordinary reply at an address of its own.
  const after = driver.isFragile ? driver.createClient(`${location.origin}/c/ordinary/0`) : client;
  const ordinary = await within(
    after.call({ headers: { "x-ordinary": "1" }, fetch: globalThis.fetch.bind(globalThis) }),
    ORDINARY_LIMIT_MS,
  );
  return {
    number: one.number,
    ...outcome,
    details: outcome.details?.map((detail) => ({ ...detail })),
    cause: typeof cause === "string" ? cause : undefined,
    causeIs: "thrown" in one && cause === one.thrown,
    outcomes: outcomes.map(({ code }) => code),
    ms,
    ordinary: ordinary.code,
  };
}

/** One at a time, and in a fresh page after each that it did not survive. */
async function runFragile(driver, chosen) {
  const results = JSON.parse(sessionStorage.getItem(run) ?? "[]");
  for (const one of chosen.slice(results.length)) {
    results.push(await runCase(driver, one));
    const { code, ordinary } = results.at(-1);
    if (code === "traps" || code === "hangs" || ordinary !== "ok") {
      sessionStorage.setItem(run, JSON.stringify(results));
      location.reload();
      return new Promise(() => {});
    }
  }
  return results;
}

async function runAll(driver, chosen) {
  // A patched global is everybody's: those go by themselves, at the end.
  const alone = chosen.filter(({ globalFetch }) => globalFetch !== undefined);
  const queue = chosen.filter(({ globalFetch }) => globalFetch === undefined);
  const results = [];
  const work = async () => {
    for (let one = queue.shift(); one; one = queue.shift()) results.push(await runCase(driver, one));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  for (const one of alone) results.push(await runCase(driver, one));
  return results;
}

async function main() {
  const driver = await import(`./drivers/${driverName}.mjs`);
  await driver.init();
  const chosen = cases.filter(({ number }) => only === undefined || only.includes(number));
  const results = await (driver.isFragile ? runFragile : runAll)(driver, chosen);
  await post({ run, results });
}

main().catch((error) => post({ run, error: String(error?.stack ?? error) }));
