// Requests, headers and stores of unusual make: classes, proxies, objects without a prototype, and what is no request at all.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAuth, createClient, InvalidRequestError } from "../../dist/index.js";
import { core, drain, numberOf, requestOf } from "./fleet.mjs";

describe("objects of every make", () => {
  class Registration {
    #number;
    constructor(number) {
      this.#number = number;
    }
    get sipUri() {
      return "sips:pbx.example.com";
    }
    get routeType() {
      return "LOOP";
    }
    get phoneNumber() {
      return this.#number;
    }
  }
  class Special extends Registration {}
  const fields = requestOf(1);
  const makes = {
    "a class with accessors": () => new Special(numberOf(1)),
    "no prototype": () => Object.assign(Object.create(null), fields),
    "fields that are inherited from an object": () => Object.create(fields),
    "fields that are inherited from an object without a prototype": () =>
      Object.create(Object.assign(Object.create(null), fields)),
    frozen: () => Object.freeze({ ...fields }),
    "a proxy of an object": () => new Proxy({ ...fields }, {}),
    "a proxy that answers by itself": () => new Proxy({}, { get: (_, name) => fields[name] }),
    "a proxy of a class": () =>
      new Proxy(new Registration(numberOf(1)), { get: (target, name) => target[name] }),
    "fields that are not enumerable": () =>
      Object.defineProperties(
        {},
        Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value }])),
      ),
  };
  for (const [name, make] of Object.entries(makes)) {
    test(name, async () => {
      const { client, seen } = core();
      await client.upsertRegistration(make());
      const { results } = await drain(client.upsertRegistrations([make()]));
      assert.deepEqual(results[0].request, fields);
      assert.deepEqual(seen.numbers, [numberOf(1), numberOf(1)]);
    });
  }

  test("a proxy that is revoked after the call", async () => {
    const { client, seen } = core();
    const { proxy, revoke } = Proxy.revocable({ ...fields }, {});
    const how = Proxy.revocable({ headers: new Headers({ "x-a": "b" }) }, {});
    const call = client.upsertRegistration(proxy, how.proxy);
    const keeper = client.keepRegistered(proxy);
    revoke();
    how.revoke();
    assert.deepEqual({ ...keeper.request }, fields);
    await call;
    assert.equal(seen.numbers[0], numberOf(1));
    client.close();
  });

  test("a proxy whose chain of prototypes never ends is bad input", { timeout: 5000 }, async () => {
    const endless = new Proxy({}, { getPrototypeOf: () => endless });
    const { client } = core();
    await assert.rejects(client.upsertRegistration(endless), { name: "InvalidRequestError" });
  });
});

test("what is no request or no headers is refused, named for what it is, and left as it was", async () => {
  const { client } = core();
  for (const given of [[], () => {}, Object.assign([], requestOf(1))]) {
    const keeper = client.keepRegistered(given);
    await new Promise((resolve) => keeper.addEventListener("stopped", resolve, { once: true }));
    assert.ok(keeper.lastError instanceof InvalidRequestError);
    assert.equal(Object.isFrozen(given), false);
    given.mine = 1;
    assert.equal(given.mine, 1);
  }
  for (const [headers, word] of [
    [{ "x-a": undefined }, "object"],
    [{ "x-a": Symbol("a") }, "object"],
    [[["x-a"]], "array"],
    [["x-a"], "array"],
  ]) {
    const refusal = await client.upsertRegistration(requestOf(1), { headers }).catch((error) => error);
    assert.equal(refusal.code, "invalid_input");
    assert.match(refusal.problems[0].message, new RegExp(`not an ${word}\\.$`));
  }
  client.close();
});

test("functions and stores are used as they are, with their own this", async () => {
  const kept = new Map();
  class Store {
    get(key) {
      return this.entries.get(key);
    }
    set(key, value) {
      this.entries.set(key, value);
    }
    remove(key) {
      this.entries.delete(key);
    }
    entries = kept;
  }
  const auth = createAuth({
    clientId: "c",
    redirectUri: "https://a.example/",
    preset: "wgtwo",
    storage: new Store(),
  });
  assert.equal(await auth.isSignedIn(), false);
  const client = createClient({ baseUrl: "https://api.example.com", auth });
  await assert.rejects(client.upsertRegistration(requestOf(1)), { code: "sign_in_required" });
});
