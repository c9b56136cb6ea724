// The status page and its JSON.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startSandbox } from "../src/index.js";
import { clientToken } from "./console.js";
import { bearer, clientV1, loop } from "./core-client.js";

/** @type {import("../src/index.js").Sandbox} */
let sandbox;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true, ttlSeconds: 120 });
});
after(() => sandbox.close());

/** @param {string} path */
const get = (path) => fetch(new URL(path, sandbox.url), { headers: { origin: "http://localhost:5173" } });

describe("/status.json", () => {
  it("is empty at first and tells what is registered then", async () => {
    const empty = /** @type {any} */ (await (await get("/status.json")).json());
    assert.deepEqual(empty.registrations, []);
    assert.equal(empty.ttlSeconds, 120);
    assert.ok(Math.abs(Date.parse(empty.now) - Date.now()) < 5000);

    await clientV1(sandbox).upsertRegistration(loop("+4799900061"), bearer(await clientToken(sandbox)));
    const reply = await get("/status.json");
    assert.equal(reply.headers.get("cache-control"), "no-store");
    assert.equal(reply.headers.get("access-control-allow-origin"), "http://localhost:5173");
    const { registrations } = /** @type {any} */ (await reply.json());
    assert.equal(registrations.length, 1);
    const [{ registeredAt, refreshedAt, expiresAt, secondsLeft, ...rest }] = registrations;
    assert.deepEqual(rest, {
      phoneNumber: "+4799900061",
      sipUri: "sips:pbx.example.com",
      routeType: "LOOP",
      mobileOriginatingPrefix: "",
      mobileTerminatingPrefix: "",
      apiVersion: "v1",
      tokenKind: "client",
      clientId: "sipbreakout-vendor",
    });
    for (const time of [registeredAt, refreshedAt, expiresAt])
      assert.equal(new Date(time).toISOString(), time);
    assert.ok(secondsLeft > 110 && secondsLeft <= 120);
  });
});

describe("the status page", () => {
  it("shows the registrations and the addresses as it is sent", async () => {
    await clientV1(sandbox).upsertRegistration(
      loop("+4799900062", { mobileOriginatingPrefix: "0047" }),
      bearer(await clientToken(sandbox)),
    );
    const page = await get("/");
    assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
    const text = await page.text();
    for (const shown of [
      "+4799900062",
      "sips:pbx.example.com",
      "LOOP",
      "0047",
      sandbox.grpcUrl,
      sandbox.clientId,
    ]) {
      assert.ok(text.includes(shown), shown);
    }
    assert.match(text, /<noscript><meta http-equiv="refresh"/);
  });

  it("runs its own script only", async () => {
    const policy = (await get("/")).headers.get("content-security-policy") ?? "";
    assert.match(policy, /script-src 'sha256-[^' ]+';/);
    assert.doesNotMatch(policy, /unsafe/);
  });

  it("is asked for again and again, which the requests tell", async () => {
    const before = sandbox.requests.length;
    await get("/status.json");
    await get("/");
    assert.deepEqual(
      sandbox.requests.slice(before).map(({ path }) => path),
      ["/status.json", "/"],
    );
  });

  it("answers GET only, and other paths are not found", async () => {
    assert.equal((await fetch(sandbox.url, { method: "POST" })).status, 405);
    assert.equal((await get("/nothing")).status, 404);
  });
});
