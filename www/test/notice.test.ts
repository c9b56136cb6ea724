import assert from "node:assert/strict";
import { test } from "node:test";
import type { SdkError } from "sipbreakout-web";
import { holds, type Notice } from "../src/notice.ts";

const number = "+4799900001";
const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: number } as const;
const until = Date.UTC(2026, 0, 1, 12);
const keeper = { state: "registered", lastError: undefined, request, expiresAt: new Date(until) } as const;
const notice: Notice = { text: "", number, registered: { keeper, request }, until };
const kept = { number, keeper };
const list = { kept: [kept], undeleted: [] };

const said = (changes: object): Notice => ({
  ...notice,
  registered: { keeper: { ...keeper, ...changes }, request },
});

test("that a number is registered holds until something about it changes", () => {
  assert.ok(holds(notice, list, "good"));
  assert.ok(holds(notice, { kept: undefined, undeleted: [] }, "good"));
  const changes = [
    { state: "atRisk" },
    { state: "lapsed" },
    { state: "rejected" },
    { state: "suspended" },
    { state: "stopped" },
    { lastError: {} as SdkError },
    { request: { ...request, sipUri: "sips:other.example.com" } },
    { expiresAt: new Date(until + 60_000) },
  ];
  for (const change of changes) assert.ok(!holds(said(change), list, "good"), JSON.stringify(change));
  assert.ok(holds(said({ expiresAt: new Date(until + 5) }), list, "good"), "the same time, measured again");
});

test("it does not hold when the number is being deleted, or could not be deleted", () => {
  assert.ok(!holds(notice, { kept: [{ ...kept, isDeleting: true }], undeleted: [] }, "good"));
  assert.ok(!holds(notice, { kept: [], undeleted: [{ kept: { number } }] }, "good"));
  const other = { number: "+4799900002" };
  assert.ok(
    holds(notice, { kept: [{ ...kept, ...other, isDeleting: true }], undeleted: [{ kept: other }] }, "good"),
  );
});

test("it does not hold when nothing is refreshed because of the session", () => {
  assert.ok(!holds(notice, list, "uncertain"));
  assert.ok(!holds(notice, list, "expired"));
});

test("that a number is no longer kept holds until it is kept again, or its deletion has failed", () => {
  const gone = { text: "", number };
  assert.ok(holds(gone, { kept: [], undeleted: [] }, "uncertain"));
  assert.ok(holds(gone, { kept: [{ number, keeper: { state: "stopped" } }], undeleted: [] }, "good"));
  assert.ok(!holds(gone, list, "good"));
  assert.ok(!holds(gone, { kept: [], undeleted: [{ kept: { number } }] }, "good"));
});
