// The last wish wins: whatever a page asks of the keepers of one number, and in whatever order and time, what it asked last is
// what becomes of the number. In one process, against a scripted core. Deletions are in keeper-deletions.test.mjs.

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
  timesStopped,
} from "./keeper-wishes.mjs";
import { listen, pause, until } from "./scripted-core.mjs";

/** Where the calls are when the page says the next thing. */
const moments = {
  "before anything is sent": () => {},
  "while the first call is under way": (core) => until("a call", () => core.calls.length > 0),
  "when it is registered": (_core, keeper) => until("registered", () => keeper.state === "registered"),
};

describe("stop() and then keepRegistered() for the same number", { concurrency: 16 }, () => {
  for (const [kind, options] of Object.entries(clients)) {
    for (const [moment, waitFor] of Object.entries(moments)) {
      for (const gap of Object.keys(gaps)) {
        for (const [what, next] of Object.entries({ same: atA, "other route": forkAtA, "other PBX": atB })) {
          test(`${kind}, ${moment}, ${gap}, ${what}`, async (t) => {
            const { core, client } = scene(t, options());
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
          });
        }
      }
    }
  }
});

describe("other orders", { concurrency: 16 }, () => {
  for (const [kind, options] of Object.entries(clients)) {
    const begin = (t) => scene(t, options());

    test(`${kind}: made, stopped, made, stopped, made: one upsert, and it stays`, async (t) => {
      const { core, client } = begin(t);
      const leaving = [client.keepRegistered(atA), client.keepRegistered(atA)];
      const told = leaving.map(listen);
      for (const keeper of leaving) keeper.stop();
      const last = client.keepRegistered(atA);
      await staysKept({ core, client }, last, atA);
      assert.equal(core.told(number).length, 2, "registered once, and refreshed once");
      assert.deepEqual(told.map(timesStopped), [1, 1]);
    });

    test(`${kind}: a React effect whose request changes again and again`, async (t) => {
      const { core, client } = begin(t);
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
    });

    test(`${kind}: stop() of several, and one of them made anew`, async (t) => {
      const { core, client } = begin(t);
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
    });

    test(`${kind}: of two keepers one is stopped, and the number is kept until the other is`, async (t) => {
      const { core, client } = begin(t);
      const [one, other] = [client.keepRegistered(atA), client.keepRegistered(atA)];
      await until("registered", () => other.state === "registered");
      one.stop();
      await staysKept({ core, client }, other, atA);
      await other.stop();
      const calls = core.calls.length;
      await pause(REFRESH_MS);
      assert.equal(core.calls.length, calls);
    });

    test(`${kind}: an update after stop() changes nothing`, async (t) => {
      const { core, client } = begin(t);
      const keeper = client.keepRegistered(atA);
      await until("registered", () => keeper.state === "registered");
      const stopping = keeper.stop();
      await Promise.all([stopping, keeper.update(atB), keeper.refresh()]);
      await pause(REFRESH_MS);
      assert.deepEqual(core.told(number), ["LOOP sips:a.example.com"]);
      assert.equal(keeper.state, "stopped");
    });

    test(`${kind}: an update of the new keeper, in the tick of stop()`, async (t) => {
      const { core, client } = begin(t);
      const first = client.keepRegistered(atA);
      await until("registered", () => first.state === "registered");
      first.stop();
      const second = client.keepRegistered(forkAtA);
      second.update(atB);
      await staysKept({ core, client }, second, atB);
    });

    test(`${kind}: keepRegistered(), stop() and nothing more: the core is told of nothing later`, async (t) => {
      const { core, client } = begin(t);
      const keeper = client.keepRegistered(atA);
      const told = listen(keeper);
      await keeper.stop();
      await pause(REFRESH_MS + 500);
      assert.ok(core.calls.length <= 1);
      assert.deepEqual([told, client.keepers], [["stopped"], []]);
    });

    test(`${kind}: resumeKeepers() in between finds what is wanted`, async (t) => {
      const { core, client } = begin(t);
      const first = client.keepRegistered(atA);
      await until("registered", () => first.state === "registered");
      first.stop();
      const resuming = client.resumeKeepers();
      const second = client.keepRegistered(atB);
      await resuming;
      await staysKept({ core, client }, second, atB);
      assert.deepEqual(client.keepers, [second]);
    });
  }

  test("the number that the token is for, which the request leaves out", async (t) => {
    const { core, client } = scene(t, {});
    const [loop, fork] = ["LOOP", "FORK"].map((routeType) => ({ sipUri: atA.sipUri, routeType }));
    const first = client.keepRegistered(loop);
    await until("registered", () => first.state === "registered");
    first.stop();
    const second = client.keepRegistered(fork);
    await staysKept({ core, client }, second, { ...fork, phoneNumber: "own" });
  });

  test("a wrong request in between ends by itself, and nothing else", async (t) => {
    const { core, client } = scene(t, {});
    const first = client.keepRegistered(atA);
    await until("registered", () => first.state === "registered");
    first.stop();
    const wrong = client.keepRegistered({ ...atA, sipUri: "sip:a.example.com" });
    const second = client.keepRegistered(forkAtA);
    await staysKept({ core, client }, second, forkAtA);
    assert.deepEqual([wrong.state, wrong.lastError?.code], ["stopped", "invalid_input"]);
  });
});
