// The measurements in their order. Each is printed as soon as it is there.

import { describeMachine } from "../report/machine.mjs";
import * as tables from "../report/tables.mjs";
import { startServer } from "../server/start.mjs";
import { sessionWasm, variants } from "../variants.mjs";
import { launchBrowser } from "./browser.mjs";
import { measureBulk } from "./bulk.mjs";
import { bundlePages } from "./bundle.mjs";
import { measureFeatures, measurePages } from "./bytes.mjs";
import { measureCold } from "./cold.mjs";
import { measureCpu } from "./cpu.mjs";
import { measureMemory } from "./memory.mjs";
import { countPreflights, measureSerial } from "./serial.mjs";
import { weighRooms } from "./weigh.mjs";

const show = (text) => console.log(`\n${text}`);

/** Both wasm files of the package. */
async function measureRooms({ wasm, later }) {
  const rooms = {};
  const files = [
    ["calls", variants.find(({ name }) => name === "ours").wasm, wasm],
    ["sessions and keepers", sessionWasm, later.wasm],
  ];
  for (const [name, file, { gzip }] of files) {
    rooms[name] = await weighRooms(file);
    if (rooms[name] === undefined) {
      show(`By room and crate: left out, because ${file.named} is of another build than ${file.file}.`);
    } else show(tables.roomsTable(name, rooms[name], gzip));
  }
  return rooms;
}

async function measureBytes() {
  const pages = measurePages();
  show(tables.pagesTable(pages));
  const entry = await measureFeatures();
  show(tables.featuresTable(entry));
  return { pages, entry, rooms: await measureRooms(entry.whole) };
}

const timed = {
  preflights: [countPreflights, tables.preflightsTable],
  cold: [measureCold, tables.coldTables],
  serial: [measureSerial, tables.serialTable],
  bulk: [measureBulk, tables.bulkTables],
  cpu: [measureCpu, tables.cpuTable],
  memory: [measureMemory, tables.memoryTable],
};

async function browserVersion() {
  const browser = await launchBrowser();
  const version = await browser.version();
  await browser.close();
  return version;
}

/**
 * `only` are the names of measurements; `roundsOf(name)` says how many rounds each has. `keep(results)` is told after each
 * one, so that a browser that crashes late does not cost what was measured before.
 */
export async function measureAll(only, roundsOf, keep) {
  const say = (text) => console.error(`… ${text}`);
  const results = { machine: describeMachine(await browserVersion()) };
  await bundlePages();
  if (only.includes("bytes")) {
    results.bytes = await measureBytes();
    keep(results);
  }
  const server = await startServer();
  try {
    for (const [name, [measure, present]] of Object.entries(timed)) {
      if (!only.includes(name)) continue;
      results[name] = await measure(server, { rounds: roundsOf(name), say });
      keep(results);
      show(present(results[name]));
    }
  } finally {
    await server.close();
  }
}
