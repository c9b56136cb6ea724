// Signing out when the store does not do its part, or somebody else comes in between: who leaves leaves, and nobody else.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { after, beforeEach, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as sdk from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { adapterOf, createPeople, heard, toldOf } from "./people.mjs";

const { createAuth } = sdk;
/** What another tab of the browser runs: nothing is shared with it but channels. */
const copyAt = new URL(`../../target/tmp/sign-out-copy-${process.pid}/`, import.meta.url);
mkdirSync(copyAt, { recursive: true });
cpSync(new URL("../../dist/", import.meta.url), copyAt, { recursive: true });
const otherTab = await import(new URL("index.js", copyAt).href);
after(() => rmSync(fileURLToPath(copyAt), { recursive: true }));

const LOCAL = { localOnly: true };
let people;

beforeEach(() => {
  openPage("https://console.example/");
  Object.defineProperty(globalThis, "localStorage", { value: globalThis.sessionStorage, configurable: true });
  openPage("https://console.example/");
  people = createPeople();
});

const refuse = () => {
  throw new Error("busy");
};
/** Refuses so many times. */
const times = (count) => {
  let left = count;
  return () => {
    left -= 1;
    if (left >= 0) refuse();
  };
};
const outcomeOf = (promise) =>
  promise.then(
    (value) => value,
    (error) => ({ error: error.code }),
  );
const isStored = (entries) => [...entries.keys()].some((key) => key.includes("/session/"));
const revokedOf = (name) => people.revoked.filter((token) => token.includes(`-${name}-`));

/** Somebody else, in a tab with a session of its own. */
async function bystander(options = { storage: "memory" }) {
  const auth = otherTab.createAuth(people.options(options));
  await people.signIn(auth, "bob");
  return { auth, events: heard(auth) };
}

async function isLeftAlone({ auth, events }) {
  await pause(100);
  assert.deepEqual(events, []);
  assert.equal(await auth.isSignedIn(), true);
  assert.match(await auth.getAccessToken(), /^access-of-bob/);
  assert.deepEqual(revokedOf("bob"), []);
}

describe("the store can't be read", () => {
  test("for a moment: it is asked again, and all is done", async () => {
    const storage = adapterOf();
    const auth = createAuth(people.options({ storage }));
    await people.signIn(auth, "alice");
    const other = await bystander();
    // Each of the first times that it is asked.
    storage.fails.get = times(3);
    assert.deepEqual(await auth.signOut(LOCAL), { revoked: true });
    assert.equal(revokedOf("alice").length, 2);
    assert.equal(isStored(storage.entries), false);
    await isLeftAlone(other);
  });

  for (const [how, fail] of [
    ["throws", refuse],
    ["rejects", () => Promise.reject(new Error("busy"))],
    ["hangs", () => new Promise(() => {})],
    ["throws undefined", () => Promise.reject(undefined)],
  ]) {
    test(`for good (it ${how}): the session goes, and nobody says that its tokens are revoked`, async () => {
      const storage = adapterOf();
      const auth = createAuth(people.options({ storage, timeoutMs: 200 }));
      const events = heard(auth);
      await people.signIn(auth, "alice");
      const other = await bystander();
      storage.fails.get = fail;
      assert.deepEqual(await auth.signOut(LOCAL), { revoked: false });
      delete storage.fails.get;
      assert.equal(isStored(storage.entries), false);
      assert.deepEqual(events, ["signedIn", "signedOut"]);
      assert.equal(await auth.isSignedIn(), false);
      await isLeftAlone(other);
    });
  }

  for (const kind of ["sessionStorage", "localStorage"]) {
    for (const isOpenId of [true, false]) {
      test(`${kind}, people ${isOpenId ? "with" : "without"} names`, async () => {
        people.isOpenId = isOpenId;
        const auth = createAuth(people.options({ storage: kind.slice(0, -"Storage".length) }));
        await people.signIn(auth, "alice");
        const other = await bystander();
        const own = Object.getPrototypeOf(globalThis[kind]).getItem;
        globalThis[kind].getItem = refuse;
        const outcome = await auth.signOut(LOCAL);
        delete globalThis[kind].getItem;
        assert.equal(globalThis[kind].getItem, own);
        assert.deepEqual(outcome, { revoked: false });
        assert.equal(await auth.isSignedIn(), false);
        await isLeftAlone(other);
      });
    }
  }

  test("and never could: nothing is known, nothing is done, and that is said", async () => {
    const storage = adapterOf();
    const first = createAuth(people.options({ storage }));
    await people.signIn(first, "alice");
    const other = await bystander();
    const broken = adapterOf(storage.entries);
    broken.fails.get = refuse;
    const auth = createAuth(people.options({ storage: broken }));
    assert.deepEqual(await outcomeOf(auth.signOut(LOCAL)), { error: "storage_unavailable" });
    assert.equal(isStored(storage.entries), true);
    assert.match(await first.getAccessToken(), /^access-of-alice/);
    assert.deepEqual(people.revoked, []);
    await isLeftAlone(other);
  });

  for (const waits of [true, false]) {
    test(`and somebody else has signed in by another tab ${waits ? "a while ago" : "just now"}`, async () => {
      const entries = new Map();
      const storage = adapterOf(entries);
      const auth = createAuth(people.options({ storage }));
      await people.signIn(auth, "alice");
      storage.fails.get = refuse;
      const other = await bystander({ storage: adapterOf(entries) });
      if (waits) await pause(100);
      assert.notEqual((await outcomeOf(auth.signOut(LOCAL))).revoked, true);
      await isLeftAlone(other);
    });
  }

  test("nothing could be deleted at the core, and that is said", async () => {
    const storage = adapterOf();
    storage.fails.get = refuse;
    const auth = createAuth(people.options({ storage, autoRefresh: false }));
    const outcome = await outcomeOf(auth.signOut({ ...LOCAL, deleteRegistrations: true }));
    assert.notEqual(outcome.registrationsDeleted, true);
  });
});

