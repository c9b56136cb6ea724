// `describeCallFlow` of the package as built: all calls as the table says, wrong input by its path, nothing sent.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { describeCallFlow, InvalidRequestError, preloadSession } from "../../dist/index.js";
import { combinations } from "../call-flow/combinations.mjs";

const numbers = { caller: "+4799900001", callee: "+47112334455" };
const prefixes = {
  caller: { mobileOriginating: "10", mobileTerminating: "11" },
  callee: { mobileOriginating: "20", mobileTerminating: "00" },
};
const pbx = "sips:pbx.example.com";
const registration = { sipUri: pbx, routeType: "LOOP", mobileTerminatingPrefix: "00" };
const caller = { phoneNumber: numbers.caller };
const callee = { phoneNumber: numbers.callee };

const realFetch = globalThis.fetch;
before(async () => {
  await preloadSession();
  globalThis.fetch = () => assert.fail("something was sent");
});
after(() => {
  globalThis.fetch = realFetch;
});

function party(who, routeType, sipUri) {
  const phoneNumber = numbers[who];
  if (routeType === "none") return { phoneNumber };
  const { mobileOriginating, mobileTerminating } = prefixes[who];
  return {
    phoneNumber,
    registration: {
      sipUri,
      routeType,
      phoneNumber,
      mobileOriginatingPrefix: mobileOriginating,
      mobileTerminatingPrefix: mobileTerminating,
    },
  };
}

/** What the table says, and the address of the PBX that is in the call. */
function withAddress(expected, calleePbx) {
  const sipUri = expected.prefix === "mobileOriginating" ? pbx : calleePbx;
  const legs = expected.legs.map((leg) => ([leg.from, leg.to].includes("pbx") ? { ...leg, sipUri } : leg));
  return { ...expected, legs };
}

describe("a call", () => {
  test("has the legs of its row in the table, whichever it is", async () => {
    for (const { combination, cite, expected } of combinations({ numbers, prefixes })) {
      const calleePbx = combination.pbx === "same" ? pbx : "sips:other.example.com";
      const flow = await describeCallFlow({
        caller: party("caller", combination.caller, pbx),
        callee: party("callee", combination.callee, calleePbx),
        behavior: combination.behavior,
        placedBy: combination.placedBy,
      });
      const name = `${JSON.stringify(combination)}: ${cite}`;
      if ("unspecified" in expected) {
        assert.deepEqual(Object.keys(flow), ["unspecified", "message"], name);
        assert.match(flow.unspecified, /^[a-z_]+$/, name);
        assert.ok(flow.message.length > 10, name);
      } else {
        assert.deepEqual(flow, withAddress(expected, calleePbx), name);
      }
    }
  });

  test("is unspecified for a reason that docs/call-flows.md names, and for each of them", async () => {
    const page = readFileSync(new URL("../../docs/call-flows.md", import.meta.url), "utf8");
    const [, silent] = page.split("\n## Where the documentation is silent\n");
    const [head, ...documented] = [...silent.matchAll(/^\| `([a-z_]+)`/gm)].map(([, code]) => code);
    assert.equal(head, "unspecified");
    const forked = { ...callee, registration: { ...registration, routeType: "FORK" } };
    const looped = { ...caller, registration };
    const other = { ...callee, registration: { ...registration, sipUri: "sips:other.example.com" } };
    const flows = [
      { caller: looped, callee: forked },
      { caller: looped, callee: other },
      { caller, callee, behavior: "pbxRejects" },
      { caller, callee: forked, placedBy: "pbx" },
      { caller, callee: { ...caller, registration } },
    ].map(async (input) => (await describeCallFlow(input)).unspecified);
    assert.deepEqual(await Promise.all(flows), documented);
  });

  test("is answered and placed by the caller unless said otherwise", async () => {
    const flow = await describeCallFlow({ caller, callee: { ...callee, registration } });
    assert.deepEqual(flow, {
      route: "LOOP",
      prefix: "mobileTerminating",
      legs: [
        { leg: 1, from: "caller", to: "core", step: 1, reason: "call" },
        {
          ...{ leg: 2, from: "core", to: "pbx", step: 2, reason: "route" },
          ...{ inviteUri: "sip:+0047112334455", prefix: "00", sipUri: pbx },
        },
        { leg: 3, from: "pbx", to: "core", step: 3, reason: "returned", sipUri: pbx },
        { leg: 4, from: "core", to: "callee", step: 4, reason: "returned" },
      ],
    });
  });

  test("without a registration may say so with undefined or null", async () => {
    const plain = await describeCallFlow({ caller, callee });
    for (const nothing of [undefined, null]) {
      const input = {
        caller: { ...caller, registration: nothing },
        callee,
        behavior: nothing,
        placedBy: nothing,
      };
      assert.deepEqual(await describeCallFlow(input), plain);
    }
    assert.deepEqual([plain.route, plain.prefix, plain.legs.length], [null, null, 2]);
  });
});

