// Starts the server in a process of its own, so that its work is not done by who measures.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { pagesDir } from "../measure/paths.mjs";

/** `counts()` resolves to what was asked since `reset()`; `close()` ends the process. */
export async function startServer() {
  const child = fork(fileURLToPath(new URL("main.mjs", import.meta.url)), [pagesDir]);
  const ended = once(child, "exit");
  const [addresses] = await Promise.race([
    once(child, "message"),
    ended.then(() => Promise.reject(new Error("the server of the benchmarks did not start."))),
  ]);
  let id = 0;
  const ask = (what) => {
    id += 1;
    const wanted = id;
    return new Promise((resolve) => {
      const listener = (message) => {
        if (message.id !== wanted) return;
        child.off("message", listener);
        resolve(message.answer);
      };
      child.on("message", listener);
      child.send({ id: wanted, ask: what });
    });
  };
  return {
    ...addresses,
    counts: () => ask("counts"),
    reset: () => ask("reset"),
    close: async () => {
      child.disconnect();
      await ended;
    },
  };
}
