// Placing calls: over HTTP and in this process, by what is registered at the moment.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientToken } from "./console.js";
import { bearer, clientV1, freshNumber, loop } from "./core-client.js";
import { at, control, json, misbehavingSandbox } from "./misbehaving.js";

const sandbox = misbehavingSandbox();
const paths = ["/control/calls", "/calls"];
const stranger = "+47112334455";
const ordinary = { route: null, prefix: null };
const ordinaryLegs = [
  { leg: 1, from: "caller", to: "core", step: 1, reason: "call" },
  { leg: 2, from: "core", to: "callee", step: 2, reason: "route" },
];

/** @param {string} number @param {Parameters<typeof loop>[1]} [changes] */
const register = async (number, changes) =>
  clientV1(sandbox).upsertRegistration(loop(number, changes), bearer(await clientToken(sandbox)));

describe("a call", () => {
  it("between numbers without registrations goes its ordinary way, answered and from a phone unless said otherwise", async () => {
    const numbers = { caller: freshNumber(), callee: stranger };
    const expected = {
      ...numbers,
      placedBy: "caller",
      behavior: "answered",
      ...ordinary,
      legs: ordinaryLegs,
    };
    assert.deepEqual(sandbox.placeCall(numbers), expected);
    for (const path of paths) {
      const reply = await control(sandbox, "POST", path, numbers);
      assert.equal(reply.status, 200);
      assert.deepEqual(await json(reply), expected);
    }
  });

  it("carries the prefix in the number that the PBX is asked for", async () => {
    const caller = freshNumber();
    const sipUri = "sips:pbx.example.com:5061";
    await register(caller, { sipUri, mobileOriginatingPrefix: "00", mobileTerminatingPrefix: "1" });
    for (const path of paths) {
      const { legs, prefix } = await json(
        await control(sandbox, "POST", path, { caller, callee: stranger, behavior: "pbxRejects" }),
      );
      assert.equal(prefix, "mobileOriginating");
      assert.deepEqual(legs, [
        ordinaryLegs[0],
        {
          leg: 2,
          from: "core",
          to: "pbx",
          step: 2,
          reason: "route",
          inviteUri: "sip:+0047112334455",
          prefix: "00",
          sipUri,
        },
      ]);
    }
  });

  it("has an empty prefix when the registration that counts has none", async () => {
    const [caller, callee] = [freshNumber(), freshNumber()];
    await register(caller);
    await register(callee, { mobileTerminatingPrefix: "1" });
    const call = sandbox.placeCall({ caller, callee });
    const leg = "legs" in call ? call.legs[1] : undefined;
    assert.deepEqual([leg?.prefix, leg?.inviteUri], ["", `sip:${callee}`]);
  });

  it("goes by what is registered at the moment", async () => {
    const numbers = { caller: stranger, callee: freshNumber() };
    const route = () => {
      const call = sandbox.placeCall(numbers);
      return "route" in call ? call.route : call.unspecified;
    };
    assert.equal(route(), null);
    await register(numbers.callee);
    assert.equal(route(), "LOOP");
    await register(numbers.callee, { routeType: 2 });
    assert.equal(route(), "FORK");
    await clientV1(sandbox).deleteRegistration(loop(numbers.callee), bearer(await clientToken(sandbox)));
    assert.equal(route(), null);
    await register(numbers.callee);
    sandbox.configure({ ttlSeconds: 0.001 });
    while (route() !== null) await new Promise((resolve) => setTimeout(resolve, 1));
  });

  it("that the PBX places comes from the PBX of the callee's INGRESS", async () => {
    const numbers = { caller: freshNumber(), callee: freshNumber() };
    await register(numbers.callee, { routeType: 6 });
    const call = sandbox.placeCall({ ...numbers, placedBy: "pbx" });
    assert.deepEqual("legs" in call && call.legs, [
      { leg: 1, from: "pbx", to: "core", step: 1, reason: "call", sipUri: "sips:pbx.example.com" },
      ordinaryLegs[1],
    ]);
  });

  it("is unspecified, with a reason, where the operator says nothing", async () => {
    const numbers = { caller: freshNumber(), callee: freshNumber() };
    await register(numbers.caller);
    await register(numbers.callee, { sipUri: "sips:other.example.com" });
    const reply = await control(sandbox, "POST", "/calls", numbers);
    assert.equal(reply.status, 200);
    const { unspecified, ...rest } = await json(reply);
    assert.match(unspecified, /different PBXes/);
    assert.deepEqual(rest, { ...numbers, placedBy: "caller", behavior: "answered" });
  });
});

describe("a call that makes no sense", () => {
  it("is refused in a line", async () => {
    const good = { caller: "+4799900001", callee: stranger };
    for (const [call, wrong] of /** @type {[unknown, RegExp][]} */ ([
      [{}, /caller is missing/],
      [{ caller: good.caller }, /callee is missing/],
      [{ ...good, caller: "4799900001" }, /caller must be a number/],
      [{ ...good, callee: "+47 11 23 34 45" }, /callee must be a number/],
      [{ ...good, callee: "+0712345" }, /callee/],
      [{ ...good, callee: "+471" }, /callee/],
      [{ ...good, callee: `+${"1".repeat(33)}` }, /callee/],
      [{ ...good, callee: "+4712\n34" }, /callee/],
      [{ ...good, callee: 47 }, /callee/],
      [{ ...good, callee: null }, /callee/],
      [{ ...good, callee: good.caller }, /two numbers/],
      [{ ...good, behavior: "asleep\n" }, /behavior can't be "asleep\\n"/],
      [{ ...good, behavior: null }, /behavior can't be null/],
      [{ ...good, behavior: ["busy"] }, /behavior/],
      [{ ...good, placedBy: "callee" }, /placedBy can't be "callee"/],
      [{ ...good, color: 1 }, /no field color/],
      [{ ...good, constructor: 1 }, /no field constructor/],
      [[good], /object/],
    ])) {
      for (const path of paths) {
        const reply = await control(sandbox, "POST", path, call);
        assert.equal(reply.status, 400, JSON.stringify(call));
        const { error } = await json(reply);
        assert.match(error, wrong);
        assert.doesNotMatch(error, /\n/);
      }
      assert.throws(() => sandbox.placeCall(/** @type {any} */ (call)), TypeError);
    }
  });

  it("is one that is not JSON, or of a page of another machine", async () => {
    for (const path of paths) {
      const init = { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" };
      assert.equal((await at(sandbox, path, init)).status, 415);
      assert.equal((await control(sandbox, "GET", path)).status, 404);
      const preflight = { method: "OPTIONS", headers: { "access-control-request-method": "POST" } };
      const own = await at(sandbox, path, preflight);
      assert.match(own.headers.get("access-control-allow-headers") ?? "", /content-type/);
      const foreign = { ...preflight, headers: { origin: "https://evil.example" } };
      assert.equal((await at(sandbox, path, foreign)).headers.get("access-control-allow-origin"), null);
    }
  });
});
