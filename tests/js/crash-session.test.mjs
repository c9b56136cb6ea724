// The wasm stops while a session has work under way.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { inScene, working } from "./crash-scene.mjs";

before(buildDoors);

for (const [while_, refusals, first] of [
  ["for a moment", 2, "access"],
  ["for so long that the refresh fails", 100, ["LoadError", "crashed"]],
]) {
  test(`a renewed token is not lost when the wasm stops before it is read, and no fresh one starts ${while_}`, async () => {
    const [token, then, sent, after, unhandled] = await inScene(`
      await works();
      const { instantiate } = WebAssembly;
      let left = ${refusals};
      WebAssembly.instantiate = (...given) =>
        left-- > 0 ? Promise.reject(new RangeError("out of memory")) : instantiate(...given);
      hold = true;
      const renewing = inStorage.getAccessToken({ forceRefresh: true }).catch(({ name, code }) => [name, code]);
      while (hung.length < 1) await wait(5);
      const before = provider.requests.length;
      await settled(sessionDoor("panic"));
      goOn();
      const token = await renewing;
      left = 0;
      const then = token === "access" ? token : await inStorage.getAccessToken({ forceRefresh: true });
      return [token, then, provider.requests.slice(before), await works(), unhandled];`);
    assert.deepEqual(token, first);
    assert.equal(then, "access");
    // What it was exchanged for came once, and is asked for once.
    assert.deepEqual(sent, ["token"]);
    assert.deepEqual(after, working);
    assert.deepEqual(unhandled, []);
  });
}
