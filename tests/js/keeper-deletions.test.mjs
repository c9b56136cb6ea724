// stop({ delete: true }): when it is done, what it says when it fails, and that what the page wishes afterwards wins. In one
// process, against a scripted core.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  atA,
  atB,
  clients,
  forkAtA,
  gaps,
  number,
  REFRESH_MS,
  scene,
  staysKept,
  TTL_SECONDS,
  timesStopped,
} from "./keeper-wishes.mjs";
import { listen, outcome, pause, refusingDeletions, until } from "./scripted-core.mjs";

describe("stop({ delete: true }) and then keepRegistered()", { concurrency: 16 }, () => {
  for (const [kind, options] of Object.entries(clients)) {
    for (const gap of Object.keys(gaps)) {
      for (const [what, next] of Object.entries({ same: atA, "other route": forkAtA, "other PBX": atB })) {
        test(`${kind}, ${gap}, ${what}`, async (t) => {
          const { core, client } = scene(t, options());
          const first = client.keepRegistered(atA);
          const told = listen(first);
          await until("registered", () => first.state === "registered");
          await pause(1100);
          const stopping = outcome(first.stop({ delete: true }));
          if (gaps[gap]) await gaps[gap]();
          const second = client.keepRegistered(next);
          const came = await stopping;
          // It says what happened: if the core was told to delete it, it is deleted.
          const wasDeleted = core.told(number).includes(`delete ${atA.sipUri}`);
          assert.equal(came, wasDeleted ? "done" : "superseded");
          await staysKept({ core, client }, second, next);
          assert.equal(timesStopped(told), 1);
          assert.deepEqual(client.keepers, [second]);
        });
      }
    }
  }

  for (const [kind, options] of Object.entries(clients)) {
    test(`${kind}: while the core deletes it`, async (t) => {
      const { core, client } = scene(t, options());
      const first = client.keepRegistered(atA);
      await until("registered", () => first.state === "registered");
      core.delay = () => 200;
      const stopping = outcome(first.stop({ delete: true }));
      await until("it is told to delete", () => core.told(number).includes(`delete ${atA.sipUri}`));
      const second = client.keepRegistered(forkAtA);
      assert.equal(await stopping, "done");
      core.delay = () => 10;
      await staysKept({ core, client }, second, forkAtA);
    });
  }
});

describe("stop({ delete: true }) is done when the core has deleted it", { concurrency: 16 }, () => {
  const stories = {
    "registered by upsertRegistration before": async ({ client }) => {
      await client.upsertRegistration(forkAtA);
      return [client.keepRegistered(atA).stop({ delete: true })];
    },
    "kept, and registered otherwise by upsertRegistration": async ({ client, kept }) => {
      const keeper = await kept(atA);
      await client.upsertRegistration(forkAtA);
      return [keeper.stop({ delete: true })];
    },
    "an upsertRegistration is under way": async ({ client, kept }) => {
      const keeper = await kept(atA);
      client.upsertRegistration(forkAtA);
      return [keeper.stop({ delete: true })];
    },
    "another keeper wants another route": async ({ client, kept }) => {
      const keeper = await kept(atA);
      client.keepRegistered(forkAtA);
      return [keeper.stop({ delete: true })];
    },
    "two keepers, the first stops": async ({ kept }) => {
      const keeper = await kept(atA);
      await kept(forkAtA);
      return [keeper.stop({ delete: true })];
    },
    "two keepers, both stop": async ({ kept }) => {
      const keepers = [await kept(atA), await kept(forkAtA)];
      return keepers.map((keeper) => keeper.stop({ delete: true }));
    },
    "asked twice": async ({ kept }) => {
      const keeper = await kept(atA);
      return [keeper.stop({ delete: true }), keeper.stop({ delete: true })];
    },
    "after stop()": async ({ kept }) => {
      const keeper = await kept(atA);
      return [keeper.stop(), keeper.stop({ delete: true })];
    },
    "before stop()": async ({ kept }) => {
      const keeper = await kept(atA);
      return [keeper.stop({ delete: true }), keeper.stop()];
    },
    "after an update to another route": async ({ kept }) => {
      const keeper = await kept(atA);
      return [keeper.update(forkAtA), keeper.stop({ delete: true })];
    },
    "after stop(), keepRegistered()": async ({ client, kept }) => {
      const keeper = await kept(atA);
      const stopping = keeper.stop();
      return [stopping, client.keepRegistered(forkAtA).stop({ delete: true })];
    },
  };
  for (const [kind, options] of Object.entries(clients)) {
    for (const [story, tell] of Object.entries(stories)) {
      test(`${kind}: ${story}`, async (t) => {
        const { core, client } = scene(t, options());
        const kept = async (request) => {
          const keeper = client.keepRegistered(request);
          await until("registered", () => keeper.state === "registered");
          return keeper;
        };
        const told = client.keepers.map(listen);
        await Promise.all(await tell({ client, kept }));
        assert.equal(core.registrations.get(number), undefined);
        assert.deepEqual(client.keepers, []);
        const calls = core.calls.length;
        await pause(REFRESH_MS);
        assert.equal(core.calls.length, calls, "and it stays so");
        assert.ok(told.every((types) => timesStopped(types) === 1));
      });
    }
  }
});

