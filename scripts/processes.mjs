// Starting other programs: with our Node and our tools first in PATH, and with errors that name the command.

import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { nodeBinDir, root, targetDir, toolsDir } from "./paths.mjs";

/** A failure that is the user's to read: shown without a stack. */
export class CommandError extends Error {}

/** The environment of children. Cargo's target directory is fixed, because the scripts read from it. */
export function childEnv(extra = {}) {
  const path = [toolsDir, nodeBinDir, process.env.PATH ?? ""].join(delimiter);
  return { ...process.env, PATH: path, CARGO_TARGET_DIR: targetDir, ...extra };
}

/** PATH without our own Node: for `npm ci`, which deletes the directory that Node lives in. */
export function outerPath() {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((entry) => !entry.endsWith(join("node_modules", ".bin")))
    .join(delimiter);
}

/** Runs a program to its end with the terminal as its own; rejects when it fails. */
export function run(command, args, { env = {}, cwd = root, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: childEnv(env),
      stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.on("error", (error) => reject(new CommandError(`${command}: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve();
      if (quiet) process.stderr.write(output);
      reject(new CommandError(`${[command, ...args].join(" ")} ended with ${signal ?? `status ${code}`}`));
    });
  });
}

/** What a short command prints, or undefined when it fails or does not exist. */
export function capture(command, args, { env = {} } = {}) {
  const result = spawnSync(command, args, { cwd: root, env: childEnv(env), encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** The full path of a program on PATH, or undefined. */
export function findProgram(name) {
  for (const directory of (childEnv().PATH ?? "").split(delimiter)) {
    if (directory === "") continue;
    const candidate = join(directory, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here; the next entry may have it.
    }
  }
  return undefined;
}

/** Ends the process with the message of an expected failure, or with the stack of an unexpected one. */
export function fail(error) {
  console.error(error instanceof CommandError ? `error: ${error.message}` : error);
  process.exit(1);
}
