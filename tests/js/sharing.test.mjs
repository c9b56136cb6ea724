// Whether a sign-in could be mixed up with one of another issuer that waits in the same tab.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSharing } from "../../dist/flows/sign-in.js";

const home = "https://app.example.com/callback";
const part = (issuer) => encodeURIComponent(issuer);

/** A provider whose metadata say whether it names itself in its answers. */
const provider = (issPromised) => ({
  facts: async () => ({ redirectUri: home, issuerPart: part("https://id.example.com") }),
  endpoints: async () => ({ issPromised }),
});

const pending = (issuer, issPromised, redirectUri = home) => ({
  key: `sipbreakout/sign-in/${part(issuer)}/client/default/a-state`,
  record: { redirectUri, issPromised },
});

const outcome = (own, sharing, ...waiting) =>
  checkSharing(provider(own), sharing, waiting).then(
    () => "goes through",
    ({ code, message }) => `${code} ${message.split(" ")[0]}`,
  );
const refused = "invalid_config `redirectUri`";
const fine = "goes through";

test("of the sessions of the page each must promise", async () => {
  for (const [own, sharing, expected] of [
    [false, "alone", fine],
    [true, "withPromise", fine],
    [false, "withPromise", refused],
    [true, "withoutPromise", refused],
  ]) {
    assert.equal(await outcome(own, sharing), expected, `${own} ${sharing}`);
  }
});

test("of those under way each must promise, too, if it is another issuer's at one place", async () => {
  const other = "https://other.example.com";
  for (const [what, own, waiting, expected] of [
    ["both promise", true, pending(other, true), fine],
    ["only this one", true, pending(other, false), refused],
    ["only the other", false, pending(other, true), refused],
    ["the same issuer", false, pending("https://id.example.com", false), fine],
    ["the same with a slash", false, pending("https://id.example.com/", false), fine],
    ["another place", false, pending(other, false, "https://app.example.com/other"), fine],
    ["a place with more parameters", true, pending(other, false, `${home}?tenant=1`), refused],
    ["no place", false, pending(other, false, "nowhere"), fine],
  ]) {
    assert.equal(await outcome(own, "alone", waiting), expected, what);
  }
  const all = [pending(other, true), pending("https://third.example.com", false)];
  assert.equal(await outcome(true, "alone", ...all), refused, "one of several is enough");
});