describe("stop({ delete: true }) and then upsertRegistration()", { concurrency: 16 }, () => {
  for (const [kind, options] of Object.entries(clients)) {
    for (const gap of Object.keys(gaps)) {
      for (const ageMs of [0, 1100]) {
        test(`${kind}, ${gap}, ${ageMs ? "of an older" : "of a fresh"} registration: it is registered`, async (t) => {
          const { core, client } = scene(t, options());
          const keeper = client.keepRegistered(atA);
          await until("registered", () => keeper.state === "registered");
          await pause(ageMs);
          const stopping = outcome(keeper.stop({ delete: true }));
          if (gaps[gap]) await gaps[gap]();
          await client.upsertRegistration(forkAtA);
          const came = await stopping;
          const wasDeleted = core.told(number).includes(`delete ${atA.sipUri}`);
          assert.equal(came, wasDeleted ? "done" : "superseded");
          await pause(1500);
          assert.equal(core.registrations.get(number)?.routeType, "FORK");
          assert.deepEqual(client.keepers, []);
        });
      }
    }
  }
});

describe("a deletion that fails", { concurrency: 16 }, () => {
  const begin = async (t) => {
    const { core, client } = scene(t, { retry: false });
    const keeper = client.keepRegistered(atA);
    const told = listen(keeper);
    await until("registered", () => keeper.state === "registered");
    return { core, client, keeper, told };
  };

  test("it is told, and made again until the core has said yes", async (t) => {
    const { core, client, keeper, told } = await begin(t);
    core.answer = refusingDeletions(14);
    assert.equal(await outcome(keeper.stop({ delete: true })), "unavailable");
    assert.deepEqual([keeper.state, client.keepers.length], ["stopped", 0]);
    core.answer = () => undefined;
    await until("it is deleted", () => core.registrations.size === 0, 3000);
    assert.equal(timesStopped(told), 1);
    assert.deepEqual(await client.resumeKeepers(), []);
  });

  test("or until the registration's time is over", async (t) => {
    const { core, keeper } = await begin(t);
    core.answer = refusingDeletions(14);
    assert.equal(await outcome(keeper.stop({ delete: true })), "unavailable");
    await pause(TTL_SECONDS * 1000 + 2000);
    const calls = core.calls.length;
    await pause(3000);
    assert.equal(core.calls.length, calls);
  });

  test("not if the core does not want it", async (t) => {
    const { core, keeper } = await begin(t);
    core.answer = refusingDeletions(7);
    assert.equal(await outcome(keeper.stop({ delete: true })), "permission_denied");
    await pause(2500);
    assert.equal(core.calls.length, 2);
  });

  test("nor if the number is kept again, or registered by a call of the page's own", async (t) => {
    for (const again of ["keepRegistered", "upsertRegistration"]) {
      const { core, client, keeper } = await begin(t);
      core.answer = refusingDeletions(14);
      assert.equal(await outcome(keeper.stop({ delete: true })), "unavailable");
      core.answer = () => undefined;
      const made = client[again](forkAtA);
      await until("the core has it", () => core.registrations.get(number)?.routeType === "FORK");
      await pause(2000);
      assert.equal(core.registrations.get(number)?.routeType, "FORK");
      if (again === "keepRegistered") assert.equal(made.state, "registered");
      assert.equal(core.told(number).filter((told) => told.startsWith("delete")).length, 1);
    }
  });

  test("what the core has is deleted, not what it was never told of", async (t) => {
    const { core, keeper } = await begin(t);
    keeper.update(atB);
    await keeper.stop({ delete: true });
    assert.equal(core.registrations.size, 0);
  });
});
