import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { emptyDraft } from "../src/draft.ts";
import {
  draftOf,
  formatSeconds,
  isSame,
  keptOf,
  otherStanding,
  secondsLeft,
  secondsUntil,
  standing,
  wishOf,
} from "../src/kept.ts";

const start = Date.UTC(2026, 0, 1, 12);
const own = "+4799900001";
const request = {
  sipUri: "sips:pbx.example.com",
  routeType: "LOOP",
  phoneNumber: own,
  mobileOriginatingPrefix: "",
  mobileTerminatingPrefix: "",
} as const;

describe("a wish", () => {
  test("is for the number that was typed, as it was typed", () => {
    const draft = { ...emptyDraft(own), phoneNumber: "+47 (999) 00-002" };
    assert.equal(wishOf(draft, own).phoneNumber, "+47 (999) 00-002");
  });

  test("is for the number that signed in when none was typed, by its digits", () => {
    assert.equal(wishOf({ ...emptyDraft(own), phoneNumber: "  " }, own).phoneNumber, own);
  });

  test("names no number when none is known", () => {
    assert.equal(wishOf(emptyDraft(undefined), undefined).phoneNumber, undefined);
  });

  test("comes back into the form as it was", () => {
    const wanted = { ...request, routeType: "FALLBACK", mobileTerminatingPrefix: "00" } as const;
    const draft = draftOf({ request: wanted, number: own, apiVersion: "v0" });
    assert.equal(draft.apiVersion, "v0");
    assert.ok(isSame(wishOf(draft, undefined), wanted));
  });

  test("is the same however it is written, and another one if anything differs", () => {
    assert.ok(isSame(request, { ...request, sipUri: "sips:PBX.example.com " }));
    const { mobileOriginatingPrefix: _, ...without } = request;
    assert.ok(isSame(request, without));
    const others = [
      { sipUri: "sips:pbx.example.com:5061" },
      { routeType: "FORK" },
      { phoneNumber: "+4799900002" },
      { mobileOriginatingPrefix: "0" },
      { mobileTerminatingPrefix: "0" },
    ] as const;
    for (const other of others) assert.ok(!isSame(request, { ...request, ...other }));
  });
});

test("a keeper at one moment", () => {
  const keeper = {
    request,
    inEffect: { ...request, routeType: "FORK" },
    state: "atRisk",
    expiresAt: new Date(start),
    nextRefreshAt: undefined,
    lastError: undefined,
    isLeading: true,
  } as const;
  const kept = keptOf(keeper);
  assert.equal(kept.number, own);
  assert.equal(kept.expiresAt, start);
  assert.equal(kept.nextRefreshAt, undefined);
  assert.equal(kept.timeToLiveSeconds, 3600);
  assert.deepEqual(kept.inEffect, { request: keeper.inEffect, apiVersion: "v1" });
  assert.equal(keptOf({ ...keeper, request: { ...request, phoneNumber: undefined } }).number, "");
});

describe("what is in effect", () => {
  const taken = { request: { ...request, routeType: "FORK" }, apiVersion: "v1" } as const;
  const kept = { request, inEffect: taken, expiresAt: start + 1000 };

  test("is said beside what is wanted as long as it lasts", () => {
    assert.equal(standing(kept, start), taken);
    assert.equal(otherStanding(kept, start), taken);
    assert.equal(standing(kept, start + 1000), undefined);
    assert.equal(otherStanding(kept, start + 1000), undefined);
    assert.equal(standing({ ...kept, expiresAt: undefined }, start), undefined);
  });

  test("is nothing else when it is what is wanted", () => {
    const same = { request: { ...request, sipUri: "SIPS:pbx.example.com" }, apiVersion: "v1" } as const;
    assert.equal(otherStanding({ ...kept, inEffect: same }, start), undefined);
  });
});

describe("the time left", () => {
  const kept = { expiresAt: start + 3_600_000, timeToLiveSeconds: 3600 };

  test("a begun second counts, and it never goes below zero or above the time to live", () => {
    assert.equal(secondsLeft(kept, start - 700), 3600);
    assert.equal(secondsLeft(kept, start), 3600);
    assert.equal(secondsLeft(kept, start + 1), 3600);
    assert.equal(secondsLeft(kept, start + 1000), 3599);
    assert.equal(secondsLeft(kept, start + 9_999_999), 0);
  });

  test("is nothing as long as the core never had it", () => {
    assert.equal(secondsLeft({ expiresAt: undefined, timeToLiveSeconds: 3600 }, start), 0);
  });

  test("until a moment that is over there is no time", () => {
    assert.equal(secondsUntil(start + 1500, start), 2);
    assert.equal(secondsUntil(start - 1, start), 0);
  });

  test("minutes and seconds, with an hour as 60 minutes", () => {
    assert.equal(formatSeconds(3600), "60:00");
    assert.equal(formatSeconds(3547), "59:07");
    assert.equal(formatSeconds(9), "00:09");
    assert.equal(formatSeconds(7200), "120:00");
  });
});
