// One set-up or build at a time in a checkout: two would delete each other's files.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { targetDir } from "./paths.mjs";

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Runs `work` while holding the lock. Children of the holder (see `SIPBREAKOUT_LOCK`) pass through. */
export async function withLock(work) {
  if (process.env.SIPBREAKOUT_LOCK === "held") return work();
  mkdirSync(targetDir, { recursive: true });
  const file = join(targetDir, "scripts.lock");
  let told = false;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    let holder = 0;
    try {
      holder = Number(readFileSync(file, "utf8"));
    } catch {
      // Released between the two calls.
      continue;
    }
    if (holder > 0 && !isAlive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) console.log(`Waiting for another set-up or build (process ${holder}) …`);
    told = true;
    await sleep(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  process.env.SIPBREAKOUT_LOCK = "held";
  try {
    return await work();
  } finally {
    delete process.env.SIPBREAKOUT_LOCK;
    process.removeListener("exit", release);
    release();
  }
}
