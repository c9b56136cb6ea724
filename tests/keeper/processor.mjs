// How long a page had a processor (Linux; elsewhere it is not known, and counts as always). A task that took long because others had
// it is not one in which the page's scripts ran so long.

import { readdirSync, readFileSync } from "node:fs";

const SAMPLE_MS = 5;

function read(path) {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // There is no such thing here, or the process has ended.
    return "";
  }
}

/** The processes that run the pages of the browser with this profile. */
function renderers(profileDir) {
  const processes = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = /^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1];
    processes.set(pid, { parent, command: read(`/proc/${pid}/cmdline`) });
  }
  const isOurs = (pid) => {
    for (let at = processes.get(pid); at !== undefined; at = processes.get(at.parent)) {
      if (at.command.includes(profileDir)) return true;
    }
    return false;
  };
  return [...processes.keys()].filter((pid) => {
    return processes.get(pid).command.includes("--type=renderer") && isOurs(pid);
  });
}

/** Looks until `stop`; then `ranMs(from, to)`, in milliseconds since 1970, is how long the busiest page ran meanwhile. */
export function watchProcessor(profileDir) {
  const pids = process.platform === "linux" ? renderers(profileDir) : [];
  const samples = new Map(pids.map((pid) => [pid, []]));
  const timer = setInterval(() => {
    for (const [pid, taken] of samples) {
      const ranNs = Number.parseInt(read(`/proc/${pid}/task/${pid}/schedstat`), 10);
      if (Number.isFinite(ranNs)) taken.push({ at: Date.now(), ranNs });
    }
  }, SAMPLE_MS);
  return {
    stop() {
      clearInterval(timer);
      const ran = (taken) => (taken.length > 0 ? taken.at(-1).ranNs - taken[0].ranNs : 0);
      const [busiest = []] = [...samples.values()].sort((a, b) => ran(b) - ran(a));
      return {
        ranMs(from, to) {
          // The samples around it: rather too much than too little.
          const first = busiest.findLast(({ at }) => at <= from);
          const last = busiest.find(({ at }) => at >= to);
          return first && last ? (last.ranNs - first.ranNs) / 1e6 : Number.POSITIVE_INFINITY;
        },
      };
    },
  };
}