describe("wrong input", () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const registered = (change) => ({
    caller,
    callee: { ...callee, registration: { ...registration, ...change } },
  });
  const throws = {
    get caller() {
      throw new Error("no caller");
    },
    callee,
  };
  const cases = [
    [undefined, "caller.phoneNumber", "missing"],
    [{}, "callee.phoneNumber", "missing"],
    ["call", "input", "wrong_type"],
    [[caller, callee], "input", "wrong_type"],
    [revoked.proxy, "caller", "unreadable"],
    [throws, "caller", "unreadable"],
    [{ caller: numbers.caller, callee }, "caller", "wrong_type"],
    [{ caller, callee: { phoneNumber: 112 } }, "callee.phoneNumber", "wrong_type"],
    [{ caller, callee: { phoneNumber: "112" } }, "callee.phoneNumber", "bad_number"],
    [{ caller, callee: { ...callee, name: "Kari" } }, "callee.name", "unknown_field"],
    [{ caller, callee, behaviour: "busy" }, "behaviour", "unknown_field"],
    [{ caller, callee, behavior: "engaged" }, "behavior", "unknown_value"],
    [{ caller, callee, behavior: 1 }, "behavior", "wrong_type"],
    [{ caller, callee, placedBy: "core" }, "placedBy", "unknown_value"],
    [{ caller: { ...caller, registration: "LOOP" }, callee }, "caller.registration", "wrong_type"],
    [{ caller: { ...caller, registration: {} }, callee }, "caller.registration.sipUri", "missing"],
    [registered({ sipUri: "sip:pbx.example.com" }), "callee.registration.sipUri", "bad_scheme"],
    [registered({ routeType: "BOTH" }), "callee.registration.routeType", "unknown_route_type"],
    [registered({ routeType: 1 }), "callee.registration.routeType", "wrong_type"],
    [registered({ ttl: 60 }), "callee.registration.ttl", "unknown_field"],
    [registered({ phoneNumber: numbers.caller }), "callee.registration.phoneNumber", "other_number"],
    [
      registered({ mobileTerminatingPrefix: "+" }),
      "callee.registration.mobileTerminatingPrefix",
      "bad_prefix",
    ],
  ];
  for (const [input, field, code] of cases) {
    test(`${field}: ${code}`, async () => {
      const error = await describeCallFlow(input).then(
        () => assert.fail("was accepted"),
        (thrown) => thrown,
      );
      assert.ok(error instanceof InvalidRequestError, String(error));
      const problems = error.problems.filter((problem) => problem.field === field);
      assert.deepEqual(
        problems.map((problem) => problem.code),
        [code],
        JSON.stringify(error.problems),
      );
      assert.ok(problems[0].message.length > 10);
    });
  }

  test("is told all at once, a field at most once", async () => {
    const input = {
      caller: { phoneNumber: "1", registration: { sipUri: 5, routeType: "LOOP", ttl: 1 } },
      callee: { registration: 7 },
      behavior: "engaged",
    };
    const error = await describeCallFlow(input).catch((thrown) => thrown);
    assert.deepEqual(
      error.problems.map(({ field }) => field),
      [
        ...["behavior", "caller.registration.sipUri", "caller.registration.ttl", "callee.registration"],
        ...["caller.phoneNumber", "callee.phoneNumber"],
      ],
    );
  });
});
