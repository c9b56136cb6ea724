// `npm start`: the sandbox and the console on this machine, until Ctrl-C.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { root } from "./paths.mjs";
import { CommandError, fail, findProgram } from "./processes.mjs";
import { freePort, launchService, sandboxService } from "./services.mjs";
import { setUp } from "./setup.mjs";

const usage = `npm start -- [--port 5173] [--sandbox-port 8700] [--grpc-port 8701] [--no-open]

Starts the sandbox (a local operator) and the console, both on 127.0.0.1. A port that is taken is replaced by the
next free one.`;

function readOptions() {
  const options = {
    port: { type: "string", default: "5173" },
    "sandbox-port": { type: "string", default: "8700" },
    "grpc-port": { type: "string", default: "8701" },
    "no-open": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  };
  try {
    const { values } = parseArgs({ options });
    for (const name of ["port", "sandbox-port", "grpc-port"]) {
      const port = Number(values[name]);
      if (!Number.isInteger(port) || port < 1 || port > 65535)
        throw new Error(`--${name} must be 1 to 65535.`);
      values[name] = port;
    }
    return values;
  } catch (error) {
    throw new CommandError(`${error.message}\n${usage}`);
  }
}

async function choosePort(what, wished, taken) {
  const port = await freePort(wished, taken);
  if (port !== wished) console.log(`Port ${wished} is taken: ${what} gets ${port}.`);
  return port;
}

/** Opens the address where a person would see it. */
function openBrowser(url) {
  const hasDisplay = process.env.DISPLAY !== undefined || process.env.WAYLAND_DISPLAY !== undefined;
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  if (process.env.CI !== undefined || !process.stdout.isTTY) return;
  if (process.platform !== "darwin" && !hasDisplay) return;
  const program = findProgram(opener);
  if (program === undefined) return;
  const child = spawn(program, [url], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}

/** Vite's development server. */
function consoleService(port, sandboxUrl) {
  const fixedPort = ["--port", String(port), "--strictPort"];
  return {
    name: "The console",
    command: "vite",
    args: ["--host", "127.0.0.1", ...fixedPort, "--clearScreen", "false"],
    cwd: join(root, "www"),
    env: {
      PORT: String(port),
      VITE_SIPBREAKOUT_ISSUER: sandboxUrl,
      VITE_SIPBREAKOUT_BASE_URL: sandboxUrl,
    },
    url: `http://127.0.0.1:${port}/`,
    log: (line) => line.trim() !== "" && console.log(`[console] ${line}`),
  };
}

async function start() {
  const options = readOptions();
  if (options.help) return console.log(usage);
  await setUp(["packages", "rust", "buildTools", "sandboxCode"]);
  await build();

  const sandboxPort = await choosePort("the sandbox", options["sandbox-port"], []);
  const grpcPort = await choosePort("its gRPC", options["grpc-port"], [sandboxPort]);
  const consolePort = await choosePort("the console", options.port, [sandboxPort, grpcPort]);
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;

  const services = [];
  let stopping = false;
  const stop = async (status) => {
    if (stopping) return;
    stopping = true;
    await Promise.all(services.map((service) => service.stop()));
    process.exit(status);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));

  // npm runs us through a shell that does not pass signals on: when npm is ended, all we see is a new parent.
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && stop(0), 500).unref();
  }

  /** Noted before it is ready: a service that is still starting must not outlive us either. */
  const launch = async (service) => {
    services.push(service);
    await service.ready;
    service.ended.then((how) => {
      if (stopping) return;
      console.error(`error: ${service.name} ended with ${how}.`);
      stop(1);
    });
  };
  try {
    const sandboxLog = (line) => console.log(`[sandbox] ${line}`);
    await launch(launchService(sandboxService({ port: sandboxPort, grpcPort, log: sandboxLog })));
    if (stopping) return;
    await launch(launchService(consoleService(consolePort, sandboxUrl)));
  } catch (error) {
    if (stopping) return;
    console.error(`error: ${error.message}`);
    await stop(1);
  }
  if (stopping) return;
  const consoleUrl = `http://127.0.0.1:${consolePort}/`;
  console.log(
    `\n  Console  ${consoleUrl}\n  Sandbox  ${sandboxUrl}/   (what the core has registered)\n\n  Ctrl-C ends both.\n`,
  );
  if (!options["no-open"]) openBrowser(consoleUrl);
}

await start().catch(fail);
