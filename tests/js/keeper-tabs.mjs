// What tests share in which keepers of both builds have one core and one store: tabs, and what the core was told of each number.

import assert from "node:assert/strict";
import { openDatabase } from "./database.mjs";
import { listen, scriptedCore, until } from "./scripted-core.mjs";
import { builds } from "./two-builds.mjs";

const { records } = openDatabase();
const TTL_SECONDS = 4;
export const TTL_MS = TTL_SECONDS * 1000;
export const number = "+4799900001";
export const atA = { sipUri: "sips:a.example.com", routeType: "LOOP", phoneNumber: number };
export const forkAtA = { ...atA, routeType: "FORK" };
export const atB = { ...atA, sipUri: "sips:b.example.com" };

/** What a request wants of the core: each build has its own defaults for what was not given. */
export const wanted = ({ sipUri, routeType, phoneNumber }) => ({ sipUri, routeType, phoneNumber });

let owners = 0;

/** One core, and tabs of both builds for one owner. The end of the test closes them. */
export function scene(t, options) {
  const core = scriptedCore({ ttlSeconds: TTL_SECONDS, delay: () => 20, ...options });
  t.after(() => core.close());
  const keeping = { owner: `tenant-${++owners}` };
  /** The core's log says which build has called. */
  const tab = (build, more) => {
    const client = core.client({ keeping, accessToken: () => build, ...more }, builds[build].createClient);
    return { build, client };
  };
  const stored = (kind, key = number) => {
    const name = `sipbreakout/${kind}/supplied%2F${keeping.owner}/${encodeURIComponent(core.url)}/v1/${key}`;
    return records.get(name);
  };
  /** Holds the lock of who leads, as a tab that hangs, until it is taken away. */
  const hang = () => {
    const name = `sipbreakout/keeper/supplied%2F${keeping.owner}/${encodeURIComponent(core.url)}/v1/`;
    return new Promise((holds) => {
      const hold = () => {
        holds();
        return new Promise(() => {});
      };
      navigator.locks.request(name, hold).catch(() => {});
    });
  };
  return { core, tab, stored, hang };
}

export const isSame = (one, other) => one?.sipUri === other.sipUri && one.routeType === other.routeType;
const isRegistered = (keeper, request) => keeper.state === "registered" && isSame(keeper.request, request);

/** Waits until the keepers and the core have the same. */
export const agree = (core, keepers, request) =>
  until(`everybody has ${JSON.stringify(request)}`, () => {
    const isAtCore = isSame(core.registrations.get(request.phoneNumber), request);
    return isAtCore && keepers.every((keeper) => isRegistered(keeper, request));
  });

/** The first tab keeps `request`, and the second resumes it. */
export async function bothKeep({ core, tab }, [first, second], request = atA) {
  const [one, other] = [tab(first), tab(second)];
  one.keeper = one.client.keepRegistered(request);
  await until("the first one leads", () => one.keeper.isLeading && one.keeper.state === "registered");
  [other.keeper] = await other.client.resumeKeepers();
  await agree(core, [one.keeper, other.keeper], request);
  for (const each of [one, other]) each.told = listen(each.keeper);
  return [one, other];
}

/** At no time two calls for one number are under way, and none came too late. */
export function judge(core, phoneNumber = number) {
  const calls = core.calls.filter((call) => call.phoneNumber === phoneNumber);
  for (const [index, call] of calls.entries()) {
    const last = calls[index - 1];
    if (!last) continue;
    assert.ok(call.startedAt >= last.endedAt, `two at once: ${JSON.stringify([last, call])}`);
  }
  // Who is closed in the middle of a call ends it on its way.
  const arrived = calls.filter(({ arrivedAt }) => arrivedAt !== undefined);
  for (const [index, call] of arrived.entries()) {
    const last = arrived[index - 1];
    if (last?.method !== "UpsertRegistration") continue;
    const sinceMs = call.arrivedAt - last.arrivedAt;
    assert.ok(sinceMs < core.ttlMs, `a lapse: ${sinceMs} ms between two calls`);
  }
}

/** Waits until the core was told of the number so often more by the tab. */
export async function tells(core, { build }, times = 1, ms = times * TTL_MS) {
  const count = () => core.calls.filter(({ token, isAnswered }) => token === build && isAnswered).length;
  const before = count();
  await until(`the ${build} one tells the core`, () => count() >= before + times, ms);
}

export const isStopped = ({ keeper }) => keeper.state === "stopped";
