// What lies in the store and goes from tab to tab. Tabs of other versions read it, too: each of these forms is fixed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  isSamePersons,
  leftMs,
  readSession,
  stageOf,
  writeSession,
} from "../../dist/stores/stored-session.js";
import { isAbout, readMessage, writeMessage } from "../../dist/tabs/tab-message.js";

const session = {
  id: "an id",
  accessToken: "access",
  refreshToken: "refresh",
  idToken: "a.b.c",
  sub: "user-1",
  scope: "openid",
  since: { wallMs: 1_800_000_000_000, monotonicMs: 5.25, page: 1_800_000_000_000.125 },
  lifeMs: 3_600_000,
  isBound: true,
  isCopy: false,
};
const text =
  '{"v":2,"id":"an id","access_token":"access","refresh_token":"refresh","id_token":"a.b.c","sub":"user-1",' +
  '"scope":"openid","is_bound":true,"is_copy":false,"since_wall_ms":1800000000000,"since_monotonic_ms":5.25,' +
  '"since_page":1800000000000.125,"life_ms":3600000}';

describe("a session", () => {
  test("is written in the form of the tabs before, and read as it was written", () => {
    assert.equal(writeSession(session), text);
    assert.deepEqual(readSession(text), { kind: "session", session });
    assert.equal(stageOf(session), "1800000000000/1800000000000");
  });

  test("of the first form has no id, and is bound to no key", () => {
    const first = JSON.parse(text);
    for (const name of ["id", "is_bound", "is_copy", "refresh_token", "sub"]) delete first[name];
    const found = readSession(JSON.stringify({ ...first, v: 1, id_token: null }));
    const without = { refreshToken: undefined, idToken: undefined, sub: undefined };
    assert.deepEqual(found.session, { ...session, ...without, id: "", isBound: false });
  });

  test("is damaged when it lacks something, or has something else in its place", () => {
    for (const [name, value] of Object.entries(JSON.parse(text))) {
      const isFlag = typeof value === "boolean";
      for (const other of [{}, [], typeof value === "string" ? 1 : "x"]) {
        const read = readSession(JSON.stringify({ ...JSON.parse(text), [name]: other }));
        assert.equal(read.kind, isFlag ? "session" : "damaged", `${name}: ${JSON.stringify(other)}`);
        if (isFlag) assert.equal(read.session[name === "is_bound" ? "isBound" : "isCopy"], false);
      }
    }
    for (const token of ["", "two words", "line\nbreak", "é"]) {
      assert.equal(readSession(JSON.stringify({ ...JSON.parse(text), access_token: token })).kind, "damaged");
    }
  });

  test("of a later version is told apart, and any other text is damaged", () => {
    assert.equal(readSession(text.replace('"v":2', '"v":3')).kind, "later");
    assert.equal(readSession('{"v":7}').kind, "later");
    assert.equal(readSession(undefined).kind, "nothing");
    const any = fc.oneof(fc.string(), fc.json());
    fc.assert(fc.property(any, (other) => ["damaged", "later"].includes(readSession(other).kind)));
  });

  test("comes back as it was written, whatever is in it", () => {
    const plain = { noNullPrototype: true };
    const some = fc.option(fc.string(), { nil: undefined });
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((each) => !Object.is(each, -0));
    const record = fc.record(
      {
        id: fc.string(),
        accessToken: fc.stringMatching(/^[\x21-\x7e]+$/),
        refreshToken: some,
        idToken: some,
        sub: some,
        scope: fc.string(),
        since: fc.record({ wallMs: number, monotonicMs: number, page: number }, plain),
        lifeMs: number,
        isBound: fc.boolean(),
        isCopy: fc.boolean(),
      },
      plain,
    );
    const isSame = (each) => {
      assert.deepEqual(readSession(writeSession(each)), { kind: "session", session: each });
    };
    fc.assert(fc.property(record, isSame));
  });

  test("ages by the clock that went further, and by the wall clock alone after a reload", () => {
    const at = (wallMs, monotonicMs, page = session.since.page) => ({
      wallMs: session.since.wallMs + wallMs,
      monotonicMs: session.since.monotonicMs + monotonicMs,
      page,
    });
    assert.equal(leftMs(session, at(1000, 0)), session.lifeMs - 1000, "the machine slept");
    assert.equal(leftMs(session, at(-9e9, 2000)), session.lifeMs - 2000, "the wall clock was set back");
    assert.equal(leftMs(session, at(1000, 9e9, 7)), session.lifeMs - 1000, "another page");
    assert.equal(leftMs(session, at(-9e9, 9e9, 7)), session.lifeMs);
  });

  test("is the same person's by the name, and where one has none, by the sign-in", () => {
    const same = (one, other) => isSamePersons(one, other);
    assert.ok(same({ id: "1", sub: "a" }, { id: "2", sub: "a" }));
    assert.ok(!same({ id: "1", sub: "a" }, { id: "1", sub: "b" }));
    assert.ok(same({ id: "1", sub: undefined }, { id: "1", sub: "b" }));
    assert.ok(!same({ id: "1", sub: "a" }, { id: "2", sub: undefined }));
  });
});

describe("a message", () => {
  const about = { sub: "user-1", id: "an id" };
  const event = (type, at, code) => ({ type, at, code, error: undefined });

  test("is written in the form of the tabs before, and read as it was written", () => {
    for (const [given, detail] of [
      [event("signedIn"), "null"],
      [event("tokenRefreshed", 1.5), "1.5"],
      [event("sessionUncertain", undefined, "invalid_client"), '"invalid_client"'],
      [event("sessionExpired", undefined, "refresh_reply_lost"), '"refresh_reply_lost"'],
      [event("signedOut"), "null"],
    ]) {
      const written = writeMessage(given, "local", about);
      const expected = `{"v":1,"place":"local","sub":"user-1","session":"an id","event":"${given.type}","detail":${detail}}`;
      assert.equal(written, expected);
      const message = { event: given, place: "local", sub: "user-1", session: "an id" };
      assert.deepEqual(readMessage(written), message);
    }
    assert.equal(
      writeMessage(event("signedOut"), "memory"),
      '{"v":1,"place":"memory","sub":null,"session":null,"event":"signedOut","detail":null}',
    );
  });

  test("is nothing else", () => {
    for (const other of [
      "",
      "[]",
      '{"v":2,"event":"signedOut","place":"local"}',
      '{"v":1,"event":"signedOut"}',
      '{"v":1,"event":"signedOut","place":"local","sub":1}',
      '{"v":1,"event":"tokenExpiring","detail":1,"place":"local"}',
      '{"v":1,"event":"sessionExpired","detail":"nonsense","place":"local"}',
      '{"v":1,"event":"tokenRefreshed","detail":"soon","place":"local"}',
    ]) {
      assert.equal(readMessage(other), undefined, other);
    }
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (other) => readMessage(other) === undefined));
  });

  test("is about a session, or another one of the same person; who has no name is nobody's equal", () => {
    const of = (message, stored) => isAbout(message, stored);
    assert.ok(of({ sub: "a", session: "1" }, { sub: "a", id: "2" }));
    assert.ok(of({ sub: undefined, session: "1" }, { sub: undefined, id: "1" }));
    assert.ok(!of({ sub: undefined, session: undefined }, { sub: undefined, id: "" }));
    assert.ok(!of({ sub: "", session: "" }, { sub: "", id: "" }));
    assert.ok(!of({ sub: "a", session: "1" }, { sub: "b", id: "2" }));
  });
});
