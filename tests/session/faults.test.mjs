// Each fault of the provider, and what becomes of it: the table in docs/security.md.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { repeats } from "../repeats.mjs";
import { browsers, events, outcomeOf, pause, ready, Stage, token, until, users } from "./stage.mjs";

const newToken = (tab) => token(tab, { forceRefresh: true });

/** At the sign-in: the fault, and the error; none where the sign-in goes through all the same. */
const signIns = [
  ["an answer with another `iss`", { on: "authorization", iss: "https://evil.example" }, "issuer_mismatch"],
  ["an answer without the promised `iss`", { on: "authorization", iss: null }, "issuer_mismatch"],
  ["an answer with another `state`", { on: "authorization", state: "A".repeat(43) }, "state_unknown"],
  ["a refusal", { on: "authorization", error: "access_denied" }, "access_denied"],
  ["an ID token with another nonce", { on: "idToken", claims: { nonce: "other" } }, "id_token_invalid"],
  [
    "an ID token of another issuer",
    { on: "idToken", claims: { iss: "https://evil.example" } },
    "id_token_invalid",
  ],
  ["an ID token for another client", { on: "idToken", claims: { aud: "other" } }, "id_token_invalid"],
  ["an ID token that is over", { on: "idToken", claims: { exp: 1 } }, "id_token_invalid"],
  ["a bad signature", { on: "idToken", signature: "broken" }, "id_token_invalid"],
  ["`alg: none`", { on: "idToken", alg: "none" }, "id_token_invalid"],
  ["a symmetric signature", { on: "idToken", alg: "HS256" }, "id_token_invalid"],
  ["a key that is not published", { on: "idToken", claims: {}, kid: "unknown" }, "id_token_invalid"],
  ["ES256", { on: "idToken", alg: "ES256" }, undefined],
  ["keys that can't be had", { on: "jwks", status: 503 }, "jwks_unreachable"],
  ["a redirect at the token endpoint", { on: "token.code", redirectTo: "http://127.0.0.1:1/" }, "redirected"],
  ["a refused code", { on: "token.code", error: "invalid_grant" }, "invalid_grant"],
  ["a token endpoint that is down", { on: "token.code", status: 503 }, "temporarily_unavailable"],
  ["a token endpoint that is slow", { on: "token.code", delayMs: 2500 }, "timeout"],
  ["a lost reply to the code", { on: "token.code", lose: "reply" }, "network"],
  ["discovery that is down", { on: "discovery", status: 500 }, "server_error"],
];

/** At a refresh: the fault, the error, the code of `sessionExpired` if it ends the session. */
const refreshes = [
  ["a refusal (`invalid_grant`)", { on: "token.refresh", error: "invalid_grant" }, "invalid_grant"],
  ["another 4xx", { on: "token.refresh", error: "invalid_scope" }, "invalid_scope"],
  ["500", { on: "token.refresh", status: 500 }, "server_error"],
  ["503", { on: "token.refresh", status: 503 }, "temporarily_unavailable"],
  [
    "429 with Retry-After",
    { on: "token.refresh", status: 429, retryAfterSeconds: 1 },
    "temporarily_unavailable",
  ],
  ["a redirect", { on: "token.refresh", redirectTo: "http://127.0.0.1:1/" }, "redirected"],
  ["two replies that are too slow", { on: "token.refresh", delayMs: 2500, times: 2 }, "timeout"],
  ["one lost request", { on: "token.refresh", lose: "request" }, undefined],
  ["one lost reply", { on: "token.refresh", lose: "reply" }, undefined],
  ["two lost replies", { on: "token.refresh", lose: "reply", times: 2 }, "network"],
  [
    "an ID token of somebody else",
    { on: "idToken", claims: { sub: "other" } },
    "session_expired",
    "id_token_invalid",
  ],
  ["an ID token that is over", { on: "idToken", claims: { exp: 1 } }, undefined],
  ["keys that can't be had", [{ on: "jwks", status: 503 }], undefined, undefined, { rotateKeys: true }],
];

