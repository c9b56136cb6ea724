// examples/node-keeper with Node: what keeps numbers where no tab may be relied on.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startSandbox } from "sipbreakout-sandbox";
import { nodeBinDir, root } from "../../scripts/paths.mjs";
import { until } from "../session/stage.mjs";

const TTL_SECONDS = 6;
const numbers = ["+4799900011", "+4799900012", "+4799900013"];

let sandbox;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true, ttlSeconds: TTL_SECONDS });
});
after(() => sandbox.close());

/** The example, and what it printed. */
function start(...args) {
  return startWith({}, ...args);
}

function startWith(env, ...args) {
  sandbox.callLog.length = 0;
  const index = join(root, "examples/node-keeper/index.mjs");
  const options = { cwd: root, env: { ...process.env, ...env } };
  const child = spawn(join(nodeBinDir, "node"), [index, "--url", sandbox.url, ...args], options);
  const seen = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      seen.text += chunk;
    });
  }
  return { child, seen, ended: once(child, "exit").then(([code]) => code) };
}

const given = ["--sip-uri", "sips:pbx.example.com", ...numbers];
const upserts = (number) =>
  sandbox.callLog.filter((call) => call.phoneNumber === number && call.method === "UpsertRegistration");
const registered = () => sandbox.registrations().map(({ phoneNumber }) => phoneNumber);

async function endsAtOnce({ child, ended, seen }) {
  const askedAt = Date.now();
  child.kill("SIGTERM");
  assert.equal(await ended, 0, seen.text);
  // No timer or connection holds it.
  assert.ok(Date.now() - askedAt < 3000, `${Date.now() - askedAt} ms`);
}

test("it keeps its numbers over several times to live, and ends when told", { timeout: 90_000 }, async () => {
  const keeper = start(...given);
  try {
    await until(
      "each four times",
      () => numbers.every((number) => upserts(number).length >= 4),
      5 * TTL_SECONDS * 1000,
    );
    for (const number of numbers) {
      const calls = upserts(number);
      for (const [index, call] of calls.entries()) {
        assert.equal(call.outcome, "ok");
        if (index > 0) assert.ok(call.endedAt - calls[index - 1].startedAt < TTL_SECONDS * 1000, "a lapse");
      }
    }
    assert.doesNotMatch(keeper.seen.text, /atRisk|lapsed|failed/);
    await endsAtOnce(keeper);
    assert.deepEqual(registered(), numbers, "they end by themselves");
    for (const secret of sandbox.issuedSecrets) assert.ok(!keeper.seen.text.includes(secret));
  } finally {
    keeper.child.kill("SIGKILL");
  }
});

test("with --delete-on-exit nothing is left", { timeout: 60_000 }, async () => {
  const keeper = start("--delete-on-exit", ...given);
  try {
    await until("all are registered", () => registered().length === numbers.length);
    await until("it knows", () =>
      numbers.every((number) => keeper.seen.text.includes(`${number} registered`)),
    );
    await endsAtOnce(keeper);
    assert.deepEqual(registered(), []);
  } finally {
    keeper.child.kill("SIGKILL");
  }
});

/** A process in which time passes fifteen times as fast: a minute is four seconds. */
const hurried = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`
    const { now } = Date;
    const start = now();
    const { setTimeout, performance } = globalThis;
    const elapsed = performance.now.bind(performance);
    Date.now = () => start + (now() - start) * 15;
    performance.now = () => elapsed() * 15;
    globalThis.setTimeout = (work, ms, ...given) => setTimeout(work, ms / 15, ...given);`)}`,
};

test("each try that fails has a line, also when the same happens again", { timeout: 60_000 }, async () => {
  sandbox.arm({ on: "core", grpcStatus: 8, times: "always" });
  const keeper = startWith(hurried, "--sip-uri", "sips:pbx.example.com", numbers[0]);
  const failures = () => keeper.seen.text.split("\n").filter((line) => line.includes(`${numbers[0]} failed`));
  try {
    await until("three lines", () => failures().length >= 3, 30_000);
    const words = failures().map((line) => line.match(/error=".*" (?=next=)/)?.[0]);
    assert.match(words[0], /error="resource_exhausted"/);
    assert.equal(new Set(words).size, 1, "the same each time");
    assert.equal(new Set(failures()).size, failures().length, "at another time each");
  } finally {
    sandbox.disarm();
    keeper.child.kill("SIGKILL");
  }
});

test("a process that stops its keeper ends by itself", { timeout: 60_000 }, async () => {
  const script = `
    const { createClient } = await import("sipbreakout-web");
    const accessToken = async () =>
      (await (await fetch("${sandbox.url}/vendor/token", { method: "POST" })).json()).access_token;
    const client = createClient({ baseUrl: "${sandbox.url}", accessToken });
    const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "${numbers[0]}" };
    const keeper = client.keepRegistered(request);
    await new Promise((resolve) => keeper.addEventListener("registered", resolve));
    await keeper.stop();
    console.log("stopped");`;
  const args = ["--input-type=module", "--eval", script];
  const child = spawn(join(nodeBinDir, "node"), args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(child.stdout, "data");
    const stoppedAt = Date.now();
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    assert.ok(Date.now() - stoppedAt < 8000, `${Date.now() - stoppedAt} ms`);
  } finally {
    child.kill("SIGKILL");
  }
});
