// Servers as child processes: started, waited for until they answer, ended.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./paths.mjs";
import { CommandError, childEnv } from "./processes.mjs";

const startTimeoutMs = 60_000;
const endTimeoutMs = 3_000;

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** The wished port, or the next free one above it. */
export async function freePort(wished, taken = []) {
  for (let port = wished; port < wished + 100; port += 1) {
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new CommandError(`none of the ports ${wished} to ${wished + 99} on 127.0.0.1 is free.`);
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Starts a server and returns at once, so that the caller can end it at any time: `stop()` ends it and waits for that.
 * `ready` resolves when `url` answers with success and rejects when it ends before or takes too long; `ended`
 * resolves, with a description, when the process is gone. `log` gets its output line by line.
 */
export function launchService({ name, command, args, url, env = {}, cwd = root, log = () => {} }) {
  const child = spawn(command, args, { cwd, env: childEnv(env), stdio: ["ignore", "pipe", "pipe"] });
  const tail = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      tail.push(line);
      if (tail.length > 20) tail.shift();
      log(line);
    });
  }
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `status ${code}`));
  });
  let how;
  ended.then((description) => {
    how = description;
  });
  const stop = async () => {
    if (how !== undefined) return;
    child.kill("SIGTERM");
    await Promise.race([ended, sleep(endTimeoutMs, undefined, { ref: false })]);
    if (how === undefined) child.kill("SIGKILL");
    await ended;
  };
  const becomeReady = async () => {
    const deadline = Date.now() + startTimeoutMs;
    while (how === undefined && !(await answers(url))) {
      if (Date.now() > deadline) {
        await stop();
        throw new CommandError(`${name} did not answer at ${url} within ${startTimeoutMs / 1000} s.`);
      }
      await sleep(100);
    }
    if (how !== undefined) throw new CommandError([`${name} ended with ${how}.`, ...tail].join("\n"));
  };
  return { name, url, ready: becomeReady(), ended, stop };
}

/** Starts a server and resolves when it is ready. */
export async function startService(options) {
  const service = launchService(options);
  await service.ready;
  return service;
}

/** The sandbox at the given ports, for `launchService` and `startService`. */
export function sandboxService({ port, grpcPort, log }) {
  return {
    name: "The sandbox",
    command: "node",
    args: ["sandbox/bin/sipbreakout-sandbox.js", "--port", String(port), "--grpc-port", String(grpcPort)],
    url: `http://127.0.0.1:${port}/status.json`,
    log,
  };
}
