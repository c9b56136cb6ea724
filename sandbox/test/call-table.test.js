// Calls, judged by the table that also judges the product: every combination of registrations and behaviors.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { combinations } from "../../tests/call-flow/combinations.mjs";
import { RouteType } from "../src/gen/wgtwo/sipbreakout/v1/sipbreakout_pb.js";
import { startSandbox } from "../src/index.js";
import { clientToken } from "./console.js";
import { bearer, clientV1, freshNumber, loop, OK } from "./core-client.js";

/** @type {import("../src/index.js").Sandbox} */
let sandbox;
/** @type {ReturnType<typeof bearer>} */
let vendor;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true });
  vendor = bearer(await clientToken(sandbox));
});
after(() => sandbox.close());

const numbers = { caller: freshNumber(), callee: freshNumber() };
// All different, so that the wrong one shows.
const prefixes = {
  caller: { mobileOriginating: "00", mobileTerminating: "11" },
  callee: { mobileOriginating: "22", mobileTerminating: "33" },
};

/**
 * @param {"caller" | "callee"} whose
 * @param {string} route
 * @param {string} sipUri
 */
async function register(whose, route, sipUri) {
  const client = clientV1(sandbox, "grpc");
  const number = numbers[whose];
  if (route === "none") {
    const wanted = sandbox.registrations().find(({ phoneNumber }) => phoneNumber === number);
    if (wanted) await client.deleteRegistration(loop(number, { sipUri: wanted.sipUri }), vendor);
    return;
  }
  const { mobileOriginating, mobileTerminating } = prefixes[whose];
  const reply = await client.upsertRegistration(
    loop(number, {
      sipUri,
      routeType: RouteType[/** @type {keyof typeof RouteType} */ (route)],
      mobileOriginatingPrefix: mobileOriginating,
      mobileTerminatingPrefix: mobileTerminating,
    }),
    vendor,
  );
  assert.equal(reply.statusCode, OK, reply.errorMessage);
}

describe("a call", () => {
  it("goes as the table says, in every combination", async () => {
    const all = combinations({ numbers, prefixes });
    assert.equal(all.length, 850);
    let registered = "";
    for (const { combination, cite, expected } of all) {
      const { placedBy, caller, callee, pbx, behavior } = combination;
      const sipUris = {
        caller: pbx === "same" ? "sips:pbx.example.com" : "sips:other.example.com",
        callee: "sips:pbx.example.com",
      };
      if (registered !== `${caller} ${callee} ${pbx}`) {
        await register("caller", caller, sipUris.caller);
        await register("callee", callee, sipUris.callee);
        registered = `${caller} ${callee} ${pbx}`;
      }
      const wanted = /** @type {any} */ ({ ...numbers, placedBy, behavior });
      const call = sandbox.placeCall(wanted);
      const about = `${JSON.stringify(combination)}: ${cite}`;
      if ("unspecified" in expected) {
        assert.deepEqual({ ...call, unspecified: "" }, { ...wanted, unspecified: "" }, about);
        assert.match("unspecified" in call ? call.unspecified : "", /\w/, about);
        continue;
      }
      const sipUri = expected.prefix === "mobileOriginating" ? sipUris.caller : sipUris.callee;
      const legs = expected.legs.map((leg) =>
        leg.from === "pbx" || leg.to === "pbx" ? { ...leg, sipUri } : leg,
      );
      assert.deepEqual(call, { ...wanted, ...expected, legs }, about);
    }
  });
});
