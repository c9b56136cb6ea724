// RP-initiated log-out.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startSandbox } from "../src/index.js";
import { authorizationRequest, signIn, tokenRequest } from "./console.js";

/** @type {import("../src/index.js").Sandbox} */
let sandbox;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true });
});
after(() => sandbox.close());

/** @param {string | undefined} token */
const refresh = (token) => tokenRequest(sandbox, { grant_type: "refresh_token", refresh_token: token ?? "" });

describe("log-out", () => {
  const returnTo = "http://127.0.0.1:4000/bye";

  for (const method of ["GET", "POST"]) {
    it(`by ${method} with the ID token goes back without a click and ends the session`, async () => {
      const { browser, tokens } = await signIn(sandbox);
      const form = { id_token_hint: tokens.id_token ?? "", post_logout_redirect_uri: returnTo, state: "s 1" };
      const end = new URL("/oauth2/sessions/logout", sandbox.issuer);
      if (method === "GET") end.search = new URLSearchParams(form).toString();
      const { url } = await browser.go(end, method === "GET" ? {} : { form });
      assert.equal(url.href, `${returnTo}?state=s+1`);
      const { url: silent } = await browser.go(authorizationRequest(sandbox, { prompt: "none" }).url);
      assert.equal(silent.searchParams.get("error"), "login_required");
    });
  }

  it("by POST puts no token into an address", async () => {
    const { browser, tokens } = await signIn(sandbox);
    const end = new URL("/oauth2/sessions/logout", sandbox.issuer);
    const form = { id_token_hint: tokens.id_token ?? "", post_logout_redirect_uri: returnTo };
    const { headers, status } = await browser.go(end, { form, follow: false });
    assert.equal(status, 303);
    assert.match(headers.get("location") ?? "", /^\/oauth2\/sessions\/logout\?posted=[\w-]+$/);
  });

  it("works when the session is over already", async () => {
    const { browser, tokens } = await signIn(sandbox);
    const end = new URL("/oauth2/sessions/logout", sandbox.issuer);
    const form = { id_token_hint: tokens.id_token ?? "", post_logout_redirect_uri: returnTo };
    await browser.go(end, { form });
    assert.equal((await browser.go(end, { form })).url.href, returnTo);
  });

  it("shows a page when there is nowhere to go back to", async () => {
    const { browser, tokens } = await signIn(sandbox);
    const end = new URL("/oauth2/sessions/logout", sandbox.issuer);
    const page = await browser.go(end, { form: { id_token_hint: tokens.id_token ?? "" } });
    assert.match(page.text, /You are signed out/);
  });

  it("asks without the ID token, with another person's, or with one of another session", async () => {
    const { browser } = await signIn(sandbox);
    const elsewhere = await signIn(sandbox);
    const other = await signIn(sandbox, { phoneNumber: "+4799900033" });
    const end = new URL("/oauth2/sessions/logout", sandbox.issuer);
    for (const hint of [undefined, other.tokens.id_token, elsewhere.tokens.id_token]) {
      const page = await browser.go(end, { form: hint === undefined ? {} : { id_token_hint: hint } });
      assert.match(page.text, /id="sign-out"/);
      await browser.go(new URL("/", page.url));
      const { url } = await browser.go(authorizationRequest(sandbox, { prompt: "none" }).url);
      assert.ok(url.searchParams.has("code"), "who does not confirm stays signed in");
    }
  });

  it("ends the session when the person confirms", async () => {
    const { browser } = await signIn(sandbox);
    const page = await browser.go(new URL("/oauth2/sessions/logout", sandbox.issuer));
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    assert.match((await browser.submit(page, { xsrf, logout: "yes" })).text, /You are signed out/);
    const { url } = await browser.go(authorizationRequest(sandbox, { prompt: "none" }).url);
    assert.equal(url.searchParams.get("error"), "login_required");
  });

  it("takes the ID token that a refresh brought", async () => {
    const { browser, tokens } = await signIn(sandbox);
    const { id_token: hint } = /** @type {any} */ (await (await refresh(tokens.refresh_token)).json());
    const form = { id_token_hint: hint, post_logout_redirect_uri: returnTo };
    const { url } = await browser.go(new URL("/oauth2/sessions/logout", sandbox.issuer), { form });
    assert.equal(url.href, returnTo);
  });

  it("refuses a form that is too large", async () => {
    const body = new URLSearchParams({ id_token_hint: "x".repeat(20_000) });
    const reply = await fetch(new URL("/oauth2/sessions/logout", sandbox.issuer), { method: "POST", body });
    assert.equal(reply.status, 413);
    assert.equal(await reply.text(), "the form is too large");
  });

  it("refuses to send the browser off this machine", async () => {
    const { browser, tokens } = await signIn(sandbox);
    const form = { id_token_hint: tokens.id_token ?? "", post_logout_redirect_uri: "https://example.com/" };
    const page = await browser.go(new URL("/oauth2/sessions/logout", sandbox.issuer), { form });
    assert.equal(page.status, 400);
  });

  it("leaves the tokens to the application", async () => {
    const { browser, tokens } = await signIn(sandbox);
    const form = { id_token_hint: tokens.id_token ?? "" };
    await browser.go(new URL("/oauth2/sessions/logout", sandbox.issuer), { form });
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
  });
});
