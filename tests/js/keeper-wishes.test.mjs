// The last wish wins: whatever a page asks of the keepers of one number, and in whatever order and time, what it asked last is
// what becomes of the number. In one process, against a scripted core.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { reply } from "./fleet.mjs";
import { listen, pause, scriptedCore, until } from "./scripted-core.mjs";

const number = "+4799900001";
const atA = { sipUri: "sips:a.example.com", routeType: "LOOP", phoneNumber: number };
const forkAtA = { ...atA, routeType: "FORK" };
const atB = { sipUri: "sips:b.example.com", routeType: "LOOP", phoneNumber: number };
const TTL_SECONDS = 3;
const REFRESH_MS = 0.85 * TTL_SECONDS * 1000;

/** How far apart the page says two things. */
const gaps = {
  "in one tick": undefined,
  "one turn apart": () => Promise.resolve(),
  "one task apart": () => new Promise(setImmediate),
  "several tasks apart": () => pause(5),
  "a while apart": () => pause(60),
};

let owners = 0;
/** Whose the tokens are: nobody says, or somebody's. */
const clients = {
  "tokens without an owner": () => ({}),
  "tokens with an owner": () => ({ keeping: { owner: `tenant-${process.pid}-${++owners}` } }),
};
/** Where the calls are when the page says the next thing. */
const moments = {
  "before anything is sent": () => {},
  "while the first call is under way": (core) => until("a call", () => core.calls.length > 0),
  "when it is registered": (_core, keeper) => until("registered", () => keeper.state === "registered"),
};

function scene(options) {
  const core = scriptedCore({ ttlSeconds: TTL_SECONDS, delay: () => 10 });
  return { core, client: core.client(options) };
}

