// What is stored of registrations that are kept, and what tabs tell each other: what this version writes it reads, 0.1.0 reads,
// and whatever else lies there is left alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toSdkError } from "../../dist/errors.js";
import { fieldsOfMessage, readMessage, writeMessage } from "../../dist/keeper-machine/messages.js";
import {
  desiredJson,
  grantJson,
  namesOf,
  readDesired,
  readGrant,
  registrationJson,
} from "../../dist/keeper-store/records.js";

const fields = ["sips:pbx.example.com:5061", "LOOP", "+4799900001", "00", ""];
const registration = `\n${fields.join("\n")}`;
/** With whatever divider. */
const parts = (text) => text.slice(1).split(text[0]);
const stored = {
  sip_uri: "sips:pbx.example.com:5061",
  phone_number: "+4799900001",
  route_type: "LOOP",
  mo_prefix: "00",
  mt_prefix: "",
};

test("what is desired is read as it was written, and written as 0.1.0 reads it", () => {
  for (const flags of [0, 1, 2, 3]) {
    for (const atMs of [Number.NaN, 1_800_000_000_000]) {
      const text = desiredJson(["a1", flags, atMs, registration]);
      const [id, readFlags, readAtMs, read] = readDesired(text);
      assert.deepEqual([id, readFlags, readAtMs, parts(read)], ["a1", flags, atMs, fields]);
      const at = Number.isNaN(atMs) ? {} : { at_ms: atMs };
      const kinds = { is_end: (flags & 1) > 0, delete_on_leave: (flags & 2) > 0 };
      assert.deepEqual(JSON.parse(text), { v: 1, id: "a1", ...kinds, ...at, ...stored });
    }
  }
  const own = desiredJson(["a1", 0, Number.NaN, "\nsips:pbx.example.com\nLOOP\n\n\n"]);
  assert.equal(JSON.parse(own).phone_number, null);
  assert.deepEqual(parts(readDesired(own)[3]), ["sips:pbx.example.com", "LOOP", "", "", ""]);
});

test("what was granted is read as it was written, and as 0.1.0 wrote it", () => {
  const grant = ["a1", 1000, 999.5, 1, 3_600_000, 2_880_000];
  const text = grantJson([...grant, registration]);
  const [...read] = readGrant(text);
  assert.deepEqual([read.slice(0, 6), parts(read[6])], [grant, fields]);
  const times = {
    wall_ms: 1000,
    monotonic_ms: 999.5,
    page: 1,
    ttl_ms: 3_600_000,
    refresh_after_ms: 2_880_000,
  };
  assert.deepEqual(JSON.parse(text), { v: 1, wish: "a1", ...times, ...stored });
  const old =
    '{"v":1,"wish":"a1","wall_ms":1000,"monotonic_ms":1000,"page":1,"ttl_ms":9000,"refresh_after_ms":1}';
  assert.deepEqual(readGrant(old), ["a1", 1000, 1000, 1, 9000, 1, ""]);
});

test("names of one owner are no beginning of another's", () => {
  const [one, other] = [namesOf("a/b", "https://c", "v1"), namesOf("a", "b/https://c", "v1")];
  for (const name of ["desired", "grants", "keeper"]) {
    assert.ok(!one[name].startsWith(other[name]) && !other[name].startsWith(one[name]));
  }
  assert.deepEqual(one, {
    desired: "sipbreakout/kept/a%2Fb/https%3A%2F%2Fc/v1/",
    grants: "sipbreakout/granted/a%2Fb/https%3A%2F%2Fc/v1/",
    keeper: "sipbreakout/keeper/a%2Fb/https%3A%2F%2Fc/v1/",
  });
});

