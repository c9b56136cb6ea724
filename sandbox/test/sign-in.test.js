// Sign-in: authorization code with PKCE, the pages a person sees, and what comes of each answer.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { startSandbox } from "../src/index.js";
import { Browser } from "./browser.js";
import { authorizationRequest, claimsOf, passPages, redirectUri, signIn, tokenRequest } from "./console.js";

/** @type {import("../src/index.js").Sandbox} */
let sandbox;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true });
});
after(() => sandbox.close());

describe("authorization code with PKCE", () => {
  it("signs a person in, asks for consent and hands out tokens", async () => {
    const { callback, request, pages, tokens } = await signIn(sandbox);
    assert.deepEqual(pages, ["sign-in", "consent"]);
    assert.equal(`${callback.origin}${callback.pathname}`, redirectUri);
    assert.equal(callback.searchParams.get("state"), request.state);
    assert.equal(tokens.token_type, "Bearer");
    assert.equal(tokens.expires_in, 3600);
    assert.deepEqual(
      new Set(tokens.scope.split(" ")),
      new Set(["openid", "offline_access", "phone", "call.routing:write"]),
    );
    assert.doesNotMatch(tokens.access_token, /\./, "the access token is opaque");
  });

  it("names the issuer in the redirect (RFC 9207), also with an error", async () => {
    const { callback } = await signIn(sandbox);
    assert.equal(callback.searchParams.get("iss"), sandbox.issuer);
    const refused = await new Browser().go(authorizationRequest(sandbox, { prompt: "none" }).url);
    assert.equal(refused.url.searchParams.get("iss"), sandbox.issuer);
  });

  it("gives a refresh token for offline_access without prompt=consent, and none without the scope", async () => {
    const offline = await signIn(sandbox);
    assert.equal(offline.request.url.searchParams.has("prompt"), false);
    assert.equal(typeof offline.tokens.refresh_token, "string");
    const online = await signIn(sandbox, { scope: "openid phone" });
    assert.equal(online.tokens.refresh_token, undefined);
  });

  it("signs the ID token with a key of its key set", async () => {
    const { tokens, request } = await signIn(sandbox);
    const { id_token: idToken = "" } = tokens;
    const [header = "", payload = "", signature = ""] = idToken.split(".");
    const { alg, kid } = JSON.parse(Buffer.from(header, "base64url").toString());
    assert.equal(alg, "RS256");
    const reply = await fetch(new URL("/.well-known/jwks.json", sandbox.issuer));
    const { keys } = /** @type {{ keys: (import("node:crypto").JsonWebKey & { kid: string })[] }} */ (
      await reply.json()
    );
    const key = keys.find((candidate) => candidate.kid === kid);
    assert.ok(key);
    assert.equal(key.d, undefined, "the private part stays here");
    const publicKey = createPublicKey({ key, format: "jwk" });
    assert.ok(
      verify("sha256", Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, "base64url")),
    );

    const claims = claimsOf(idToken);
    assert.equal(claims.iss, sandbox.issuer);
    assert.equal(claims.aud, sandbox.clientId);
    assert.equal(claims.nonce, request.nonce);
    assert.ok(claims.sid);
    assert.ok(claims.exp > claims.iat);
    assert.doesNotMatch(claims.sub, /\d{8}/, "the subject does not show the number");
  });

  it("knows a person again, under the same subject, and tells persons apart", async () => {
    const [first, again, other] = [
      await signIn(sandbox),
      await signIn(sandbox),
      await signIn(sandbox, { phoneNumber: "+4799900002" }),
    ].map(({ tokens }) => claimsOf(tokens.id_token ?? "").sub);
    assert.equal(first, again);
    assert.notEqual(first, other);
  });

  it("refuses a request without PKCE, or with the plain method", async () => {
    for (const changes of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge_method: "plain" },
    ]) {
      const { url } = await new Browser().go(authorizationRequest(sandbox, changes).url);
      assert.equal(url.searchParams.get("error"), "invalid_request");
    }
  });

  it("refuses a code with another verifier, and a code used twice", async () => {
    const request = authorizationRequest(sandbox);
    const { callback } = await passPages(new Browser(), request);
    const form = {
      grant_type: "authorization_code",
      code: callback.searchParams.get("code") ?? "",
      redirect_uri: redirectUri,
    };
    const wrong = await tokenRequest(sandbox, { ...form, code_verifier: "a".repeat(43) });
    assert.equal(wrong.status, 400);
    assert.equal(/** @type {any} */ (await wrong.json()).error, "invalid_grant");

    const second = await signIn(sandbox);
    const replay = await tokenRequest(sandbox, {
      ...form,
      code: second.callback.searchParams.get("code") ?? "",
      code_verifier: second.request.verifier,
    });
    assert.equal(/** @type {any} */ (await replay.json()).error, "invalid_grant");
  });

  it("sends the browser back to any http loopback address and nowhere else", async () => {
    const browser = new Browser();
    await signIn(sandbox, { browser });
    for (const uri of ["http://127.0.0.1:9999/a/b?c=d", "http://localhost/", "http://[::1]:8080/cb"]) {
      const { url } = await browser.go(authorizationRequest(sandbox, { redirect_uri: uri }).url);
      assert.ok(url.href.startsWith(uri), url.href);
      assert.ok(url.searchParams.has("code"), url.href);
    }
    for (const uri of [
      "https://example.com/cb",
      "http://127.0.0.1.example.com/",
      "http://user@localhost/",
      "http://localhost/#x",
      undefined,
    ]) {
      const page = await browser.go(authorizationRequest(sandbox, { redirect_uri: uri }).url);
      assert.equal(page.status, 400, String(uri));
      assert.equal(page.url.host, new URL(sandbox.issuer).host);
    }
  });

  it("refuses a scope it does not know", async () => {
    const { url } = await new Browser().go(authorizationRequest(sandbox, { scope: "openid everything" }).url);
    assert.equal(url.searchParams.get("error"), "invalid_scope");
  });
});

