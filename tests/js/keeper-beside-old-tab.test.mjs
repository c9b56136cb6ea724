// Keepers in a tab of commit 67c785b beside one of this build, as they meet at a deploy: one leader, one list, nothing lapses.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  agree,
  atA,
  atB,
  bothKeep,
  forkAtA,
  isSame,
  isStopped,
  judge,
  number,
  scene,
  TTL_MS,
  tells,
  wanted,
} from "./keeper-tabs.mjs";
import { pause, until } from "./scripted-core.mjs";
import { orders, skip } from "./two-builds.mjs";

describe("a keeper's tab beside one of the old build", { skip, concurrency: true }, () => {
  for (const order of orders) {
    describe(`${order[0]}, then ${order[1]}`, { concurrency: true }, () => {
      test("one leads, the other follows, and goes on when the first one is closed", async (t) => {
        const on = scene(t);
        const [one, other] = await bothKeep(on, order);
        assert.deepEqual([one.keeper.isLeading, other.keeper.isLeading], [true, false]);
        assert.deepEqual(wanted(other.keeper.request), atA);
        await tells(on.core, one);
        await until("the follower hears it", () => other.told.includes("refreshed"));
        assert.deepEqual(one.told, other.told);
        one.client.close();
        await until("the other one leads", () => other.keeper.isLeading);
        await tells(on.core, other, 2);
        judge(on.core);
        assert.ok(on.core.calls.every(({ method }) => method === "UpsertRegistration"));
        assert.ok(!other.told.some((type) => ["atRisk", "lapsed", "stopped"].includes(type)), other.told);
        assert.deepEqual([other.keeper.state, wanted(other.keeper.request)], ["registered", atA]);
      });

      test("each is closed and comes back in turn, and no registration lapses", async (t) => {
        const on = scene(t);
        let [leader, follower] = await bothKeep(on, order);
        for (let round = 0; round < 4; round += 1) {
          leader.client.close();
          await until("the other one leads", () => follower.keeper.isLeading);
          const next = on.tab(leader.build);
          [next.keeper] = await next.client.resumeKeepers();
          await agree(on.core, [follower.keeper, next.keeper], atA);
          await tells(on.core, follower);
          [leader, follower] = [follower, next];
        }
        judge(on.core);
      });

      test("a change in one is seen in the other, and the last one wins", async (t) => {
        const on = scene(t);
        const both = await bothKeep(on, order);
        const keepers = both.map(({ keeper }) => keeper);
        const inNew = both.find(({ build }) => build === "new").keeper;
        const changes = [
          [0, forkAtA],
          [1, atB],
          [0, atA],
          [1, forkAtA],
        ];
        for (const [which, request] of changes) {
          await keepers[which].update(request);
          await agree(on.core, keepers, request);
          await until("it is in effect", () => isSame(inNew.inEffect, request));
        }
        // One after the other, without waiting for the core.
        for (const [first, last] of [
          [0, 1],
          [1, 0],
        ]) {
          await keepers[first].update(forkAtA);
          await pause(10);
          await keepers[last].update(first ? atB : atA);
          await agree(on.core, keepers, first ? atB : atA);
          await pause(1200);
          await agree(on.core, keepers, first ? atB : atA);
        }
        judge(on.core);
      });

      for (const apartMs of [0, 1, 3, 10]) {
        test(`of two changes ${apartMs} ms apart the one counts that was stored last`, async (t) => {
          const on = scene(t);
          const both = await bothKeep(on, order);
          const [one, other] = both;
          for (const [first, last] of [
            [one, other],
            [other, one],
          ]) {
            const changed = first.keeper.update(forkAtA);
            if (apartMs > 0) await pause(apartMs);
            await Promise.all([changed, last.keeper.update(atB)]);
            await pause(1500);
            const { sip_uri, route_type } = JSON.parse(on.stored("kept"));
            const stored = { sipUri: sip_uri, routeType: route_type, phoneNumber: number };
            // The old build takes what it has heard last for what was stored last, until it leads.
            const leading = both.filter(({ build, keeper }) => build === "new" || keeper.isLeading);
            await agree(
              on.core,
              leading.map(({ keeper }) => keeper),
              stored,
            );
            await one.keeper.update(atA);
            await agree(on.core, [one.keeper, other.keeper], atA);
          }
          judge(on.core);
        });
      }

      test("a tab that leads and hangs is overtaken by one of them, in time", async (t) => {
        const on = scene(t, { ttlSeconds: 10 });
        const [one, other] = await bothKeep(on, order);
        one.client.close();
        other.client.close();
        await on.hang();
        const both = [on.tab(order[0]), on.tab(order[1])];
        for (const each of both) [each.keeper] = await each.client.resumeKeepers();
        assert.deepEqual(
          both.map(({ keeper }) => keeper.isLeading),
          [false, false],
        );
        await until("the core is told again", () => on.core.calls.length > 1, 10_000);
        await pause(3000);
        assert.equal(both.filter(({ keeper }) => keeper.isLeading).length, 1);
        judge(on.core);
        assert.equal(on.core.calls.length, 2);
        const [was, is] = on.core.calls;
        assert.ok(is.arrivedAt - was.arrivedAt < 10_000);
        await agree(
          on.core,
          both.map(({ keeper }) => keeper),
          atA,
        );
      });

      test("both keep the number at once", async (t) => {
        const on = scene(t);
        const tabs = order.map((build) => on.tab(build));
        for (const each of tabs) each.keeper = each.client.keepRegistered(atA);
        await agree(
          on.core,
          tabs.map(({ keeper }) => keeper),
          atA,
        );
        await until("one leads", () => tabs.filter(({ keeper }) => keeper.isLeading).length === 1);
        const leader = tabs.find(({ keeper }) => keeper.isLeading);
        await tells(on.core, leader, 2);
        judge(on.core);
      });

      for (const which of [0, 1]) {
        const who = which === 0 ? "who leads" : "who follows";

        test(`it is deleted by ${who}: once, and both keepers end`, async (t) => {
          const on = scene(t);
          const both = await bothKeep(on, order);
          await both[which].keeper.stop({ delete: true });
          await until("both have ended", () => both.every(isStopped));
          await until("nothing is stored", () => !on.stored("kept") && !on.stored("granted"));
          await pause(TTL_MS);
          assert.deepEqual(on.core.told(number), ["LOOP sips:a.example.com", "delete sips:a.example.com"]);
          assert.equal(on.core.registrations.size, 0);
          for (const { client, told } of both) {
            assert.deepEqual(client.keepers.length, 0);
            assert.equal(told.filter((type) => type === "stopped").length, 1);
          }
          judge(on.core);
        });

        test(`it is stopped by ${who}: the core hears nothing, and both keepers end`, async (t) => {
          const on = scene(t);
          const both = await bothKeep(on, order);
          await both[which].keeper.stop();
          await until("both have ended", () => both.every(isStopped));
          await until("nothing is stored", () => !on.stored("kept"));
          await pause(TTL_MS);
          assert.deepEqual(on.core.told(number), ["LOOP sips:a.example.com"]);
        });

        test(`it is stopped by ${who} while the core has not taken what the other one wants`, async (t) => {
          let isOff = false;
          const on = scene(t, {
            ttlSeconds: 30,
            answer: () => {
              if (isOff) throw new TypeError("Failed to fetch");
            },
          });
          const both = await bothKeep(on, order);
          isOff = true;
          await both[1 - which].keeper.update(forkAtA);
          // So long may it take until every tab has heard of it.
          await pause(3500);
          await both[which].keeper.stop();
          await until("both have ended", () => both.every(isStopped));
          await pause(1000);
          assert.equal(on.stored("kept"), undefined);
          assert.ok(both.every(({ client }) => client.keepers.length === 0));
        });

        test(`it is deleted by ${who}, and kept again by the other one`, async (t) => {
          const on = scene(t);
          const both = await bothKeep(on, order);
          await both[which].keeper.stop({ delete: true });
          await until("both have ended", () => both.every(isStopped));
          const [again, wasThere] = [both[1 - which], both[which]];
          again.keeper = again.client.keepRegistered(atB);
          await until("the other one has it", () => wasThere.client.keepers.length === 1);
          [wasThere.keeper] = wasThere.client.keepers;
          await agree(on.core, [again.keeper, wasThere.keeper], atB);
          await tells(
            on.core,
            both.find(({ keeper }) => keeper.isLeading),
          );
          judge(on.core);
        });

        test(`the core can't be reached by ${who}: the other one does it`, async (t) => {
          const failing = { build: undefined };
          const on = scene(t, {
            // A failed call is tried again after a second.
            ttlSeconds: 10,
            answer: ({ token }) => {
              if (token === failing.build) throw new TypeError("Failed to fetch");
            },
          });
          const both = await bothKeep(on, order);
          failing.build = both[which].build;
          await tells(on.core, both[1 - which], 2, 22_000);
          assert.ok(both[1 - which].keeper.isLeading);
          for (const { told } of both) assert.ok(!told.includes("lapsed"), told);
          await agree(
            on.core,
            both.map(({ keeper }) => keeper),
            atA,
          );
        });
      }
    });
  }
});
