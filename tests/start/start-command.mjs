// `npm start` as a process: its output line by line, its addresses, its end.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../scripts/paths.mjs";
import { childEnv } from "../../scripts/processes.mjs";
import { descendantsOf } from "./process-tree.mjs";

const timeoutMs = 60_000;

export function runStart({ port, sandboxPort, grpcPort }) {
  const ports = ["--port", port, "--sandbox-port", sandboxPort, "--grpc-port", grpcPort].map(String);
  const child = spawn("node", [join(root, "scripts", "start.mjs"), "--no-open", ...ports], {
    cwd: root,
    // Not as a child of npm, which start.mjs would watch.
    env: childEnv({ npm_lifecycle_event: undefined }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  }
  let end;
  const ended = new Promise((resolve) => {
    child.once("close", (status, signal) => {
      end = { status, signal };
      resolve(end);
    });
  });

  /** Asks until the answer is not undefined; fails with the output when it takes too long or the command ends. */
  async function until(what, ask) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const answer = ask();
      if (answer !== undefined) return answer;
      if (end !== undefined || Date.now() > deadline) {
        const state = end === undefined ? "still runs" : `ended with ${end.signal ?? end.status}`;
        throw new Error([`no ${what}; npm start ${state}. It printed:`, ...lines].join("\n"));
      }
      await sleep(10);
    }
  }

  return {
    lines,
    descendants: () => descendantsOf(child.pid),
    /** The first match in a line. */
    line(pattern) {
      return until(`line ${pattern}`, () => lines.map((line) => pattern.exec(line)).find((match) => match));
    },
    /** The first process below it whose command line contains the text. */
    descendant(text) {
      return until(`process ${text}`, () =>
        descendantsOf(child.pid).find(({ command }) => command.includes(text)),
      );
    },
    /** Sends SIGTERM and resolves to how it ended. */
    async terminate() {
      if (end === undefined) child.kill("SIGTERM");
      const patience = sleep(10_000, undefined, { ref: false });
      const how = await Promise.race([ended, patience]);
      if (how !== undefined) return how;
      child.kill("SIGKILL");
      throw new Error(["npm start did not end within 10 s of SIGTERM. It printed:", ...lines].join("\n"));
    },
  };
}
