// What createAuth costs a page as it opens: the first look at a storage takes a browser about a millisecond.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inProcess } from "./in-process.mjs";

/** How often the storage is looked at when createAuth is called at `address`. */
const looksAt = (address) =>
  inProcess(`
    let looks = 0;
    const storage = { getItem: () => null, setItem() {}, removeItem() {} };
    Object.defineProperty(globalThis, "sessionStorage", { get() { looks += 1; return storage; } });
    globalThis.location = new URL(${JSON.stringify(address)});
    sdk.createAuth({ issuer: "https://id.example.com", clientId: "c", redirectUri: "https://console.example.com/callback" });
    return looks;`);

test("a page whose address has no answer looks at no storage", async () => {
  assert.equal(await looksAt("https://console.example.com/numbers?page=2#top"), 0);
});

test("a page that comes back from the log-out page does", async () => {
  assert.notEqual(await looksAt("https://console.example.com/?state=abc"), 0);
});
