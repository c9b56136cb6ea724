// A tab of commit 67c785b beside one of this build, in a browser. `tests/js/beside-old-tab.test.mjs` says how to get that build,
// and holds the two together where it is not at hand.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browsers, events, Stage, token, told, until } from "./stage.mjs";

const before67c785b = () => {
  window.build = "/old/index.js";
};
const tabOf = { old: before67c785b, new: undefined };
const newToken = (tab) => token(tab, { forceRefresh: true });
const isSignedIn = (tab) => tab.evaluate(() => window.page.auth.isSignedIn());

for (const browser of browsers) {
  describe(browser, { skip: !process.env.OLD_BUILD && "OLD_BUILD says where the old build is" }, () => {
    let stage;
    before(async () => {
      stage = await Stage.open(browser);
    });
    after(() => stage.close());

    for (const [first, second] of [
      ["old", "new"],
      ["new", "old"],
    ]) {
      for (const storage of ["local", "database"]) {
        test(`${first}, then ${second}; ${storage}: one session, one refresh, nobody signed out`, async () => {
          await stage.begin({ storage });
          const one = await stage.signedIn({ before: tabOf[first] });
          const other = await stage.tab(tabOf[second]);
          assert.equal(await isSignedIn(other), true);
          assert.equal(await token(one), await token(other));
          stage.sandbox.arm({ on: "token.refresh", delayMs: 1500 });
          for (let round = 1; round <= 3; round += 1) {
            const tokens = await Promise.all([one, other].map(newToken));
            assert.equal(new Set(tokens).size, 1);
            assert.equal(typeof tokens[0], "string");
            assert.equal(stage.refreshes().length, round);
          }
          for (const tab of [one, other]) {
            await told(tab, "tokenRefreshed");
            assert.equal(await isSignedIn(tab), true);
            const ends = ["sessionExpired", "signedOut"];
            assert.ok(!(await events(tab)).some(([type]) => ends.includes(type)));
          }
          stage.sandbox.disarm();
          await one.evaluate(() => window.page.auth.signOut({ localOnly: true }));
          await told(other, "signedOut");
          await until("the other tab knows", async () => !(await isSignedIn(other)));
        });
      }
    }
  });
}
