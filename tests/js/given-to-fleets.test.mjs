// A fleet takes each request when it asks for it, and its options in the turn of the call: what the caller changes later, or fills
// again, changes nothing.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { core, drain, numberOf, ok, requestOf } from "./fleet.mjs";

describe("a fleet", () => {
  const slow = async () => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return ok();
  };
  const numbers = Array.from({ length: 40 }, (_, index) => numberOf(index));

  test("takes a copy of each request that a generator fills again", async () => {
    function* sync() {
      const request = requestOf(0);
      for (const number of numbers) {
        request.phoneNumber = number;
        yield request;
      }
      request.phoneNumber = "nonsense";
    }
    async function* async() {
      yield* sync();
    }
    const stepwise = () => {
      const [step, left] = [{ done: false, value: requestOf(0) }, [...numbers]];
      const next = () => {
        step.value.phoneNumber = left.shift();
        step.done = step.value.phoneNumber === undefined;
        return step;
      };
      return { [Symbol.iterator]: () => ({ next }) };
    };
    for (const source of [sync, async, stepwise]) {
      for (const work of ["upsertRegistrations", "deleteRegistrations"]) {
        const { client, seen } = core(slow);
        const { results, thrown } = await drain(client[work](source(), { concurrency: 4 }));
        assert.equal(thrown, undefined);
        assert.deepEqual([...seen.numbers].sort(), numbers, `${source.name} ${work}`);
        for (const { index, request, status } of results) {
          assert.equal(status, "ok");
          assert.deepEqual(request, requestOf(index));
        }
      }
    }
  });

  test("has the options that it was given, though it begins later", async () => {
    const { client, seen } = core(slow);
    const options = { concurrency: 2, headers: { "x-a": "1" } };
    const results = client.upsertRegistrations(
      numbers.map((_, index) => requestOf(index)),
      options,
    );
    options.concurrency = "many";
    options.headers = 5;
    const { thrown } = await drain(results);
    assert.equal(thrown, undefined);
    assert.equal(seen.most, 2);
  });
});
