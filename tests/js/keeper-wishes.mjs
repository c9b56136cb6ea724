// What tests of keepers share in which a page wishes one thing and then another: the wishes, how far apart they are, and a core.

import assert from "node:assert/strict";
import { listen, pause, scriptedCore, until } from "./scripted-core.mjs";

export const number = "+4799900001";
export const atA = { sipUri: "sips:a.example.com", routeType: "LOOP", phoneNumber: number };
export const forkAtA = { ...atA, routeType: "FORK" };
export const atB = { sipUri: "sips:b.example.com", routeType: "LOOP", phoneNumber: number };
export const TTL_SECONDS = 3;
export const REFRESH_MS = 0.85 * TTL_SECONDS * 1000;

/** How far apart the page says two things. */
export const gaps = {
  "in one tick": undefined,
  "one turn apart": () => Promise.resolve(),
  "one task apart": () => new Promise(setImmediate),
  "several tasks apart": () => pause(5),
  "a while apart": () => pause(60),
};

let owners = 0;
/** Whose the tokens are: nobody says, or somebody's. */
export const clients = {
  "tokens without an owner": () => ({}),
  "tokens with an owner": () => ({ keeping: { owner: `tenant-${process.pid}-${++owners}` } }),
};

/** A core, and a client of it; the end of the test closes both. */
export function scene(t, options) {
  const core = scriptedCore({ ttlSeconds: TTL_SECONDS, delay: () => 10 });
  t.after(() => core.close());
  return { core, client: core.client(options) };
}

/** It is registered as `request` says, stays so, and is refreshed. */
export async function staysKept({ core, client }, keeper, request) {
  const told = listen(keeper);
  const { phoneNumber, sipUri, routeType } = request;
  await until("the core has it", () => {
    const has = core.registrations.get(phoneNumber);
    return has?.sipUri === sipUri && has.routeType === routeType;
  });
  await until("registered", () => keeper.state === "registered");
  await pause(50);
  const calls = core.told(phoneNumber).length;
  await until("it is told again", () => core.told(phoneNumber).length > calls, REFRESH_MS + 1500);
  await pause(100);
  assert.deepEqual(core.told(phoneNumber).slice(calls), [`${routeType} ${sipUri}`]);
  await until("registered still", () => keeper.state === "registered");
  assert.ok(client.keepers.includes(keeper));
  assert.ok(!told.includes("stopped"));
}

export const timesStopped = (told) => told.filter((type) => type === "stopped").length;
