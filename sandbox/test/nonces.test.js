// Nonces change with time.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Nonces } from "../src/core/nonces.js";

describe("nonces", () => {
  it("change every minute, and the one before is good for a while", () => {
    let now = 1_000_000;
    const nonces = new Nonces(() => now);
    const first = nonces.current();
    now += 59_000;
    assert.equal(nonces.current(), first);
    now += 2_000;
    const second = nonces.current();
    assert.notEqual(second, first);
    assert.ok(nonces.isGood(first) && nonces.isGood(second));
    now += 90_000;
    assert.ok(!nonces.isGood(first) && nonces.isGood(second));
  });

  it("are the provider's where it has given one out", () => {
    const nonces = new Nonces();
    nonces.note("provider's");
    assert.equal(nonces.current(), "provider's");
    assert.ok(!nonces.isGood("other") && !nonces.isGood(undefined));
  });
});
