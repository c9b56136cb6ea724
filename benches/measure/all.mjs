// The measurements in their order. Each is printed as soon as it is there.

import { describeMachine } from "../report/machine.mjs";
import * as tables from "../report/tables.mjs";
import { startServer } from "../server/start.mjs";
import { variants } from "../variants.mjs";
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

async function measureRooms(pages) {
  const rooms = {};
  for (const { name, title, wasm } of variants) {
    if (wasm?.named === undefined) continue;
    rooms[name] = await weighRooms(wasm);
    if (rooms[name] === undefined) {
      show(`By room and crate: left out, because ${wasm.named} is of another build than ${wasm.file}.`);
    } else show(tables.roomsTable(title, rooms[name], pages[name].wasm.gzip));
  }
  return rooms;
}

async function measureBytes() {
  const pages = measurePages();
  show(tables.pagesTable(pages));
  const entry = await measureFeatures();
  show(tables.featuresTable(entry));
  return { pages, entry, rooms: await measureRooms(pages) };
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
