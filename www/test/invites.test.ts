import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouteType } from "sipbreakout-web";
import { invitesOf } from "../src/invites.ts";

const number = "+4799900001";
const somebody = "+47112334455";
const prefixes = { mobileOriginatingPrefix: "12", mobileTerminatingPrefix: "00" };

const outgoing = "sip:+1247112334455";
const incoming = "sip:+004799900001";
const expected: Record<RouteType, { outgoing: string | null; incoming: string | null }> = {
  LOOP: { outgoing, incoming },
  FORK: { outgoing, incoming },
  FALLBACK: { outgoing: null, incoming },
  LOOP_MO: { outgoing, incoming: null },
  LOOP_MT: { outgoing: null, incoming },
  INGRESS: { outgoing: null, incoming: null },
};

for (const [routeType, invites] of Object.entries(expected)) {
  test(`${routeType}: which calls the PBX gets, with the prefix between plus and number`, async () => {
    const found = await invitesOf({ number, somebody, routeType: routeType as RouteType, ...prefixes });
    assert.deepEqual(found, invites);
  });
}

test("a prefix that is none describes nothing", async () => {
  const wanted = { number, somebody, routeType: "LOOP", ...prefixes, mobileTerminatingPrefix: "x" } as const;
  await assert.rejects(invitesOf(wanted), { code: "invalid_input" });
});