describe("the store does not let go", () => {
  test("for a moment: it is asked again", async () => {
    const storage = adapterOf();
    const auth = createAuth(people.options({ storage }));
    await people.signIn(auth, "alice");
    storage.fails.remove = times(2);
    assert.deepEqual(await auth.signOut(LOCAL), { revoked: true });
    assert.equal(isStored(storage.entries), false);
  });

  test("for good: that is an error, and the session is worthless", async () => {
    const storage = adapterOf();
    const auth = createAuth(people.options({ storage }));
    await people.signIn(auth, "alice");
    const other = await bystander();
    storage.fails.remove = refuse;
    storage.fails.set = refuse;
    assert.deepEqual(await outcomeOf(auth.signOut(LOCAL)), { error: "storage_unavailable" });
    assert.equal(revokedOf("alice").length, 2);
    await isLeftAlone(other);
    delete storage.fails.remove;
    assert.equal((await auth.signOut(LOCAL)).revoked, true);
    assert.equal(await auth.isSignedIn(), false);
  });

  test("sessionStorage that the browser has closed", async () => {
    const auth = createAuth(people.options({ storage: "session" }));
    await people.signIn(auth, "alice");
    const other = await bystander();
    const { sessionStorage } = globalThis;
    const closed = () => {
      throw new DOMException("blocked", "SecurityError");
    };
    Object.defineProperty(globalThis, "sessionStorage", { get: closed, configurable: true });
    assert.deepEqual(await outcomeOf(auth.signOut(LOCAL)), { error: "storage_unavailable" });
    Object.defineProperty(globalThis, "sessionStorage", { value: sessionStorage, configurable: true });
    await isLeftAlone(other);
  });
});

