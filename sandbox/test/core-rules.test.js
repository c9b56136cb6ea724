// SipBreakoutService: what it refuses.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startSandbox } from "../src/index.js";
import { clientToken } from "./console.js";
import { bearer, clientV0, clientV1, freshNumber, loop, OK, REFUSED, registered } from "./core-client.js";

/** @type {import("../src/index.js").Sandbox} */
let sandbox;
/** @type {ReturnType<typeof bearer>} */
let vendor;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true });
  vendor = bearer(await clientToken(sandbox));
});
after(() => sandbox.close());

describe("what is not acceptable", () => {
  /**
   * @param {object} changes
   * @param {RegExp} reason
   */
  const refuses = async (changes, reason) => {
    const number = freshNumber();
    for (const client of [clientV1(sandbox), clientV0(sandbox)]) {
      const response = await client.upsertRegistration(loop(number, changes), vendor);
      assert.equal(response.statusCode, REFUSED, JSON.stringify(changes));
      assert.match(response.errorMessage, reason);
      assert.equal(response.timeToLive, undefined);
      assert.equal(registered(sandbox, number), undefined);
    }
  };

  it("is a SIP URI without TLS, or none", async () => {
    await refuses({ sipUri: "sip:pbx.example.com" }, /must start with sips:/);
    await refuses({ sipUri: "https://pbx.example.com" }, /must start with sips:/);
    await refuses({ sipUri: "pbx.example.com" }, /must start with sips:/);
    await refuses({ sipUri: "" }, /missing/);
  });

  it("is a SIP URI with an IP address or a user part", async () => {
    for (const host of [
      "192.0.2.1",
      "192.0.2.1:5061",
      "[2001:db8::1]",
      "[2001:db8::1]:5061",
      "2001:db8::1",
      "0x7f.1",
      "3221225985",
    ]) {
      await refuses({ sipUri: `sips:${host}` }, /IP address/);
    }
    await refuses({ sipUri: "sips:alice@pbx.example.com" }, /user part/);
  });

  it("is a SIP URI with parameters, headers, a bad port or a bad name", async () => {
    await refuses({ sipUri: "sips:pbx.example.com;transport=tcp" }, /parameters/);
    await refuses({ sipUri: "sips:pbx.example.com?subject=x" }, /parameters/);
    for (const port of ["0", "65536", "", "x", "-1"])
      await refuses({ sipUri: `sips:pbx.example.com:${port}` }, /port/);
    for (const host of [
      "",
      "-pbx.example.com",
      "pbx..example.com",
      "pbx example.com",
      "pbx_1.example.com",
      "blåbær.no",
    ]) {
      await refuses({ sipUri: `sips:${host}` }, /DNS host/);
    }
  });

  it("is a prefix that is not digits", async () => {
    await refuses({ mobileOriginatingPrefix: "+00" }, /mobile_originating_prefix/);
    await refuses({ mobileTerminatingPrefix: "1a" }, /mobile_terminating_prefix/);
  });

  it("is a route type that is unspecified or unknown in the version", async () => {
    await refuses({ routeType: 0 }, /route_type is missing/);
    await refuses({ routeType: 99 }, /route_type 99 is not known/);
    const number = freshNumber();
    for (const routeType of [4, 5, 6]) {
      const old = await clientV0(sandbox).upsertRegistration(loop(number, { routeType }), vendor);
      assert.equal(old.statusCode, REFUSED);
      assert.equal(
        (await clientV1(sandbox).upsertRegistration(loop(number, { routeType }), vendor)).statusCode,
        OK,
      );
    }
  });

  it("is a number that is not the operator's", async () => {
    for (const number of [
      "+4712345678",
      "4799900001",
      "+47999000",
      "+479990000011",
      "+47 99900001",
      "hello",
    ]) {
      for (const client of [clientV1(sandbox), clientV0(sandbox)]) {
        assert.equal((await client.upsertRegistration(loop(number), vendor)).statusCode, REFUSED, number);
        assert.equal((await client.deleteRegistration(loop(number), vendor)).statusCode, REFUSED, number);
      }
    }
  });

  it("is not: what the operator does take", async () => {
    for (const sipUri of [
      "sips:pbx.example.com:5061",
      "SIPS:PBX.Example.COM",
      "sips:pbx",
      "sips:xn--blbr-woae.no:1",
    ]) {
      const number = freshNumber();
      assert.equal(
        (await clientV1(sandbox).upsertRegistration(loop(number, { sipUri }), vendor)).statusCode,
        OK,
        sipUri,
      );
      assert.equal(registered(sandbox, number)?.sipUri, sipUri, "kept as it came");
    }
    const names = [];
    for (const routeType of [1, 2, 3, 4, 5, 6]) {
      const number = freshNumber();
      await clientV1(sandbox).upsertRegistration(loop(number, { routeType }), vendor);
      names.push(registered(sandbox, number)?.routeType);
    }
    assert.deepEqual(names, ["LOOP", "FORK", "FALLBACK", "LOOP_MO", "LOOP_MT", "INGRESS"]);
  });
});
