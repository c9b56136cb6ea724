// Consent that is taken back: by a test, and by the person on the operator's page.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Code } from "@connectrpc/connect";
import { Browser } from "./browser.js";
import { redirectUri, signIn } from "./console.js";
import { bearer, clientV1, failsWith, loop, OK } from "./core-client.js";
import { at, control, json, misbehavingSandbox, origin, refresh, userInfo } from "./misbehaving.js";

const sandbox = misbehavingSandbox();
const [phoneNumber, otherNumber] = ["+4799900061", "+4799900062"];

/** @param {import("./console.js").TokenReply} tokens */
async function isOver(tokens) {
  const reply = await json(await refresh(sandbox, tokens.refresh_token));
  if (reply.error === undefined) return false;
  assert.equal(reply.error, "invalid_grant");
  assert.equal((await userInfo(sandbox, tokens.access_token)).status, 401);
  const call = clientV1(sandbox).upsertRegistration(loop(undefined), bearer(tokens.access_token));
  await failsWith(call, Code.Unauthenticated);
  return true;
}

describe("revoked consent", () => {
  it("ends every sign-in of the number, nobody else's, and is asked for again", async () => {
    const browser = new Browser();
    const first = await signIn(sandbox, { phoneNumber, browser });
    const second = await signIn(sandbox, { phoneNumber });
    const other = await signIn(sandbox, { phoneNumber: otherNumber });
    sandbox.revokeConsent({ phoneNumber });
    for (const { tokens } of [first, second]) assert.ok(await isOver(tokens));
    const call = clientV1(sandbox).upsertRegistration(loop(undefined), bearer(other.tokens.access_token));
    assert.equal((await call).statusCode, OK);
    assert.ok(!(await isOver(other.tokens)));
    const again = await signIn(sandbox, { phoneNumber, browser });
    assert.deepEqual(again.pages, ["consent"]);
    assert.ok(!(await isOver(again.tokens)));
  });

  it("ends a code that was not redeemed yet", async () => {
    await assert.rejects(
      signIn(sandbox, {
        phoneNumber,
        send: async (to, form) => {
          to.revokeConsent({ phoneNumber });
          const reply = await fetch(new URL("/oauth2/token", to.url), {
            method: "POST",
            body: new URLSearchParams({ client_id: to.clientId, ...form }),
          });
          assert.equal((await json(reply.clone())).error, "invalid_grant");
          return reply;
        },
      }),
      /400 !== 200/,
    );
  });

  it("can be of one client", async () => {
    const { tokens } = await signIn(sandbox, { phoneNumber });
    sandbox.revokeConsent({ phoneNumber, clientId: sandbox.mediatedClientId });
    const reply = await control(sandbox, "POST", "/control/revoke-consent", {
      phoneNumber: otherNumber,
      clientId: sandbox.clientId,
    });
    assert.equal(reply.status, 200);
    const { refresh_token } = await json(await refresh(sandbox, tokens.refresh_token));
    await control(sandbox, "POST", "/control/revoke-consent", { phoneNumber, clientId: sandbox.clientId });
    assert.equal((await json(await refresh(sandbox, refresh_token))).error, "invalid_grant");
  });

  it("says what it does not understand", async () => {
    for (const [body, message] of /** @type {const} */ ([
      [{}, /phoneNumber/],
      [{ phoneNumber: "+15550100" }, /phoneNumber/],
      [{ phoneNumber, clientId: "nobody" }, /clientId/],
      [{ phoneNumber, color: 1 }, /color/],
      [[], /object/],
    ])) {
      const reply = await control(sandbox, "POST", "/control/revoke-consent", body);
      assert.equal(reply.status, 400);
      assert.match((await json(reply)).error, message);
    }
  });
});

describe("the operator's page for it", () => {
  const returnTo = `${redirectUri}?page=1`;

  /** @param {unknown} body */
  const link = (body) => control(sandbox, "POST", "/vendor/consent-revocation-link", body);

  /** @param {"revoke" | "keep"} decision */
  async function decide(decision) {
    const { url } = await json(await link({ phoneNumber, returnTo, state: "a&b" }));
    const browser = new Browser();
    const page = await browser.go(url);
    assert.match(page.text, /id="revoke"/);
    assert.match(page.text, /id="keep"/);
    assert.match(page.text, new RegExp(`\\${phoneNumber}`));
    const { url: back } = await browser.submit(page, { decision });
    assert.equal((await browser.go(url)).status, 404, "a link is good for one decision");
    assert.equal((await browser.submit(page, { decision: "revoke" })).status, 404);
    return back;
  }

  it("ends the sign-ins, and sends the person back with state and revoked=true", async () => {
    const { tokens } = await signIn(sandbox, { phoneNumber });
    const back = await decide("revoke");
    assert.equal(`${back.origin}${back.pathname}`, redirectUri);
    assert.deepEqual(Object.fromEntries(back.searchParams), { page: "1", state: "a&b", revoked: "true" });
    assert.ok(await isOver(tokens));
  });

  it("leaves everything as it is when the person wants that", async () => {
    const { tokens } = await signIn(sandbox, { phoneNumber });
    const { searchParams } = await decide("keep");
    assert.deepEqual([searchParams.get("state"), searchParams.get("revoked")], ["a&b", "false"]);
    assert.equal(searchParams.get("error"), "access_denied");
    assert.ok(!(await isOver(tokens)));
  });

  it("takes a form as well, across origins", async () => {
    const body = new URLSearchParams({ phoneNumber, returnTo, state: "s" });
    const reply = await at(sandbox, "/vendor/consent-revocation-link", { method: "POST", body });
    assert.equal(reply.headers.get("access-control-allow-origin"), origin);
    assert.match((await json(reply)).url, /^http:\/\/127\.0\.0\.1:\d+\/consents\/[\w-]+$/);
  });

  it("leads back to this machine only, and wants everything", async () => {
    for (const body of [
      { phoneNumber, returnTo: "https://evil.example/", state: "s" },
      { phoneNumber, returnTo: "javascript:alert(1)", state: "s" },
      { phoneNumber: "+15550100", returnTo, state: "s" },
      { phoneNumber, returnTo },
      { phoneNumber, returnTo, state: 1 },
      [],
    ]) {
      assert.equal((await link(body)).status, 400);
    }
  });

  it("keeps the link out of the log of requests", async () => {
    const { url } = await json(await link({ phoneNumber, returnTo, state: "s" }));
    await fetch(url);
    assert.equal(sandbox.requests.at(-1)?.path, "/consents/:id");
  });
});