/**
 * In which the browser has a part: what it makes of a fault at the network, and its keys. What an answer says is judged by the same
 * code everywhere, and each row of it is a test in tests/js, too.
 */
const ofBrowsers = ["ES256", "a lost reply to the code", "a redirect"];
/** One row for each kind that an answer can be of. */
const ofAnswers = [
  "an answer with another `iss`",
  "a bad signature",
  "keys that can't be had",
  "a token endpoint that is slow",
  "discovery that is down",
  "503",
  "one lost reply",
  "an ID token of somebody else",
];

/** In Chromium one row of each kind is enough, in Firefox those in which it has a part. */
const repeatsRow = (browser, what) =>
  repeats(!ofBrowsers.includes(what) && (browser === "firefox" || !ofAnswers.includes(what)));

for (const browser of browsers) {
  describe(browser, () => {
    let stage;
    before(async () => {
      stage = await Stage.open(browser);
    });
    after(() => stage.close());

    for (const [what, fault, code] of signIns) {
      test(`sign-in: ${what}: ${code ?? "goes through"}`, { skip: repeatsRow(browser, what) }, async () => {
        await stage.begin({ timeoutMs: 1000 });
        const tab = await stage.tab();
        stage.sandbox.arm(fault);
        if (fault.on === "discovery") {
          const refused = await tab.evaluate(() => window.page.caught(window.page.auth.signIn()));
          assert.equal(refused.error, code);
          assert.equal(tab.url(), stage.served.url, "the page is not left");
        } else {
          const outcome = await stage.signIn(tab, users[0], { appState: "kept" });
          stage.isClean(JSON.stringify(outcome));
          assert.equal(outcome?.error, code);
        }
        stage.sandbox.disarm();
        if (code !== undefined) {
          assert.equal((await token(tab)).error, "sign_in_required");
          assert.equal((await stage.signIn(tab))?.error, undefined, "the next sign-in is as always");
        }
        assert.equal(typeof (await token(tab)), "string");
      });
    }

    for (const [what, fault, code, ended, settings] of refreshes) {
      test(`refresh: ${what}: ${ended ? "ends the session" : (code ?? "goes through")}`, {
        skip: repeatsRow(browser, what),
      }, async () => {
        await stage.begin({ timeoutMs: 1000 });
        const tab = await stage.signedIn();
        if (settings) stage.sandbox.configure(settings);
        stage.sandbox.arm(fault);
        const refreshed = await newToken(tab);
        assert.equal(refreshed.error, code);
        if (code) stage.isClean(JSON.stringify(refreshed));
        stage.sandbox.disarm();
        const told = (await events(tab)).filter(([type]) => type === "sessionExpired");
        assert.deepEqual(told, ended ? [["sessionExpired", ended]] : []);
        if (ended) assert.equal((await token(tab)).error, "sign_in_required");
        else assert.equal(typeof (await token(tab)), "string", "what is left of the token is used on");
        if (code === "temporarily_unavailable") await new Promise((resolve) => setTimeout(resolve, 1200));
        if (!ended) assert.equal(typeof (await newToken(tab)), "string");
      });
    }

    for (const word of ["invalid_grant", "token_inactive"]) {
      test(`refresh: \`${word}\` when the token is over: ends the session`, {
        skip: repeats(browser === "firefox" || word === "token_inactive"),
      }, async () => {
        await stage.begin();
        stage.sandbox.configure({ tokenTtlSeconds: 1 });
        const tab = await stage.signedIn();
        stage.sandbox.arm({ on: "token.refresh", error: word });
        await pause(1100);
        assert.equal((await token(tab)).error, "session_expired");
        const told = (await events(tab)).filter(([type]) => type === "sessionExpired");
        assert.deepEqual(told, [["sessionExpired", word]]);
        assert.equal((await token(tab)).error, "sign_in_required");
      });
    }

    test("refresh: a wrong secret at a gateway makes the session uncertain in all tabs, until it is mended", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      stage.sandbox.configure({ tokenTtlSeconds: 1 });
      const tab = await stage.signedIn();
      const other = await stage.tab();
      const third = await stage.tab();
      stage.sandbox.arm({ on: "token.refresh", error: "invalid_client", times: "always" });
      await pause(1100);
      const state = (of) => of.evaluate(() => window.page.auth.sessionState);
      for (const asking of [tab, other, tab]) assert.equal((await token(asking)).error, "invalid_client");
      for (const each of [tab, other]) {
        await until("it is told", async () =>
          (await events(each)).some(
            ([type, code]) => type === "sessionUncertain" && code === "invalid_client",
          ),
        );
        assert.equal(await state(each), "uncertain");
      }
      await third.reload();
      await ready(third);
      await third.evaluate(() => window.page.auth.isSignedIn());
      assert.equal(await state(third), "uncertain", "a page that is opened meanwhile knows too");
      stage.sandbox.disarm();
      stage.sandbox.configure({ tokenTtlSeconds: 3600 });
      await tab.evaluate(() => window.dispatchEvent(new Event("online")));
      for (const each of [tab, other, third]) {
        await until("it is over", async () => (await state(each)) === "signedIn");
        assert.equal(typeof (await token(each)), "string");
        const ends = (await events(each)).filter(([type]) => type === "sessionExpired");
        assert.deepEqual(ends, []);
      }
    });

    for (const status of [429, 503]) {
      test(`a ${status} whose Retry-After can be read: nothing is sent before the time, and then it goes through`, {
        skip: repeats(browser === "firefox" || status === 503),
      }, async () => {
        const { url, mediatedClientId } = stage.sandbox;
        const endpoints = { token: `${url}/vendor/oauth2/token`, revocation: `${url}/vendor/oauth2/revoke` };
        await stage.begin({ clientId: mediatedClientId, endpoints });
        const tab = await stage.signedIn();
        stage.sandbox.arm({ on: "token.refresh", status, retryAfterSeconds: 3 });
        let last = await newToken(tab);
        assert.equal(last.error, "temporarily_unavailable");
        const [refused] = stage.refreshes();
        while (last.error === "temporarily_unavailable") {
          last = await newToken(tab);
          assert.equal(typeof (await token(tab)), "string", "what is left of the token is used on");
        }
        assert.equal(typeof last, "string");
        assert.equal(stage.refreshes().length, 2);
        const waited = stage.refreshes()[1].startedAt - refused.endedAt;
        assert.ok(waited > 2950, `asked again after ${waited} ms`);
      });
    }

    test("what the provider repeats of a token is in no error", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const tab = await stage.signedIn();
      const stored = await tab.evaluate(() => {
        const key = Object.keys(localStorage).find((name) => name.startsWith("sipbreakout/session/"));
        return JSON.parse(localStorage.getItem(key));
      });
      const sent = stored.refresh_token;
      assert.ok(stage.sandbox.issuedSecrets.has(sent));
      const said = { errorDescription: `There is no token ${sent}` };
      for (const fault of [
        { error: "invalid_scope", ...said },
        { error: sent },
        { status: 400, body: sent },
        {
          status: 500,
          body: { error: "server_error", error_description: sent, error_uri: `https://a.example/${sent}` },
        },
        { error: "invalid_grant", ...said },
      ]) {
        stage.sandbox.arm({ on: "token.refresh", ...fault });
        const refused = await newToken(tab);
        assert.equal(refused.name, "AuthError");
        stage.isClean(JSON.stringify(refused));
      }
      stage.isClean(JSON.stringify(await events(tab)));
    });

    test("discovery that is down leaves a session as it was", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      await stage.signedIn();
      const tab = await stage.tab();
      stage.sandbox.arm({ on: "discovery", status: 500, times: "always" });
      const refused = await tab.evaluate(() => window.page.caught(window.page.auth.signIn()));
      assert.equal(refused.error, "server_error");
      assert.equal(tab.url(), stage.served.url);
      assert.equal((await newToken(tab)).error, "server_error");
      assert.equal(typeof (await token(tab)), "string");
      stage.sandbox.disarm();
      assert.equal(typeof (await newToken(tab)), "string");
    });

    for (const minutes of [-10, 10]) {
      test(`a provider's clock ${minutes} minutes off keeps nobody out`, {
        skip: repeats(browser === "firefox" || minutes > 0),
      }, async () => {
        await stage.begin();
        stage.sandbox.configure({ clockOffsetSeconds: minutes * 60 });
        const tab = await stage.tab();
        assert.equal((await stage.signIn(tab))?.error, undefined);
        assert.equal(typeof (await newToken(tab)), "string");
      });
    }

    test("rotated keys are fetched once more", { skip: repeats(browser === "firefox") }, async () => {
      await stage.begin();
      const tab = await stage.signedIn();
      await newToken(tab);
      stage.sandbox.configure({ rotateKeys: true });
      const asked = () =>
        stage.sandbox.requests.filter(({ path }) => path === "/.well-known/jwks.json").length;
      const before = asked();
      assert.equal(typeof (await newToken(tab)), "string");
      assert.equal(typeof (await newToken(tab)), "string");
      assert.equal(asked(), before + 1);
    });

    test("consent that is taken back ends the session at the next refresh", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      stage.sandbox.configure({ tokenTtlSeconds: 1 });
      const tab = await stage.signedIn();
      stage.sandbox.revokeConsent({ phoneNumber: users[0] });
      await pause(1100);
      assert.equal((await token(tab)).error, "session_expired");
    });

    test("a confidential client behind a gateway: signs in, refreshes and signs out without a secret", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      const { url, mediatedClientId } = stage.sandbox;
      const endpoints = { token: `${url}/vendor/oauth2/token`, revocation: `${url}/vendor/oauth2/revoke` };
      await stage.begin({ clientId: mediatedClientId, endpoints });
      const tab = await stage.tab();
      assert.equal((await stage.signIn(tab))?.error, undefined);
      assert.equal(typeof (await newToken(tab)), "string");
      const out = await tab.evaluate(() => window.page.auth.signOut({ localOnly: true }));
      assert.deepEqual(out, { revoked: true });
    });

    test("DPoP with nonces: sign-in, refresh, user info and calls; the token is of no use without the key", async () => {
      await stage.begin({ dpop: true });
      stage.sandbox.configure({ dpop: "required", dpopNonces: true });
      const tab = await stage.tab();
      assert.equal((await stage.signIn(tab))?.error, undefined);
      const access = await newToken(tab);
      assert.equal(typeof access, "string");
      assert.ok(stage.sandbox.tokenLog.every(({ dpop }) => dpop));
      assert.deepEqual(
        stage.sandbox.tokenLog.map(({ outcome }) => outcome),
        ["use_dpop_nonce", "issued", "issued"],
        "a nonce is asked for once",
      );
      const [status, number] = await tab.evaluate(async (baseUrl) => {
        const { auth, sdk, caught } = window.page;
        const client = sdk.createClient({ baseUrl, auth });
        const done = await caught(
          client.upsertRegistration({ sipUri: "sips:pbx.example.com", routeType: "LOOP" }),
        );
        return [done.status ?? done.message, (await auth.getUser()).phoneNumber];
      }, stage.sandbox.url);
      assert.deepEqual([status, number], ["OK", users[0]]);
      const stolen = await tab.evaluate(
        (baseUrl, stolenToken) => {
          const { sdk, caught } = window.page;
          const client = sdk.createClient({ baseUrl, accessToken: () => stolenToken });
          return caught(client.upsertRegistration({ sipUri: "sips:pbx.example.com", routeType: "LOOP" }));
        },
        stage.sandbox.url,
        access,
      );
      assert.equal(stolen.error, "unauthenticated");
      await tab.reload();
      await ready(tab);
      assert.equal(typeof (await newToken(tab)), "string", "the key outlives the page");
      const refused = await outcomeOf(tab);
      assert.equal(refused, null);
    });
  });
}
