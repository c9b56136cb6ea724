// What the core has beside what is wanted, after a reload and in other tabs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inBrowsers, leaderOf, reload, request, stands, until, users, view } from "./stage.mjs";

const [number] = users;
const wanted = { sipUri: "sips:other.example.com", routeType: "LOOP" };
const kept = { ...request, routeType: "FALLBACK", mobileOriginatingPrefix: "00" };

const plain = (given) =>
  given && [
    given.sipUri,
    given.routeType,
    given.mobileOriginatingPrefix ?? "",
    given.mobileTerminatingPrefix ?? "",
  ];

inBrowsers("what is in effect", { ttlSeconds: 600, isOnceEnough: true }, (stage) => {
  /** The page's only keeper, once it says this. */
  const says = (tab, what, is) =>
    until(what, async () => {
      const [keeper] = await view(tab);
      return keeper && is(keeper) && keeper;
    });

  test("after a failed update, a reload and in another tab the old one is in effect, and then the new one", async () => {
    await stage.begin({}, { isResuming: true, client: { retry: false } });
    const one = await stage.signedIn();
    await one.evaluate((given) => window.page.keep(given), kept);
    await stands(one, "registered");
    const two = await stage.tab();
    await says(two, "it is in effect", ({ inEffect }) => inEffect);
    stage.sandbox.arm({ on: "core", grpcStatus: 14, times: "always" });
    await one.evaluate((given) => window.page.keeper.update(given), wanted);
    const holds = (keeper) =>
      keeper.code === "unavailable" &&
      String(plain(keeper.request)) === String(plain(wanted)) &&
      String(plain(keeper.inEffect)) === String(plain(kept));
    for (const tab of [one, two]) await says(tab, "wish and fact", holds);
    for (const tab of [one, two]) {
      await reload(tab);
      await says(tab, "wish and fact after a reload", (keeper) => {
        assert.notDeepEqual(plain(keeper.inEffect), plain(wanted));
        return (
          String(plain(keeper.request)) === String(plain(wanted)) &&
          String(plain(keeper.inEffect)) === String(plain(kept))
        );
      });
    }
    const third = await stage.tab();
    await says(third, "a new tab knows", ({ inEffect }) => String(plain(inEffect)) === String(plain(kept)));
    assert.deepEqual(plain(stage.registered(number)), plain(kept));
    stage.sandbox.disarm();
    const leader = await leaderOf([one, two, third]);
    await leader.evaluate(() => window.page.keeper.refresh());
    for (const tab of [one, two, third]) {
      await says(tab, "the new one", ({ inEffect }) => String(plain(inEffect)) === String(plain(wanted)));
    }
    await reload(two);
    await says(two, "the new one", ({ inEffect }) => String(plain(inEffect)) === String(plain(wanted)));
  });
});
