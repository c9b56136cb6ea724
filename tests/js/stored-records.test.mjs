// What waits in the tab's storage for the person to come back. Tabs of other versions read and write it, too.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { consentOf, writeConsent } from "../../dist/flows/consent-record.js";
import { usableRecord, writeRecord } from "../../dist/flows/sign-in-record.js";

const created = 1_800_000_000_000;
/** As 0.1.0 wrote it. */
const text =
  '{"v":1,"created_wall_ms":1800000000000,"step":"sent","verifier":"the-verifier","nonce":"the-nonce","app_state":"[1]",' +
  '"redirect_uri":"https://app.example.com/callback","scope":"openid phone","token_endpoint":"https://id.example.com/token",' +
  '"issuer":"https://id.example.com","iss_promised":true}';
const record = {
  createdWallMs: created,
  step: "sent",
  verifier: "the-verifier",
  nonce: "the-nonce",
  appState: "[1]",
  redirectUri: "https://app.example.com/callback",
  scope: "openid phone",
  tokenEndpoint: "https://id.example.com/token",
  issuer: "https://id.example.com",
  issPromised: true,
};
const bare = { ...record, nonce: undefined, appState: undefined, issuer: undefined, issPromised: false };

test("a sign-in under way has the form of the tabs before", () => {
  assert.equal(writeRecord(record), text);
  assert.deepEqual(usableRecord(text, created), record);
  const nothing = text
    .replace('"the-nonce"', "null")
    .replace('"[1]"', "null")
    .replace('"https://id.example.com"', "null")
    .replace("true", "false");
  assert.equal(writeRecord(bare), nothing);
  const withAge = { ...record, maxAgeSeconds: 600 };
  assert.deepEqual(usableRecord(writeRecord(withAge), created), withAge);
  assert.deepEqual(usableRecord(nothing, created), bare);
});

test("one that is damaged, of another form, or too far off is none", () => {
  for (const [from, to] of [
    ['"v":1', '"v":2'],
    ['"v":1', '"v":"1"'],
    ['"sent"', '"back"'],
    ["1800000000000", '"1800000000000"'],
    ['"the-verifier"', "null"],
    ['"the-nonce"', "7"],
    ['"[1]"', "[1]"],
    ['"openid phone"', "null"],
    ["{", "["],
    ["}", ""],
  ]) {
    assert.ok(text.includes(from), from);
    assert.equal(usableRecord(text.replace(from, to), created), undefined, `${from} ${to}`);
  }
  for (const [ms, isUsable] of [
    [600_000, true],
    [-600_000, true],
    [600_001, false],
    [-600_001, false],
  ]) {
    assert.equal(usableRecord(text, created + ms) !== undefined, isUsable, String(ms));
  }
  assert.equal(usableRecord(null, created), undefined);
});

test("a revocation's has it, too, and belongs to its state for an hour", () => {
  const begun = '{"state":"a-state","created_wall_ms":1800000000000';
  const person = { id: "an-id", sub: undefined };
  for (const [whose, rest] of [
    [undefined, "}"],
    [person, ',"session":"an-id","sub":null}'],
    [{ id: "an-id", sub: "user-1" }, ',"session":"an-id","sub":"user-1"}'],
  ]) {
    assert.equal(writeConsent("a-state", created, whose), begun + rest);
    assert.deepEqual(consentOf(begun + rest, "a-state", created + 3_600_000), { person: whose });
    assert.equal(consentOf(begun + rest, "another", created), undefined);
    assert.equal(consentOf(begun + rest, "a-state", created + 3_600_001), undefined);
  }
  assert.deepEqual(consentOf(`${begun},"session":7,"sub":"user-1"}`, "a-state", created), {
    person: undefined,
  });
  assert.deepEqual(consentOf(`${begun},"session":"an-id","sub":7}`, "a-state", created), { person });
});

test("whatever stands there is a record or none", () => {
  const values = fc.oneof(fc.jsonValue(), fc.constantFrom("sent", "exchanging", 1, created));
  const fields = fc.dictionary(
    fc.constantFrom(...Object.keys(JSON.parse(text)), "state", "session", "sub"),
    values,
  );
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fields.map((some) => JSON.stringify({ ...JSON.parse(text), ...some })),
  );
  fc.assert(
    fc.property(texts, (any) => {
      const found = usableRecord(any, created);
      if (found) assert.deepEqual(usableRecord(writeRecord(found), created), found);
      consentOf(any, "a-state", created);
    }),
  );
});
