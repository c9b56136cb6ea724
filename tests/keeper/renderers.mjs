// The processes that run tabs (Linux): which one is whose, so that a test can stop or end it.

import { readdirSync, readFileSync } from "node:fs";

function read(path) {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // It has ended.
    return "";
  }
}

/** All that run pages of the browser with this process id. */
function renderersOf(browserPid) {
  const parents = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    parents.set(Number(pid), Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]));
  }
  const isOurs = (pid) => {
    for (let at = pid; at > 1; at = parents.get(at) ?? 0) if (at === browserPid) return true;
    return false;
  };
  const isRenderer = (pid) => /--type=renderer|-contentproc/.test(read(`/proc/${pid}/cmdline`));
  return [...parents.keys()].filter((pid) => isOurs(pid) && isRenderer(pid));
}

/** For how long its main thread has had a processor, in nanoseconds. */
const ranNs = (pid) => Number.parseInt(read(`/proc/${pid}/task/${pid}/schedstat`), 10) || 0;

/** The process of a tab: the one that is busy while the tab is. */
export async function rendererOf(tab) {
  const pids = renderersOf(tab.browser().process().pid);
  const before = new Map(pids.map((pid) => [pid, ranNs(pid)]));
  await tab.evaluate(() => {
    const end = performance.now() + 300;
    while (performance.now() < end);
  });
  const busy = pids.map((pid) => ({ pid, ns: ranNs(pid) - before.get(pid) })).sort((a, b) => b.ns - a.ns);
  if (busy.length === 0) throw new Error("no process runs a tab");
  return busy[0].pid;
}

export const signal = (pid, name) => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
};
