// Registrations and calls as they were given, before Rust says what belongs in the fields.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readCallFlow } from "../../dist/client/call-flow-fields.js";
import { readApiVersion, readRegistration } from "../../dist/client/registration-fields.js";
import { merged } from "../../dist/given/problems.js";
import { Reader } from "../../dist/given/reader.js";
import { InvalidRequestError } from "../../dist/index.js";

const none = {
  sipUri: undefined,
  routeType: undefined,
  phoneNumber: undefined,
  mobileOriginatingPrefix: undefined,
  mobileTerminatingPrefix: undefined,
};
const told = (problems) => problems.map(({ field, code }) => `${field} ${code}`);

function registration(request) {
  const problems = [];
  const fields = readRegistration(problems, new Reader(request, "request"));
  return [fields, told(problems)];
}

test("a registration is strings", () => {
  const all = {
    sipUri: "sips:pbx.example.com",
    routeType: "LOOP",
    phoneNumber: "+4799900001",
    mobileOriginatingPrefix: "00",
    mobileTerminatingPrefix: "",
  };
  assert.deepEqual(registration(all), [all, []]);
  assert.deepEqual(registration({}), [none, []]);
  assert.deepEqual(registration(undefined), [none, []]);
  assert.deepEqual(registration({ phoneNumber: null, sipUri: 5, ttl: 60 }), [
    none,
    ["sipUri wrong_type", "ttl unknown_field"],
  ]);
  assert.deepEqual(registration([]), [none, ["request wrong_type"]]);
});

test("of one field validation need not speak again", () => {
  const problem = (field, code) => ({ field, code, message: "m" });
  const found = [problem("sipUri", "wrong_type"), problem("ttl", "unknown_field")];
  const validated = [problem("routeType", "missing"), problem("sipUri", "missing")];
  assert.deepEqual(told(merged(found, validated)), [
    "sipUri wrong_type",
    "ttl unknown_field",
    "routeType missing",
  ]);
  assert.deepEqual(merged([], []), []);
});

test("the version to validate for", () => {
  assert.deepEqual([readApiVersion(undefined), readApiVersion({ apiVersion: "v0" })], ["v1", "v0"]);
  assert.throws(
    () => readApiVersion({ apiVersion: "v2", more: 1 }),
    (error) => {
      assert.ok(error instanceof InvalidRequestError);
      assert.deepEqual(told(error.problems), ["apiVersion unknown_value", "more unknown_field"]);
      return true;
    },
  );
});

test("a call: two numbers, with their registrations", () => {
  const problems = [];
  const read = (input) => readCallFlow(input, problems);
  const caller = { phoneNumber: "+4799900001", registration: { sipUri: "sips:pbx.example.com" } };
  assert.deepEqual(read({ caller, behavior: "busy", placedBy: "pbx" }), {
    caller: { phoneNumber: "+4799900001", registration: { ...none, sipUri: "sips:pbx.example.com" } },
    callee: { phoneNumber: undefined, registration: undefined },
    behavior: "busy",
    placedBy: "pbx",
  });
  assert.deepEqual(problems, []);
  const { behavior, placedBy } = read(undefined);
  assert.deepEqual([behavior, placedBy, problems], ["answered", "caller", []]);
});

test("its problems have paths; what is no registration lacks nothing", () => {
  const problems = [];
  const { callee } = readCallFlow(
    {
      behavior: "asleep",
      placedBy: 5,
      caller: { phoneNumber: 5, registration: { routeType: 1, ttl: 1 }, name: "x" },
      callee: { registration: [] },
      more: 1,
    },
    problems,
  );
  assert.equal(callee.registration, undefined);
  assert.deepEqual(told(problems), [
    "behavior unknown_value",
    "placedBy wrong_type",
    "more unknown_field",
    "caller.registration.routeType wrong_type",
    "caller.registration.ttl unknown_field",
    "caller.phoneNumber wrong_type",
    "caller.name unknown_field",
    "callee.registration wrong_type",
  ]);
});