describe("somebody else comes", () => {
  for (let at = 0; at <= 180; at += 20) {
    test(`and signs in by another tab ${at} ms after the sign-out began`, async () => {
      const entries = new Map();
      const auth = createAuth(people.options({ storage: adapterOf(entries, 15) }));
      await people.signIn(auth, "alice");
      const other = otherTab.createAuth(people.options({ storage: adapterOf(entries, 15) }));
      const answer = await people.answer(other, "bob");
      const leaving = auth.signOut(LOCAL);
      await pause(at);
      await other.handleRedirectCallback(answer);
      const events = heard(other);
      await leaving;
      await isLeftAlone({ auth: other, events });
    });
  }

  test("before the sign-out, while this tab heard nothing of it", async () => {
    const entries = new Map();
    const auth = createAuth(people.options({ storage: adapterOf(entries) }));
    await people.signIn(auth, "alice");
    const other = await bystander({ storage: adapterOf(entries) });
    assert.notEqual((await auth.signOut(LOCAL)).revoked, true, "what became of the tokens is not known here");
    await isLeftAlone(other);
  });

  test("and this tab shows him: then it is his sign-out", async () => {
    const entries = new Map();
    const auth = createAuth(people.options({ storage: adapterOf(entries) }));
    const seen = heard(auth);
    await people.signIn(auth, "alice");
    await toldOf(seen, 1);
    const { auth: other, events } = await bystander({ storage: adapterOf(entries) });
    await toldOf(seen, 2);
    assert.match(await auth.getAccessToken(), /^access-of-bob/);
    assert.deepEqual(await auth.signOut(LOCAL), { revoked: true });
    await toldOf(events, 1);
    assert.deepEqual(events, ["signedOut"]);
    assert.equal(await other.isSignedIn(), false);
  });
});

describe("what becomes of the tokens is not known", () => {
  test("the session was taken out of the store by somebody", async () => {
    const storage = adapterOf();
    const auth = createAuth(people.options({ storage }));
    await people.signIn(auth, "alice");
    storage.entries.clear();
    assert.deepEqual(await auth.signOut(LOCAL), { revoked: false });
    assert.deepEqual(await auth.signOut(LOCAL), { revoked: true }, "now nobody is signed in");
  });

  test("the session is damaged", async () => {
    const storage = adapterOf();
    await people.signIn(createAuth(people.options({ storage })), "alice");
    for (const key of storage.entries.keys()) storage.entries.set(key, "{");
    const auth = createAuth(people.options({ storage: adapterOf(storage.entries) }));
    assert.deepEqual(await auth.signOut(LOCAL), { revoked: false });
  });
});

test("a session that is over is signed out, and only that", async () => {
  people.expiresIn = 1;
  const storage = adapterOf();
  const auth = createAuth(people.options({ storage }));
  await people.signIn(auth, "alice");
  people.expiresIn = 300;
  const other = await bystander();
  await pause(1100);
  assert.deepEqual(await auth.signOut(LOCAL), { revoked: true });
  assert.equal(revokedOf("alice").length, 2);
  await isLeftAlone(other);
});

describe("a revocation of consent", () => {
  const settings = "https://console.example/settings";
  /** Goes to the provider's page, and returns the address that it sends the person back to. */
  async function revoke(auth) {
    let answer;
    await auth.revokeConsent(({ state }) => {
      answer = `${settings}?${new URLSearchParams({ state })}`;
      return "https://id.people.example/consents";
    });
    return answer;
  }

  test("ends the session of the person who took it back", async () => {
    const auth = createAuth(people.options({ storage: adapterOf() }));
    await people.signIn(auth, "alice");
    await auth.handleConsentRevocation(await revoke(auth));
    assert.equal(await auth.isSignedIn(), false);
    assert.equal(revokedOf("alice").length, 2);
  });

  test("leaves alone who signed in by another tab meanwhile", async () => {
    const entries = new Map();
    const auth = createAuth(people.options({ storage: adapterOf(entries) }));
    await people.signIn(auth, "alice");
    const answer = await revoke(auth);
    const other = await bystander({ storage: adapterOf(entries) });
    await auth.handleConsentRevocation(answer);
    await isLeftAlone(other);
  });
});

describe("a sign-out that another tab tells of", () => {
  test("ends this tab's session of the same person", async () => {
    const auth = createAuth(people.options());
    await people.signIn(auth, "alice");
    const other = otherTab.createAuth(people.options());
    const events = heard(other);
    await people.signIn(other, "alice");
    await auth.signOut(LOCAL);
    await toldOf(events, 2);
    assert.deepEqual(events, ["signedIn", "signedOut"]);
  });

  test("does nothing to a person without a name: who left need not be the same", async () => {
    people.isOpenId = false;
    const auth = createAuth(people.options());
    await people.signIn(auth, "alice");
    const other = await bystander();
    assert.deepEqual(await auth.signOut(LOCAL), { revoked: true });
    await isLeftAlone(other);
  });
});
