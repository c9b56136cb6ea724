// Keepers of a person who is signed in, in a tab of commit 67c785b beside one of this build: what is kept is the person's in both.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { agree, atA, isStopped, judge, number, scene } from "./keeper-tabs.mjs";
import { createPeople } from "./people.mjs";
import { pause, until } from "./scripted-core.mjs";
import { openBrowser } from "./traces.mjs";
import { builds, orders, skip } from "./two-builds.mjs";

const ada = "+4799900001";
const bob = "+4799900002";

/** The first tab, in which somebody is signed in and keeps the number, and the second, which resumes it. */
async function signedIn(t, [first, second]) {
  openBrowser();
  const people = createPeople();
  const on = scene(t);
  const tab = (build) => {
    const auth = builds[build].createAuth(people.options({ storage: "local", autoRefresh: false }));
    const whose = { auth, accessToken: undefined, keeping: undefined };
    return { ...on.tab(build, whose), auth };
  };
  const one = tab(first);
  await people.signIn(one.auth, ada);
  one.keeper = one.client.keepRegistered(atA);
  await until("registered", () => one.keeper.state === "registered" && one.keeper.isLeading);
  const other = tab(second);
  [other.keeper] = await other.client.resumeKeepers();
  const both = [one, other];
  await agree(on.core, [one.keeper, other.keeper], atA);
  return { on, people, both, one, other, tab };
}

const tokens = (core) => new Set(core.calls.map(({ token }) => token.replace(/-\d+$/, "")));

describe("a person's keepers beside a tab of the old build", { skip }, () => {
  for (const order of orders) {
    describe(`${order[0]}, then ${order[1]}`, () => {
      test("are the same in both, and go on when the first tab is closed", async (t) => {
        const { on, one, other } = await signedIn(t, order);
        assert.deepEqual([one.keeper.isLeading, other.keeper.isLeading], [true, false]);
        one.client.close();
        await until("the other one leads", () => other.keeper.isLeading);
        const calls = on.core.calls.length;
        await until("it tells the core", () => on.core.calls.length >= calls + 2, 8000);
        judge(on.core);
        assert.equal(other.keeper.state, "registered");
      });

      for (const which of [0, 1]) {
        test(`end in both when the person signs out in the ${which ? "second" : "first"} tab`, async (t) => {
          const { on, both } = await signedIn(t, order);
          await both[which].auth.signOut({ localOnly: true });
          await until("both have ended", () => both.every(isStopped));
          await pause(4000);
          assert.deepEqual(on.core.told(number), ["LOOP sips:a.example.com"]);
        });

        test(`are deleted once, by a sign-out in the ${which ? "second" : "first"} tab that says so`, async (t) => {
          const { on, both } = await signedIn(t, order);
          await both[which].auth.signOut({ localOnly: true, deleteRegistrations: true });
          await until("both have ended", () => both.every(isStopped));
          await pause(1500);
          assert.deepEqual(on.core.told(number), ["LOOP sips:a.example.com", "delete sips:a.example.com"]);
        });
      }

      test("wait while somebody else is signed in, and go on in both when the person is back", async (t) => {
        const { on, people, both, one, other } = await signedIn(t, order);
        await people.signIn(other.auth, bob);
        await until("both wait", () => both.every(({ keeper }) => keeper.state === "suspended"));
        const calls = on.core.calls.length;
        await pause(1500);
        assert.equal(on.core.calls.length, calls);
        await people.signIn(one.auth, ada);
        await agree(
          on.core,
          both.map(({ keeper }) => keeper),
          atA,
        );
        await until("one leads", () => both.filter(({ keeper }) => keeper.isLeading).length === 1);
        await until("the core is told again", () => on.core.calls.length > calls, 5000);
        assert.deepEqual([...tokens(on.core)], [`access-of-${ada}`]);
      });
    });
  }
});
