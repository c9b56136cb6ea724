// Browsers that lack a part, and a wasm that stops: the number is kept all the same.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { repeats } from "../repeats.mjs";
import { browsers } from "../session/stage.mjs";
import {
  isNeverForgotten,
  KeeperStage,
  label,
  noted,
  request,
  stands,
  until,
  users,
  view,
} from "./stage.mjs";

const [number] = users;
const TTL_SECONDS = 10;
const ttlMs = TTL_SECONDS * 1000;

const without = {
  "Web Locks": () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }),
  /** As in some private windows: it is there, and opens nothing. */
  IndexedDB: () => {
    const open = () => {
      const request = { error: new DOMException("no databases here", "InvalidStateError") };
      setTimeout(() => request.onerror?.({ target: request }));
      return request;
    };
    Object.defineProperty(globalThis, "indexedDB", { value: { open } });
  },
  BroadcastChannel: () => {
    delete globalThis.BroadcastChannel;
  },
};

async function on(browser, options, work) {
  const stage = await KeeperStage.open(browser, { ttlSeconds: TTL_SECONDS }, options);
  try {
    await work(stage);
  } finally {
    await stage.close();
  }
}

before(buildDoors, { timeout: 300_000 });

describe("what is missing", { concurrency: 4 }, () => {
  for (const browser of browsers) {
    for (const [part, remove] of Object.entries(without)) {
      // Private windows of Firefox have none.
      const skip = repeats(browser === "firefox" && part !== "IndexedDB");
      test(`${browser}: without ${part} two tabs keep it, without much ado`, { skip }, () =>
        on(browser, {}, async (stage) => {
          await stage.begin({}, { keep: [{ request }] });
          const one = await stage.signedIn({ before: remove });
          await stands(one, "registered");
          const two = await stage.tab(remove);
          await stands(two, "registered");
          const beganAt = Date.now();
          await until("four times", () => stage.upserts(number).length >= 4, 4 * ttlMs);
          isNeverForgotten(stage.upserts(number), TTL_SECONDS);
          // Without locks or without a channel each tab may do it once.
          const most = 2 * Math.ceil((Date.now() - beganAt) / (0.74 * ttlMs) + 1);
          assert.ok(stage.upserts(number).length <= most, `${stage.upserts(number).length} upserts`);
          for (const tab of [one, two]) await stands(tab, "registered");
        }),
      );
    }

    for (const door of ["panic", "exhaust"]) {
      const skip = repeats(browser === "firefox" || door !== "panic");
      test(`${browser}: the wasm stops (${door}), and the keeper goes on`, { skip }, () =>
        on(browser, { dist: "target/doors/dist" }, async (stage) => {
          await stage.begin();
          const tab = await stage.signedIn();
          await tab.evaluate((given) => window.page.keep(given), request);
          await stands(tab, "registered");
          const other = { ...request, phoneNumber: number };
          const outcome = await tab.evaluate(
            (given, sipUri) => {
              const one = { ...given, sipUri, phoneNumber: "+4799900001" };
              return window.page.caught(window.page.makeClient().upsertRegistration(one));
            },
            other,
            `sips:${door}.door.example`,
          );
          assert.equal(outcome.error, "crashed");
          const count = stage.upserts(number).length;
          await until("it is told again", () => stage.upserts(number).length >= count + 2, 3 * ttlMs);
          isNeverForgotten(stage.upserts(number), TTL_SECONDS);
          await noted(tab, "refreshed");
          const [keeper] = await view(tab);
          assert.deepEqual([keeper.state, keeper.isLeading], ["registered", true]);
          assert.equal(stage.upserts(number).at(-1).label, await label(tab));
        }),
      );
    }
  }
});