/** It is registered as `request` says, stays so, and is refreshed. */
async function staysKept({ core, client }, keeper, request) {
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

const timesStopped = (told) => told.filter((type) => type === "stopped").length;

const outcome = (promise) =>
  promise.then(
    () => "done",
    (error) => error.code,
  );

describe("stop() and then keepRegistered() for the same number", { concurrency: 16 }, () => {
  for (const [kind, options] of Object.entries(clients)) {
    for (const [moment, waitFor] of Object.entries(moments)) {
      for (const gap of Object.keys(gaps)) {
        for (const [what, next] of Object.entries({ same: atA, "other route": forkAtA, "other PBX": atB })) {
          test(`${kind}, ${moment}, ${gap}, ${what}`, async () => {
            const { core, client } = scene(options());
            try {
              const first = client.keepRegistered(atA);
              const told = listen(first);
              if (moment !== "before anything is sent") await waitFor(core, first);
              const stopping = first.stop();
              if (gaps[gap]) await gaps[gap]();
              const second = client.keepRegistered(next);
              await stopping;
              await staysKept({ core, client }, second, next);
              assert.equal(timesStopped(told), 1);
              assert.deepEqual(client.keepers, [second]);
              assert.equal(core.calls.filter(({ method }) => method === "DeleteRegistration").length, 0);
            } finally {
              core.close();
            }
          });
        }
      }
    }
  }
});

describe("stop({ delete: true }) and then keepRegistered()", { concurrency: 16 }, () => {
  for (const [kind, options] of Object.entries(clients)) {
    for (const gap of Object.keys(gaps)) {
      for (const [what, next] of Object.entries({ same: atA, "other route": forkAtA, "other PBX": atB })) {
        test(`${kind}, ${gap}, ${what}`, async () => {
          const { core, client } = scene(options());
          try {
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
          } finally {
            core.close();
          }
        });
      }
    }
  }

  for (const [kind, options] of Object.entries(clients)) {
    test(`${kind}: while the core deletes it`, async () => {
      const { core, client } = scene(options());
      try {
        const first = client.keepRegistered(atA);
        await until("registered", () => first.state === "registered");
        core.delay = () => 200;
        const stopping = outcome(first.stop({ delete: true }));
        await until("it is told to delete", () => core.told(number).includes(`delete ${atA.sipUri}`));
        const second = client.keepRegistered(forkAtA);
        assert.equal(await stopping, "done");
        core.delay = () => 10;
        await staysKept({ core, client }, second, forkAtA);
      } finally {
        core.close();
      }
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
      test(`${kind}: ${story}`, async () => {
        const { core, client } = scene(options());
        const kept = async (request) => {
          const keeper = client.keepRegistered(request);
          await until("registered", () => keeper.state === "registered");
          return keeper;
        };
        try {
          const told = client.keepers.map(listen);
          await Promise.all(await tell({ client, kept }));
          assert.equal(core.registrations.get(number), undefined);
          assert.deepEqual(client.keepers, []);
          const calls = core.calls.length;
          await pause(REFRESH_MS);
          assert.equal(core.calls.length, calls, "and it stays so");
          assert.ok(told.every((types) => timesStopped(types) === 1));
        } finally {
          core.close();
        }
      });
    }
  }
});

describe("stop({ delete: true }) and then upsertRegistration()", { concurrency: 16 }, () => {
  for (const [kind, options] of Object.entries(clients)) {
    for (const gap of Object.keys(gaps)) {
      for (const ageMs of [0, 1100]) {
        test(`${kind}, ${gap}, ${ageMs ? "of an older" : "of a fresh"} registration: it is registered`, async () => {
          const { core, client } = scene(options());
          try {
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
          } finally {
            core.close();
          }
        });
      }
    }
  }
});

describe("a deletion that fails", { concurrency: 16 }, () => {
  const begin = async () => {
    const { core, client } = scene({ retry: false });
    const keeper = client.keepRegistered(atA);
    const told = listen(keeper);
    await until("registered", () => keeper.state === "registered");
    return { core, client, keeper, told };
  };
  const failing = ({ method }, status) => (method === "DeleteRegistration" ? reply(null, status) : undefined);

  test("it is told, and made again until the core has said yes", async () => {
    const { core, client, keeper, told } = await begin();
    try {
      core.answer = (call) => failing(call, 14);
      assert.equal(await outcome(keeper.stop({ delete: true })), "unavailable");
      assert.deepEqual([keeper.state, client.keepers.length], ["stopped", 0]);
      core.answer = () => undefined;
      await until("it is deleted", () => core.registrations.size === 0, 3000);
      assert.equal(timesStopped(told), 1);
      assert.deepEqual(await client.resumeKeepers(), []);
    } finally {
      core.close();
    }
  });

  test("or until the registration's time is over", async () => {
    const { core, keeper } = await begin();
    try {
      core.answer = (call) => failing(call, 14);
      assert.equal(await outcome(keeper.stop({ delete: true })), "unavailable");
      await pause(TTL_SECONDS * 1000 + 2000);
      const calls = core.calls.length;
      await pause(3000);
      assert.equal(core.calls.length, calls);
    } finally {
      core.close();
    }
  });

  test("not if the core does not want it", async () => {
    const { core, keeper } = await begin();
    try {
      core.answer = (call) => failing(call, 7);
      assert.equal(await outcome(keeper.stop({ delete: true })), "permission_denied");
      await pause(2500);
      assert.equal(core.calls.length, 2);
    } finally {
      core.close();
    }
  });

  test("nor if the number is kept again, or registered by a call of the page's own", async () => {
    for (const again of ["keepRegistered", "upsertRegistration"]) {
      const { core, client, keeper } = await begin();
      try {
        core.answer = (call) => failing(call, 14);
        assert.equal(await outcome(keeper.stop({ delete: true })), "unavailable");
        core.answer = () => undefined;
        const made = client[again](forkAtA);
        await until("the core has it", () => core.registrations.get(number)?.routeType === "FORK");
        await pause(2000);
        assert.equal(core.registrations.get(number)?.routeType, "FORK");
        if (again === "keepRegistered") assert.equal(made.state, "registered");
        assert.equal(core.told(number).filter((told) => told.startsWith("delete")).length, 1);
      } finally {
        core.close();
      }
    }
  });

  test("what the core has is deleted, not what it was never told of", async () => {
    const { core, keeper } = await begin();
    try {
      keeper.update(atB);
      await keeper.stop({ delete: true });
      assert.equal(core.registrations.size, 0);
    } finally {
      core.close();
    }
  });
});

describe("other orders", { concurrency: 16 }, () => {
  for (const [kind, options] of Object.entries(clients)) {
    const begin = () => scene(options());

    test(`${kind}: made, stopped, made, stopped, made: one upsert, and it stays`, async () => {
      const { core, client } = begin();
      try {
        const leaving = [client.keepRegistered(atA), client.keepRegistered(atA)];
        const told = leaving.map(listen);
        for (const keeper of leaving) keeper.stop();
        const last = client.keepRegistered(atA);
        await staysKept({ core, client }, last, atA);
        assert.equal(core.told(number).length, 2, "registered once, and refreshed once");
        assert.deepEqual(told.map(timesStopped), [1, 1]);
      } finally {
        core.close();
      }
    });

    test(`${kind}: a React effect whose request changes again and again`, async () => {
      const { core, client } = begin();
      try {
        let keeper = client.keepRegistered(atA);
        const all = [listen(keeper)];
        const requests = [atB, forkAtA, atA, atB, forkAtA];
        for (const request of requests) {
          keeper.stop();
          keeper = client.keepRegistered(request);
          all.push(listen(keeper));
          await pause(Math.random() * 30);
        }
        await staysKept({ core, client }, keeper, forkAtA);
        assert.deepEqual(all.map(timesStopped), [1, 1, 1, 1, 1, 0]);
      } finally {
        core.close();
      }
    });

    test(`${kind}: stop() of several, and one of them made anew`, async () => {
      const { core, client } = begin();
      try {
        const numbers = [0, 1, 2, 3].map((digit) => `+479990001${digit}`);
        const keepers = numbers.map((phoneNumber) => client.keepRegistered({ ...atA, phoneNumber }));
        await until("all are registered", () => keepers.every(({ state }) => state === "registered"));
        for (const keeper of keepers) keeper.stop();
        const again = client.keepRegistered({ ...atB, phoneNumber: numbers[2] });
        await staysKept({ core, client }, again, { ...atB, phoneNumber: numbers[2] });
        assert.deepEqual(client.keepers, [again]);
        for (const phoneNumber of [numbers[0], numbers[1], numbers[3]]) {
          assert.equal(core.told(phoneNumber).length, 1, "nobody else is told again");
        }
      } finally {
        core.close();
      }
    });

    test(`${kind}: of two keepers one is stopped, and the number is kept until the other is`, async () => {
      const { core, client } = begin();
      try {
        const [one, other] = [client.keepRegistered(atA), client.keepRegistered(atA)];
        await until("registered", () => other.state === "registered");
        one.stop();
        await staysKept({ core, client }, other, atA);
        await other.stop();
        const calls = core.calls.length;
        await pause(REFRESH_MS);
        assert.equal(core.calls.length, calls);
      } finally {
        core.close();
      }
    });

    test(`${kind}: an update after stop() changes nothing`, async () => {
      const { core, client } = begin();
      try {
        const keeper = client.keepRegistered(atA);
        await until("registered", () => keeper.state === "registered");
        const stopping = keeper.stop();
        await Promise.all([stopping, keeper.update(atB), keeper.refresh()]);
        await pause(REFRESH_MS);
        assert.deepEqual(core.told(number), ["LOOP sips:a.example.com"]);
        assert.equal(keeper.state, "stopped");
      } finally {
        core.close();
      }
    });

    test(`${kind}: an update of the new keeper, in the tick of stop()`, async () => {
      const { core, client } = begin();
      try {
        const first = client.keepRegistered(atA);
        await until("registered", () => first.state === "registered");
        first.stop();
        const second = client.keepRegistered(forkAtA);
        second.update(atB);
        await staysKept({ core, client }, second, atB);
      } finally {
        core.close();
      }
    });

    test(`${kind}: keepRegistered(), stop() and nothing more: the core is told of nothing later`, async () => {
      const { core, client } = begin();
      try {
        const keeper = client.keepRegistered(atA);
        const told = listen(keeper);
        await keeper.stop();
        await pause(REFRESH_MS + 500);
        assert.ok(core.calls.length <= 1);
        assert.deepEqual([told, client.keepers], [["stopped"], []]);
      } finally {
        core.close();
      }
    });

    test(`${kind}: resumeKeepers() in between finds what is wanted`, async () => {
      const { core, client } = begin();
      try {
        const first = client.keepRegistered(atA);
        await until("registered", () => first.state === "registered");
        first.stop();
        const resuming = client.resumeKeepers();
        const second = client.keepRegistered(atB);
        await resuming;
        await staysKept({ core, client }, second, atB);
        assert.deepEqual(client.keepers, [second]);
      } finally {
        core.close();
      }
    });
  }

  test("the number that the token is for, which the request leaves out", async () => {
    const { core, client } = scene({});
    const [loop, fork] = ["LOOP", "FORK"].map((routeType) => ({ sipUri: atA.sipUri, routeType }));
    try {
      const first = client.keepRegistered(loop);
      await until("registered", () => first.state === "registered");
      first.stop();
      const second = client.keepRegistered(fork);
      await staysKept({ core, client }, second, { ...fork, phoneNumber: "own" });
    } finally {
      core.close();
    }
  });

  test("a wrong request in between ends by itself, and nothing else", async () => {
    const { core, client } = scene({});
    try {
      const first = client.keepRegistered(atA);
      await until("registered", () => first.state === "registered");
      first.stop();
      const wrong = client.keepRegistered({ ...atA, sipUri: "sip:a.example.com" });
      const second = client.keepRegistered(forkAtA);
      await staysKept({ core, client }, second, forkAtA);
      assert.deepEqual([wrong.state, wrong.lastError?.code], ["stopped", "invalid_input"]);
    } finally {
      core.close();
    }
  });
});
