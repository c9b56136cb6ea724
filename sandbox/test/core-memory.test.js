// SipBreakoutService: what it remembers, and for how long.
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

describe("what is remembered", () => {
  it("is one registration per number, whichever version it came by", async () => {
    const number = freshNumber();
    await clientV0(sandbox).upsertRegistration(loop(number), vendor);
    await clientV1(sandbox).upsertRegistration(
      loop(number, { sipUri: "sips:other.example.com", routeType: 2 }),
      vendor,
    );
    const all = sandbox.registrations().filter(({ phoneNumber }) => phoneNumber === number);
    assert.equal(all.length, 1);
    assert.equal(all[0]?.sipUri, "sips:other.example.com");
    assert.equal(all[0]?.routeType, "FORK");
    assert.equal(all[0]?.apiVersion, "v1");
  });

  it("stays registered since the first upsert while nothing changes", async () => {
    const number = freshNumber();
    await clientV1(sandbox).upsertRegistration(loop(number), vendor);
    const first = registered(sandbox, number) ?? assert.fail();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await clientV1(sandbox).upsertRegistration(loop(number), vendor);
    const refreshed = registered(sandbox, number) ?? assert.fail();
    assert.equal(refreshed.registeredAt, first.registeredAt);
    assert.ok(refreshed.refreshedAt > first.refreshedAt);
    await clientV1(sandbox).upsertRegistration(loop(number, { routeType: 2 }), vendor);
    assert.ok((registered(sandbox, number)?.registeredAt ?? "") > first.registeredAt);
  });

  it("is deleted only with the SIP URI it has", async () => {
    const number = freshNumber();
    await clientV1(sandbox).upsertRegistration(loop(number), vendor);
    for (const sipUri of ["sips:other.example.com", "sips:PBX.example.com", ""]) {
      const response = await clientV1(sandbox).deleteRegistration(loop(number, { sipUri }), vendor);
      assert.equal(response.statusCode, REFUSED, sipUri);
      assert.match(response.errorMessage, /sip_uri/);
    }
    assert.ok(registered(sandbox, number));
    assert.equal((await clientV0(sandbox).deleteRegistration(loop(number), vendor)).statusCode, OK);
    assert.equal(registered(sandbox, number), undefined);
  });

  it("makes deleting nothing OK, or not acceptable if so wished", async () => {
    assert.equal((await clientV1(sandbox).deleteRegistration(loop(freshNumber()), vendor)).statusCode, OK);
    const strict = await startSandbox({ port: 0, grpcPort: 0, quiet: true, deleteMissing: "not-acceptable" });
    try {
      const client = clientV1(strict, "grpc");
      const response = await client.deleteRegistration(
        loop(freshNumber()),
        bearer(await clientToken(strict)),
      );
      assert.equal(response.statusCode, REFUSED);
      assert.match(response.errorMessage, /has no registration/);
    } finally {
      await strict.close();
    }
  });

  it("is forgotten when its time to live is over, and lives on when refreshed", async () => {
    const short = await startSandbox({ port: 0, grpcPort: 0, quiet: true, ttlSeconds: 1.2 });
    try {
      const client = clientV1(short, "grpc");
      const options = bearer(await clientToken(short));
      const [kept, left] = [freshNumber(), freshNumber()];
      const numbers = () => short.registrations().map(({ phoneNumber }) => phoneNumber);
      const response = await client.upsertRegistration(loop(left), options);
      assert.deepEqual([response.timeToLive?.seconds, response.timeToLive?.nanos], [1n, 200_000_000]);
      await client.upsertRegistration(loop(kept), options);
      assert.deepEqual(numbers(), [kept, left].sort());
      await new Promise((resolve) => setTimeout(resolve, 700));
      await client.upsertRegistration(loop(kept), options);
      await new Promise((resolve) => setTimeout(resolve, 700));
      assert.deepEqual(numbers(), [kept]);
      const gone = await client.deleteRegistration(loop(left, { sipUri: "sips:any.example.com" }), options);
      assert.equal(gone.statusCode, OK, "there is nothing any more that the SIP URI could differ from");
      await new Promise((resolve) => setTimeout(resolve, 1250));
      assert.deepEqual(numbers(), []);
    } finally {
      await short.close();
    }
  });
});
