// `keeper.inEffect`: what the core has, beside `keeper.request`, which is what is wanted. What outlives a reload and what other
// tabs see is in tests/keeper/in-effect.test.mjs.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createClient } from "../../dist/index.js";
import { rejected, reply } from "./fleet.mjs";

const first = { sipUri: "sips:pbx.example.com", routeType: "FALLBACK", mobileOriginatingPrefix: "00" };
const second = { sipUri: "sips:other.example.com", routeType: "LOOP" };
const plain = ({ sipUri, routeType, mobileOriginatingPrefix = "" }) => [
  sipUri,
  routeType,
  mobileOriginatingPrefix,
];

/** Granted for as many seconds. */
const granted = (seconds) => reply([8, 1, 26, 2, 8, seconds]);
const unavailable = () => reply(undefined, 14);

const clients = [];
after(() => clients.map((client) => client.close()));
let people = 0;

/** A client whose core answers as `core.answer` says. */
function open(answer = () => granted(100)) {
  const core = { answer, calls: [] };
  const client = createClient({
    baseUrl: "https://api.example.com",
    accessToken: () => "a-token",
    retry: false,
    fetch: async (url, init) => {
      core.calls.push(String(url).split("/").at(-1));
      return core.answer(init);
    },
  });
  clients.push(client);
  people += 1;
  const phoneNumber = `+4799900${String(people).padStart(3, "0")}`;
  return { client, core, keep: (request) => client.keepRegistered({ ...request, phoneNumber }), phoneNumber };
}

const event = (keeper, type) =>
  new Promise((resolve) => keeper.addEventListener(type, resolve, { once: true }));

/** The first `change` that tells of an error. */
const failure = (keeper) =>
  new Promise((resolve) => {
    keeper.addEventListener("change", ({ detail }) => detail.error && resolve(detail));
  });

test("nothing is in effect before the core accepts it, and then what was accepted", async () => {
  const { keep, core, phoneNumber } = open(unavailable);
  const keeper = keep(first);
  assert.equal(keeper.inEffect, undefined);
  const { inEffect } = await failure(keeper);
  assert.equal(inEffect, undefined);
  assert.equal(keeper.inEffect, undefined);
  core.answer = () => granted(100);
  keeper.refresh();
  const { detail } = await event(keeper, "registered");
  assert.deepEqual(plain(keeper.inEffect), plain(first));
  assert.equal(keeper.inEffect.phoneNumber, phoneNumber);
  assert.equal(detail.inEffect, keeper.inEffect);
});

test("an update that fails leaves the old one in effect, also over refreshes, until one succeeds", async () => {
  const { keep, core } = open();
  const keeper = keep(first);
  await event(keeper, "registered");
  const before = keeper.inEffect;
  core.answer = unavailable;
  const failed = failure(keeper);
  await keeper.update({ ...second, phoneNumber: keeper.request.phoneNumber });
  assert.equal((await failed).inEffect, before);
  assert.deepEqual(plain(keeper.request), plain(second));
  assert.equal(keeper.inEffect, before);
  assert.deepEqual(plain(keeper.inEffect), plain(first));
  assert.equal(keeper.lastError?.code, "unavailable");
  // A refresh is another wish for the same.
  await keeper.refresh();
  assert.equal(keeper.inEffect, before);
  core.answer = () => granted(100);
  const { detail } = await event(keeper, "registered");
  assert.deepEqual(plain(detail.inEffect), plain(second));
  assert.deepEqual(plain(keeper.inEffect), plain(second));
});

test("an update that is refused leaves the old one in effect until its time is over, and that is told", async () => {
  const { keep, core } = open(() => granted(2));
  const keeper = keep(first);
  await event(keeper, "registered");
  core.answer = rejected;
  const refused = event(keeper, "rejected");
  await keeper.update({ ...second, phoneNumber: keeper.request.phoneNumber });
  const { detail } = await refused;
  assert.deepEqual(plain(detail.inEffect), plain(first));
  assert.deepEqual([keeper.state, plain(keeper.inEffect)], ["rejected", plain(first)]);
  const told = event(keeper, "change");
  const { detail: later } = await told;
  assert.deepEqual([later.state, later.inEffect], ["rejected", undefined]);
  assert.deepEqual([keeper.state, keeper.inEffect], ["rejected", undefined]);
});

test("what has lapsed is not in effect", async () => {
  const { keep, core } = open(() => granted(2));
  const keeper = keep(first);
  await event(keeper, "registered");
  core.answer = unavailable;
  const { detail } = await event(keeper, "lapsed");
  assert.deepEqual([detail.inEffect, keeper.inEffect], [undefined, undefined]);
  assert.deepEqual(plain(keeper.request), plain(first));
});

test("stopped: deleted is not in effect; left alone, or not deleted, it is until its time is over", async () => {
  const deleted = open();
  const one = deleted.keep(first);
  await event(one, "registered");
  deleted.core.answer = () => reply([8, 1]);
  const gone = event(one, "stopped");
  await one.stop({ delete: true });
  assert.equal((await gone).detail.inEffect, undefined);
  assert.equal(one.inEffect, undefined);

  const failing = open();
  const two = failing.keep(first);
  await event(two, "registered");
  failing.core.answer = unavailable;
  await assert.rejects(two.stop({ delete: true }));
  assert.deepEqual(plain(two.inEffect), plain(first));

  const left = open(() => granted(2));
  const three = left.keep(first);
  await event(three, "registered");
  await three.stop();
  assert.deepEqual(plain(three.inEffect), plain(first));
  await new Promise((resolve) => setTimeout(resolve, 2100));
  assert.equal(three.inEffect, undefined);
});
