// The processes below another one, as the system lists them.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

function listProcFiles() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name in parentheses may hold blanks and parentheses; what follows it does not.
        const parent = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, "").trim().split(" ")[1];
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return [{ pid: Number(pid), parent: Number(parent), command }];
      } catch {
        // It ended in between.
        return [];
      }
    });
}

function listByPs() {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => {
      const [pid, parent, ...command] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), command: command.join(" ") };
    });
}

function listProcesses() {
  return existsSync("/proc/self/stat") ? listProcFiles() : listByPs();
}

/** Children, their children and so on, each with its command line. */
export function descendantsOf(pid) {
  const all = listProcesses();
  const found = [];
  const visit = (parent) => {
    for (const process of all.filter((one) => one.parent === parent)) {
      found.push(process);
      visit(process.pid);
    }
  };
  visit(pid);
  return found;
}

/** Those that still run under the same command. What is left of a dead one until its parent looks has none. */
export function stillRunning(processes) {
  const commands = new Map(listProcesses().map(({ pid, command }) => [pid, command]));
  return processes.filter(({ pid, command }) => command !== "" && commands.get(pid) === command);
}
