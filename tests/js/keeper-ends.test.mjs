// What those who wait for a keeper's end are told.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { scriptedCore, until } from "./scripted-core.mjs";

const cores = [];
after(() => {
  for (const core of cores) core.close();
});

test("a client that is closed in the middle of many deletions says so to each", async () => {
  const core = scriptedCore({ delay: ({ method }) => (method === "DeleteRegistration" ? 2000 : 0) });
  cores.push(core);
  const client = core.client({ keeping: { maxPerSecond: 200 } });
  const numbers = Array.from({ length: 100 }, (_, index) => `+47999${10_000 + index}`);
  const keepers = numbers.map((phoneNumber) =>
    client.keepRegistered({ sipUri: "sips:a.example", routeType: "LOOP", phoneNumber }),
  );
  await until("all are registered", () => keepers.every(({ state }) => state === "registered"), 15_000);
  const stops = keepers.map((keeper) => keeper.stop({ delete: true }));
  const codes = stops.map((stop) =>
    stop.then(
      () => "deleted",
      ({ code }) => code,
    ),
  );
  await until("some are being deleted", () =>
    core.calls.some(({ method }) => method === "DeleteRegistration"),
  );
  client.close();
  assert.deepEqual([...new Set(await Promise.all(codes))], ["cancelled"]);
});

test("a deletion that is asked for after close() is not made, and is not said to be", async () => {
  const core = scriptedCore();
  cores.push(core);
  const client = core.client();
  const request = { sipUri: "sips:a.example", routeType: "LOOP", phoneNumber: "+4799910000" };
  const keeper = client.keepRegistered(request);
  await until("it is registered", () => keeper.state === "registered");
  client.close();
  await assert.rejects(keeper.stop({ delete: true }), { name: "RpcError", code: "cancelled" });
  await keeper.stop();
  assert.equal(
    core.calls.some(({ method }) => method === "DeleteRegistration"),
    false,
  );
});