describe("the pages", () => {
  it("refuse a number that is not the operator's, with a message, and go on after that", async () => {
    const browser = new Browser();
    const signInPage = await browser.go(authorizationRequest(sandbox).url);
    for (const phoneNumber of ["+4712345678", "", "hello", "+479990000", "+479990000011", '"><script>']) {
      const refused = await browser.submit(signInPage, { phoneNumber });
      assert.equal(refused.status, 200);
      assert.match(refused.text, /id="error"[^>]*>[^<]*is not a number of this operator/);
      assert.doesNotMatch(refused.text, /"><script>/);
    }
    const consent = await browser.submit(signInPage, { phoneNumber: " +47 999 (00) 0-77 " });
    assert.match(consent.text, /\+4799900077/);
  });

  it("offer numbers to pick and keep a login hint", async () => {
    const page = await new Browser().go(authorizationRequest(sandbox, { login_hint: "+4799900042" }).url);
    assert.match(page.text, /<button name="phoneNumber" value="\+4799900001">/);
    assert.match(page.text, /<input id="phone-number" name="phoneNumber"[^>]*value="\+4799900042"/);
    assert.match(page.text, /<button id="sign-in"/);
  });

  it("say which scopes are asked for", async () => {
    const browser = new Browser();
    const page = await browser.submit(await browser.go(authorizationRequest(sandbox).url), {
      phoneNumber: "+4799900011",
    });
    assert.match(page.text, /<button id="allow"/);
    assert.match(page.text, /<button id="deny"/);
    for (const scope of ["offline_access", "phone", "call.routing:write"]) {
      assert.ok(page.text.includes(`<code>${scope}</code>`), scope);
    }
  });

  it("send access_denied back when the person denies", async () => {
    const browser = new Browser();
    const request = authorizationRequest(sandbox);
    const consent = await browser.submit(await browser.go(request.url), { phoneNumber: "+4799900012" });
    const { url } = await browser.submit(consent, { decision: "deny" });
    assert.equal(`${url.origin}${url.pathname}`, redirectUri);
    assert.equal(url.searchParams.get("error"), "access_denied");
    assert.equal(url.searchParams.get("state"), request.state);
  });

  it("are not shown to a browser that did not start the sign-in", async () => {
    const page = await new Browser().go(authorizationRequest(sandbox).url);
    const stolen = await new Browser().go(page.url);
    assert.equal(stolen.status, 400);
    assert.match(stolen.text, /Nothing to sign in to/);
  });

  it("are sent with headers that keep them out of frames and caches", async () => {
    const { headers } = await new Browser().go(authorizationRequest(sandbox).url);
    assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(headers.get("cache-control"), "no-store");
  });
});

describe("a session at the provider", () => {
  it("answers prompt=none with a code after a sign-in, and with login_required before", async () => {
    const browser = new Browser();
    const before = await browser.go(authorizationRequest(sandbox, { prompt: "none" }).url);
    assert.equal(before.url.searchParams.get("error"), "login_required");
    await signIn(sandbox, { browser });
    const { tokens, pages } = await signIn(sandbox, { browser, prompt: "none" });
    assert.deepEqual(pages, []);
    assert.equal(typeof tokens.refresh_token, "string");
  });

  it("answers prompt=none with consent_required when a scope has not been granted", async () => {
    const browser = new Browser();
    const phoneNumber = "+4799900021";
    await signIn(sandbox, { browser, phoneNumber, scope: "openid phone" });
    const { url } = await browser.go(authorizationRequest(sandbox, { prompt: "none" }).url);
    assert.equal(url.searchParams.get("error"), "consent_required");
  });

  it("remembers consent until a scope is new or prompt=consent asks again", async () => {
    const phoneNumber = "+4799900022";
    const pagesOf = async (/** @type {Parameters<typeof signIn>[1]} */ options) =>
      (await signIn(sandbox, { phoneNumber, ...options })).pages;
    const browser = new Browser();
    assert.deepEqual(await pagesOf({ browser, scope: "openid phone" }), ["sign-in", "consent"]);
    assert.deepEqual(await pagesOf({ browser, scope: "openid phone" }), []);
    assert.deepEqual(await pagesOf({ browser, scope: "openid phone call.routing:write" }), ["consent"]);
    assert.deepEqual(await pagesOf({ browser, scope: "openid phone", prompt: "consent" }), ["consent"]);
    assert.deepEqual(await pagesOf({ scope: "openid call.routing:write" }), ["sign-in"], "another browser");
  });

  it("asks for the sign-in again with prompt=login and prompt=select_account", async () => {
    const browser = new Browser();
    const phoneNumber = "+4799900023";
    await signIn(sandbox, { browser, phoneNumber });
    assert.deepEqual((await signIn(sandbox, { browser, phoneNumber, prompt: "login" })).pages, ["sign-in"]);
    assert.deepEqual((await signIn(sandbox, { browser, phoneNumber, prompt: "select_account" })).pages, [
      "sign-in",
    ]);
  });
});
