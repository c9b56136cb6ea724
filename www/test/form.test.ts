import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { emptyDraft } from "../src/draft.ts";
import { afterSending, carriedOf, draftIn, followKept, type KeptRequest, openForm } from "../src/form.ts";

const own = "+4799900001";
const other = "+4799900002";
const mine: KeptRequest = {
  number: own,
  apiVersion: "v0",
  request: {
    sipUri: "sips:pbx.example.com",
    routeType: "FALLBACK",
    phoneNumber: own,
    mobileTerminatingPrefix: "00",
  },
};
const theirs: KeptRequest = {
  number: other,
  apiVersion: "v1",
  request: { sipUri: "sips:other.example.com", routeType: "FORK", phoneNumber: other },
};
const draftOfMine = {
  sipUri: "sips:pbx.example.com",
  apiVersion: "v0",
  routeType: "FALLBACK",
  phoneNumber: own,
  mobileOriginatingPrefix: "",
  mobileTerminatingPrefix: "00",
} as const;

describe("a form", () => {
  test("shows what is kept for the own number, whenever that becomes known", () => {
    const opened = openForm(own);
    assert.deepEqual(draftIn(followKept(opened, [], own)), emptyDraft(own));
    assert.deepEqual(draftIn(followKept(opened, [theirs, mine], own)), draftOfMine);
  });

  test("keeps what was typed, and only that", () => {
    const typed = openForm(own, { routeType: "LOOP", mobileTerminatingPrefix: "" });
    assert.deepEqual(draftIn(followKept(typed, [mine], own)), {
      ...draftOfMine,
      routeType: "LOOP",
      mobileTerminatingPrefix: "",
    });
  });

  test("follows the number, and keeps its content for one that is not kept, or is none yet", () => {
    const form = followKept(openForm(own), [mine, theirs], own);
    const switched = followKept({ ...form, edits: { phoneNumber: "+47 999 00 002" } }, [mine, theirs], other);
    assert.equal(draftIn(switched).sipUri, "sips:other.example.com");
    assert.equal(draftIn(switched).mobileTerminatingPrefix, "");
    assert.equal(draftIn(switched).phoneNumber, "+47 999 00 002");
    const free = followKept({ ...switched, edits: { phoneNumber: "+47999000" } }, [mine, theirs], undefined);
    assert.equal(draftIn(free).sipUri, "sips:other.example.com");
  });

  test("is the same object when nothing changes", () => {
    const form = followKept(openForm(own), [mine], own);
    assert.equal(followKept(form, [mine], own), form);
    assert.equal(followKept(form, [], own), form);
  });

  test("without a number of its own shows what is kept without one", () => {
    const nameless = { ...mine, number: "", request: { ...mine.request, phoneNumber: undefined } };
    assert.equal(draftIn(followKept(openForm(undefined), [nameless], "")).routeType, "FALLBACK");
  });

  test("that was sent has nothing typed any more, but what was typed since", () => {
    const sent = { ...draftOfMine, routeType: "FORK" } as const;
    const form = openForm(own, { routeType: "FORK", sipUri: "sips:newer.example.com" });
    const after = afterSending(form, sent);
    assert.deepEqual(after, { base: sent, edits: { sipUri: "sips:newer.example.com" } });
  });
});

describe("what a sign-in or a reload takes along", () => {
  const typed = openForm(own, { sipUri: "sips:typed.example.com" });

  test("is what was typed, where the rest comes back by itself", () => {
    assert.deepEqual(carriedOf(typed, true, own), { sipUri: "sips:typed.example.com" });
    assert.deepEqual(carriedOf(followKept(typed, [mine], own), true, own), {
      sipUri: "sips:typed.example.com",
    });
    assert.deepEqual(carriedOf(openForm(own), true, own), {});
  });

  test("is another number, too, that was not typed but chosen", () => {
    const form = { base: { ...emptyDraft(own), phoneNumber: other }, edits: {} };
    assert.deepEqual(carriedOf(followKept(form, [theirs], other), true, own), { phoneNumber: other });
  });

  test("is all of it where nothing is kept that could bring it back", () => {
    const deleted = followKept(typed, [mine], own);
    const { phoneNumber: _, mobileOriginatingPrefix: __, ...rest } = draftOfMine;
    assert.deepEqual(carriedOf(deleted, false, own), { ...rest, sipUri: "sips:typed.example.com" });
  });
});
