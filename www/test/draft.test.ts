import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyDraft, readEdits, requestOf } from "../src/draft.ts";

const own = "+4799900001";

test("an empty field is a field left out of the request", () => {
  assert.deepEqual(requestOf({ ...emptyDraft(undefined), sipUri: " sips:pbx.example.com " }), {
    sipUri: "sips:pbx.example.com",
    routeType: "LOOP",
    phoneNumber: undefined,
    mobileOriginatingPrefix: undefined,
    mobileTerminatingPrefix: undefined,
  });
});

test("a number goes to the SDK as it was typed", () => {
  assert.equal(
    requestOf({ ...emptyDraft(own), phoneNumber: "+47 999 00 001" }).phoneNumber,
    "+47 999 00 001",
  );
});

test("what was typed survives the sign-in, anything else does not", () => {
  const draft = emptyDraft(own);
  assert.deepEqual(readEdits(JSON.parse(JSON.stringify(draft))), draft);
  assert.deepEqual(readEdits({ sipUri: "sips:pbx.example.com" }), { sipUri: "sips:pbx.example.com" });
  assert.deepEqual(readEdits({ sipUri: 7, apiVersion: "v9", routeType: "toString", other: "x" }), {});
  for (const nothing of [undefined, null, "text", 7, []]) assert.deepEqual(readEdits(nothing), {});
});