const none = [Number.NaN, Number.NaN, Number.NaN];
const error = toSdkError({
  family: "rpc",
  code: "unavailable",
  kind: "network",
  retryable: true,
  message: "no",
});
const told = { family: "rpc", code: "unavailable", kind: "network", message: "no" };
const key = "+4799900001";
const messages = {
  hello: [["hello", "t", undefined, "", ...none, undefined], { tab: "t" }],
  here: [["here", "t", undefined, "", ...none, undefined], { tab: "t" }],
  bye: [["bye", "t", undefined, "", ...none, undefined], { tab: "t" }],
  leads: [["leads", "", undefined, "", ...none, undefined], {}],
  tries: [["tries", key, undefined, "", ...none, undefined], { key }],
  granted: [
    ["granted", key, "a1", registration, 1.5, 2, 3, undefined],
    {
      key,
      wish: "a1",
      registration: registrationJson(registration),
      age_ms: 1.5,
      ttl_ms: 2,
      refresh_after_ms: 3,
    },
  ],
  failed: [["failed", key, undefined, "", 1, 2, Number.NaN, error], { key, wait_ms: 1, ago_ms: 2, ...told }],
  rejected: [["rejected", key, "a1", "", ...none, error], { key, wish: "a1", ...told }],
  gone: [["gone", key, undefined, "", ...none, undefined], { key }],
  "gone, and tried again": [
    ["gone", key, "a1", "", 1, Number.NaN, Number.NaN, error],
    { key, wish: "a1", wait_ms: 1, ...told },
  ],
  late: [["late", key, "a1", "", ...none, undefined], { key, wish: "a1" }],
};

for (const [name, [message, expected]] of Object.entries(messages)) {
  test(`${name}: read as it was written, and written as 0.1.0 reads it`, () => {
    assert.equal(fieldsOfMessage(message[0]), message.length);
    const text = writeMessage(message);
    assert.deepEqual(JSON.parse(text), { v: 1, news: message[0], ...expected });
    const [news, whose, id, registered, first, second, third, trouble] = readMessage(text);
    assert.deepEqual(
      [news, whose, id, first, second, third],
      [...message.slice(0, 3), ...message.slice(4, 7)],
    );
    assert.deepEqual(registered && parts(registered), message[3] && fields);
    assert.deepEqual(
      trouble && { ...trouble.toJSON() },
      message[7] && { ...error.toJSON(), retryable: false },
    );
  });
}

test("wished: what is desired goes along as it is stored", () => {
  const message = ["wished", key, "a1", 1, 5, registration];
  assert.equal(fieldsOfMessage("wished"), message.length);
  const text = writeMessage(message);
  assert.deepEqual(JSON.parse(text), { v: 1, news: "wished", key, wish: desiredJson(message.slice(2)) });
  const read = readMessage(text);
  assert.deepEqual([...read.slice(0, 5), parts(read[5])], [...message.slice(0, 5), fields]);
});

test("other tabs hear the words of an error, but not what it quotes, nor of a wasm of ours", () => {
  const toldOf = (raw) => JSON.parse(writeMessage(["late", key, "a1", "", ...none, toSdkError(raw)]));
  const raw = {
    family: "invalid",
    code: "invalid_input",
    kind: "invalid",
    retryable: false,
    message: "sips:secret",
  };
  assert.equal(toldOf(raw).message, "");
  const load = toldOf({
    family: "load",
    code: "crashed",
    kind: "crashed",
    retryable: false,
    message: "It stopped.",
  });
  assert.deepEqual([load.family, load.code, load.kind], ["rpc", "unavailable", "network"]);
  // What the keeper itself says, by its number.
  const again = JSON.parse(writeMessage(["gone", key, "a1", "", ...none, 1]));
  assert.deepEqual([again.family, again.code, again.kind], ["rpc", "superseded", "aborted"]);
});

test("whatever lies in the store or on the channel is read or left", () => {
  const odd = [
    "",
    "[]",
    "null",
    "5",
    "{",
    '{"v":2,"id":"a"}',
    '{"v":1}',
    '{"v":1,"news":"x"}',
    undefined,
    {},
    5,
  ];
  for (const news of ["wished", "granted", "gone", "failed", "hello", "toString", "__proto__"]) {
    odd.push(JSON.stringify({ v: 1, news }), JSON.stringify({ v: 1, news, key: 5, tab: {} }));
  }
  for (const text of odd) {
    assert.equal(readDesired(text), undefined);
    assert.equal(readGrant(text), undefined);
    assert.equal(readMessage(text), undefined, String(text));
  }
  assert.equal(readDesired('{"v":1,"id":"a","sip_uri":5}'), undefined);
  assert.equal(readDesired('{"v":1,"is_moved":true}'), undefined);
  const forged = {
    v: 1,
    news: "failed",
    key,
    wait_ms: "1",
    ago_ms: null,
    family: "load",
    code: "x",
    kind: "y",
    message: "",
  };
  assert.deepEqual(readMessage(JSON.stringify(forged)).slice(4), [
    Number.NaN,
    Number.NaN,
    Number.NaN,
    undefined,
  ]);
});
