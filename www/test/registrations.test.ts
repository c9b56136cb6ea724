import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { emptyDraft } from "../src/draft.ts";
import {
  applyChange,
  deleteRequestOf,
  draftOf,
  formatSeconds,
  numberOf,
  parseRegistrations,
  type Registration,
  registrationOf,
  secondsLeft,
  statusOf,
} from "../src/registrations.ts";

const start = Date.UTC(2026, 0, 1, 12);
const own = "+4799900001";

function registration(over: Partial<Registration> = {}): Registration {
  return {
    number: own,
    apiVersion: "v1",
    sipUri: "sips:pbx.example.com",
    routeType: "LOOP",
    mobileOriginatingPrefix: "",
    mobileTerminatingPrefix: "",
    timeToLiveSeconds: 3600,
    expiresAt: start + 3_600_000,
    ...over,
  };
}

describe("the list", () => {
  test("a new number comes first", () => {
    const other = registration({ number: "+4799900002" });
    const list = applyChange([registration()], { type: "registered", registration: other });
    assert.deepEqual(
      list.map(({ number }) => number),
      ["+4799900002", own],
    );
  });

  test("a known number is replaced in its place, SIP address included", () => {
    const before = [registration({ number: "+4799900002" }), registration()];
    const moved = registration({ sipUri: "sips:other.example.com", routeType: "FORK" });
    const after = applyChange(before, { type: "registered", registration: moved });
    assert.deepEqual(after, [before[0], moved]);
  });

  test("a removed number leaves the others", () => {
    const other = registration({ number: "+4799900002" });
    assert.deepEqual(applyChange([registration(), other], { type: "removed", number: own }), [other]);
  });
});

describe("a registration", () => {
  const response = { status: "OK", timeToLiveSeconds: 3600, expiresAt: new Date(start + 3_600_000) } as const;

  test("is for the number that was typed, without what people type between digits", () => {
    const draft = { ...emptyDraft(own), sipUri: " sips:pbx.example.com ", phoneNumber: "+47 (999) 00-002" };
    assert.deepEqual(registrationOf(draft, own, response), registration({ number: "+4799900002" }));
  });

  test("is for the number that signed in when none was typed", () => {
    assert.equal(numberOf({ ...emptyDraft(own), phoneNumber: "  " }, own), own);
    assert.equal(numberOf(emptyDraft(undefined), undefined), "");
  });

  test("comes back into the form as it was", () => {
    const known = registration({ apiVersion: "v0", routeType: "FALLBACK", mobileTerminatingPrefix: "00" });
    assert.deepEqual(registrationOf(draftOf(known), own, response), known);
  });

  test("is deleted by its own SIP address and number", () => {
    assert.deepEqual(deleteRequestOf(registration()), {
      sipUri: "sips:pbx.example.com",
      phoneNumber: own,
    });
    assert.equal(deleteRequestOf(registration({ number: "" })).phoneNumber, undefined);
  });
});

describe("the time left", () => {
  test("a begun second counts, and it never goes below zero or above the time to live", () => {
    assert.equal(secondsLeft(registration(), start - 700), 3600);
    assert.equal(secondsLeft(registration(), start), 3600);
    assert.equal(secondsLeft(registration(), start + 1), 3600);
    assert.equal(secondsLeft(registration(), start + 1000), 3599);
    assert.equal(secondsLeft(registration(), start + 9_999_999), 0);
  });

  test("status: registered, expiring in the last fifth, expired at the end", () => {
    const at = (seconds: number) => statusOf(registration(), start + seconds * 1000);
    assert.equal(at(0), "registered");
    assert.equal(at(2879), "registered");
    assert.equal(at(2880), "expiring");
    assert.equal(at(3599), "expiring");
    assert.equal(at(3600), "expired");
  });

  test("minutes and seconds, with an hour as 60 minutes", () => {
    assert.equal(formatSeconds(3600), "60:00");
    assert.equal(formatSeconds(3547), "59:07");
    assert.equal(formatSeconds(9), "00:09");
    assert.equal(formatSeconds(7200), "120:00");
  });
});

describe("what was stored", () => {
  test("is read back", () => {
    const list = [registration(), registration({ number: "+4799900002" })];
    assert.deepEqual(parseRegistrations(JSON.stringify(list)), list);
  });

  test("is left out where it is damaged", () => {
    const list = [registration(), { number: own }, null, registration({ expiresAt: Number.NaN })];
    assert.deepEqual(parseRegistrations(JSON.stringify(list)), [registration()]);
    assert.deepEqual(parseRegistrations("{"), []);
    assert.deepEqual(parseRegistrations('{"a":1}'), []);
    assert.deepEqual(parseRegistrations(null), []);
  });
});
