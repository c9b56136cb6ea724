// Five tabs, refresh tokens that are good once, and a network that loses replies. The provider's log is the witness.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { repeats } from "../repeats.mjs";
import { browsers, events, pause, Stage, token, until } from "./stage.mjs";

const REFRESHES = 200;

/** All tabs want new tokens all the time, until told to stop; resolves to how often each got one, and the errors. */
const begin = (tab) =>
  tab.evaluate(() => {
    const run = { tokens: 0, errors: {}, isOver: false };
    window.run = run;
    run.done = (async () => {
      while (!run.isOver) {
        const got = await window.page.caught(window.page.auth.getAccessToken({ forceRefresh: true }));
        if (typeof got === "string") run.tokens += 1;
        else run.errors[got.error] = (run.errors[got.error] ?? 0) + 1;
        await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 100));
      }
    })();
  });
const arrived = (log) => log.filter(({ replyLost }) => !replyLost).length;
const finish = (tab) =>
  tab.evaluate(async () => {
    window.run.isOver = true;
    await window.run.done;
    return { tokens: window.run.tokens, errors: window.run.errors };
  });
const endings = async (tab) => (await events(tab)).filter(([type]) => type === "sessionExpired");

for (const browser of browsers) {
  describe(browser, { skip: repeats(browser === "firefox") }, () => {
    let stage;
    before(async () => {
      stage = await Stage.open(browser);
    });
    after(() => stage.close());

    async function fiveTabs(graceSeconds) {
      await stage.begin({ timeoutMs: 2000 });
      stage.sandbox.configure({ tokenTtlSeconds: 5, refreshGraceSeconds: graceSeconds });
      const tabs = [await stage.signedIn()];
      while (tabs.length < 5) tabs.push(await stage.tab());
      stage.sandbox.tokenLog.length = 0;
      stage.sandbox.arm({
        on: "token.refresh",
        lose: "reply",
        probability: 0.1,
        seed: 2026,
        times: "always",
      });
      for (const tab of tabs) await begin(tab);
      return tabs;
    }

    /** Requests of the log that were under way at the same time. */
    function overlaps(log) {
      const byStart = [...log].sort((one, other) => one.startedAt - other.startedAt);
      return byStart.filter((entry, index) => index > 0 && entry.startedAt < byStart[index - 1].endedAt);
    }

    /**
     * Requests that were not made with what the one before them brought, or with the same token if its answer was lost or
     * was a refusal: operations that overlapped, even if their requests did not.
     */
    function forks(log) {
      const byStart = [...log].sort((one, other) => one.startedAt - other.startedAt);
      return byStart.filter((entry, index) => {
        const before = byStart[index - 1];
        if (!before) return false;
        const broughtNone = before.replyLost || before.outcome !== "issued";
        return entry.tokenFingerprint !== (broughtNone ? before.tokenFingerprint : before.issuedFingerprint);
      });
    }

    test(`${REFRESHES} refreshes, a tenth of the replies lost, 30 s of grace: the session lives`, async () => {
      const tabs = await fiveTabs(30);
      await until(`${REFRESHES} refreshes`, () => arrived(stage.refreshes()) >= REFRESHES, 110_000);
      const results = await Promise.all(tabs.map(finish));
      const log = stage.refreshes();
      const lost = log.filter(({ replyLost }) => replyLost).length;
      console.log(`${browser}: ${log.length} requests, ${lost} replies lost`, JSON.stringify(results));
      assert.ok(lost >= 10, `${lost} lost`);
      assert.deepEqual(overlaps(log), []);
      assert.deepEqual(forks(log), []);
      assert.ok(log.every(({ outcome }) => outcome === "issued"));
      assert.ok(log.every(({ endedAt }) => endedAt > 0));
      for (const tab of tabs) {
        assert.deepEqual(await endings(tab), []);
        assert.equal(typeof (await token(tab)), "string");
      }
      for (const { tokens, errors } of results) {
        assert.ok(tokens > 0);
        // Both replies of one refresh lost: told as what it is, and the next one goes through.
        assert.deepEqual(
          Object.keys(errors).filter((code) => code !== "network"),
          [],
        );
      }
    });

    test("without grace the same run ends in one sessionExpired with its own code, in all tabs", async () => {
      const tabs = await fiveTabs(0);
      for (const tab of tabs) await until("the end", async () => (await endings(tab)).length > 0, 60_000);
      await pause(500);
      const results = await Promise.all(tabs.map(finish));
      for (const tab of tabs)
        assert.deepEqual(await endings(tab), [["sessionExpired", "refresh_reply_lost"]]);
      assert.deepEqual(overlaps(stage.refreshes()), []);
      assert.deepEqual(forks(stage.refreshes()), []);
      for (const { errors } of results) {
        const codes = Object.keys(errors).filter(
          (code) => !["session_expired", "sign_in_required", "network", "invalid_grant"].includes(code),
        );
        assert.deepEqual(codes, []);
      }
    });
  });
}
