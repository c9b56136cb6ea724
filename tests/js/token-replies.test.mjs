// Replies of providers and gateways that are not quite what the protocol says. With a usable access token they are good.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";
import { adapter, failing, renewed, reply, signedIn } from "./session.mjs";

beforeEach(() => openPage("https://console.example/back"));

const mark = (text) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]);
/** JSON with one byte that is not UTF-8, in a field that nobody reads. */
const odd = (value) =>
  Buffer.from(JSON.stringify({ ...value, tenant: "J@rg" }).replace("@", "\u00f6"), "latin1");
const nested = (depth) => JSON.parse("[".repeat(depth) + "]".repeat(depth));

/** What becomes of the tokens, as a reply. */
const good = {
  201: (tokens) => reply(201, tokens),
  203: (tokens) => reply(203, tokens),
  206: (tokens) => reply(206, tokens),
  "no content type": (tokens) => reply(200, JSON.stringify(tokens), null),
  "text/plain with a charset": (tokens) => reply(200, tokens, "text/plain; charset=iso-8859-1"),
  "text/html": (tokens) => reply(200, tokens, "text/html"),
  "application/jwt": (tokens) => reply(200, tokens, "application/jwt"),
  "a byte order mark": (tokens) => reply(200, mark(JSON.stringify(tokens))),
  "white space around it": (tokens) => reply(200, ` \r\n${JSON.stringify(tokens)}\n\n`),
  "a byte of another encoding": (tokens) => reply(200, odd(tokens)),
  "no token_type": ({ token_type, ...tokens }) => reply(200, tokens),
  "token_type null": (tokens) => reply(200, { ...tokens, token_type: null }),
  "token_type empty": (tokens) => reply(200, { ...tokens, token_type: "" }),
  "token_type BEARER": (tokens) => reply(200, { ...tokens, token_type: " BEARER " }),
  "token_type a number": (tokens) => reply(200, { ...tokens, token_type: 7 }),
  "scope as a list": (tokens) => reply(200, { ...tokens, scope: ["openid", "phone"] }),
  "scope an object": (tokens) => reply(200, { ...tokens, scope: { phone: true } }),
  "scope a number": (tokens) => reply(200, { ...tokens, scope: 7 }),
  "scope null": (tokens) => reply(200, { ...tokens, scope: null }),
  "refresh_token null": (tokens) => reply(200, { ...tokens, refresh_token: null }),
  "refresh_token a number": (tokens) => reply(200, { ...tokens, refresh_token: 7 }),
  "refresh_token false": (tokens) => reply(200, { ...tokens, refresh_token: false }),
  "refresh_token an object": (tokens) => reply(200, { ...tokens, refresh_token: { value: "r" } }),
  "expires_in as text": (tokens) => reply(200, { ...tokens, expires_in: "300" }),
  "expires_in a list": (tokens) => reply(200, { ...tokens, expires_in: [300] }),
  "expires_in soon": (tokens) => reply(200, { ...tokens, expires_in: "soon" }),
  "expires_in true": (tokens) => reply(200, { ...tokens, expires_in: true }),
  "no expires_in": ({ expires_in, ...tokens }) => reply(200, tokens),
  "an error beside it": (tokens) => reply(200, { ...tokens, error: "invalid_grant" }),
  "an error that is null beside it": (tokens) => reply(200, { ...tokens, error: null, error_description: 7 }),
  "a field twice": (tokens) =>
    reply(200, JSON.stringify(tokens).replace("{", '{"access_token":"the first one",')),
  "names of the prototype": (tokens) =>
    reply(200, JSON.stringify(tokens).replace("{", '{"__proto__":{"token_type":"mac"},"constructor":7,')),
  "deep, but not too deep": (tokens) => reply(200, { ...tokens, more: nested(30) }),
};

describe("the sign-in succeeds", () => {
  for (const [what, change] of Object.entries(good)) {
    test(what, async () => {
      const first = (tokens) => change({ ...tokens, expires_in: 300 });
      const { auth } = await signedIn({ storage: adapter(), first });
      assert.equal(await auth.getAccessToken(), "access-1");
      assert.equal(auth.sessionState, "signedIn");
    });
  }

  for (const id_token of [null, 7, {}, [], false]) {
    test(`id_token ${JSON.stringify(id_token)}`, async () => {
      const first = (tokens) => reply(200, { ...tokens, id_token });
      const { auth } = await signedIn({ first });
      assert.equal(await auth.getAccessToken(), "access-1");
      assert.equal(auth.sessionState, "signedIn");
    });
  }

  for (const id_token of [null, 7, {}, [], false, ""]) {
    test(`id_token ${JSON.stringify(id_token)}, when no ID token was asked for`, async () => {
      const first = (tokens) => reply(200, { ...tokens, id_token });
      const { auth } = await signedIn({ scope: "phone", first });
      assert.equal(await auth.getAccessToken(), "access-1");
    });
  }
});

describe("the refresh succeeds", () => {
  for (const [what, change] of Object.entries(good)) {
    test(what, async () => {
      const { auth, told } = await signedIn({ storage: adapter(), refreshes: [change(renewed(2))] });
      assert.equal(await auth.getAccessToken(), "access-2");
      assert.deepEqual(
        told.map(({ type }) => type),
        ["tokenRefreshed"],
      );
    });
  }

  for (const id_token of [null, 7, {}, [], false, ""]) {
    test(`id_token ${JSON.stringify(id_token)}`, async () => {
      const { auth } = await signedIn({ refreshes: [reply(200, { ...renewed(2), id_token })] });
      assert.equal(await auth.getAccessToken(), "access-2");
    });
  }

  test("what is no refresh token leaves the one before", async () => {
    const next = (refresh_token) => reply(200, { ...renewed(2, 0), refresh_token });
    const { auth, sent } = await signedIn({ refreshes: [next(null), next({}), next(""), next("another")] });
    for (let tries = 0; tries < 5; tries += 1) await auth.getAccessToken();
    const used = sent.map((form) => form.get("refresh_token"));
    assert.equal(new Set(used.slice(0, 4)).size, 1);
    assert.equal(used[4], "another");
  });
});

const bad = {
  "no access_token": { token_type: "bearer" },
  "access_token null": { access_token: null, token_type: "bearer" },
  "access_token empty": { access_token: "", token_type: "bearer" },
  "access_token a number": { access_token: 7, token_type: "bearer" },
  "access_token with a blank": { access_token: "planted secret", token_type: "bearer" },
  "access_token with a line break": { access_token: "planted\nsecret", token_type: "bearer" },
  "access_token beyond ASCII": { access_token: "planted-s\u00e9cret", token_type: "bearer" },
  "another token_type": { access_token: "planted", token_type: "mac" },
  "a bound token that nobody asked for": { access_token: "planted", token_type: "DPoP" },
  "too deep": { access_token: "planted", token_type: "bearer", more: nested(40) },
};

describe("what is no usable access token is refused, and not shown", () => {
  for (const [what, tokens] of Object.entries(bad)) {
    for (const when of ["sign-in", "refresh"]) {
      test(`${what} at the ${when}`, async () => {
        const answer = reply(200, tokens);
        const error = await (when === "sign-in"
          ? failing(signedIn({ first: () => answer }))
          : signedIn({ refreshes: [answer] }).then(({ auth }) => failing(auth.getAccessToken())));
        assert.equal(error.code, "invalid_response");
        assert.doesNotMatch(`${error.message} ${JSON.stringify(error)}`, /planted/);
      });
    }
  }

  test("a form in the place of JSON is called so", async () => {
    const form = () =>
      reply(
        200,
        "access_token=planted&token_type=bearer",
        "application/x-www-form-urlencoded; charset=utf-8",
      );
    const error = await failing(signedIn({ first: form }));
    assert.equal(error.code, "invalid_response");
    assert.match(error.message, /form/);
    assert.doesNotMatch(error.message, /planted/);
  });

  test("an ID token is needed where one was asked for: no field and no text are none", async () => {
    for (const id_token of [undefined, "", "no token"]) {
      const error = await failing(signedIn({ first: (tokens) => reply(200, { ...tokens, id_token }) }));
      assert.equal(error.code, "id_token_invalid");
    }
  });

  test("a bound token is needed where one was asked for", async () => {
    for (const token_type of [undefined, null, "bearer"]) {
      const first = (tokens) => reply(200, { ...tokens, token_type });
      const error = await failing(signedIn({ dpop: true, first }));
      assert.equal(error.code, "invalid_response");
      assert.match(error.message, /DPoP/);
    }
  });
});

describe("the provider's error is told, under whatever status and content type", () => {
  const said = {
    error: "invalid_grant",
    error_description: "The code was used.",
    error_uri: "https://a.example/",
  };
  const answers = {
    200: () => reply(200, said),
    201: () => reply(201, said),
    203: () => reply(203, said),
    "400 as text": () => reply(400, said, "text/plain"),
    "400 as a page": () => reply(400, said, "text/html; charset=utf-8"),
    "400 without a type": () => reply(400, JSON.stringify(said), null),
    "400 with a byte order mark": () => reply(400, mark(JSON.stringify(said))),
    "400 with a byte of another encoding": () => reply(400, odd(said)),
    402: () => reply(402, said),
    418: () => reply(418, said),
    "a form under 200": () =>
      reply(200, String(new URLSearchParams(said)), "application/x-www-form-urlencoded"),
    "a form under 400": () =>
      reply(400, String(new URLSearchParams(said)), "application/x-www-form-urlencoded"),
  };
  for (const [what, answer] of Object.entries(answers)) {
    test(what, async () => {
      const error = await failing(signedIn({ first: answer }));
      assert.deepEqual(
        [error.code, error.description, error.uri],
        ["invalid_grant", "The code was used.", "https://a.example/"],
      );
      assert.equal(error.httpStatus, answer().status);
      const { auth, told } = await signedIn({ refreshes: [answer] });
      const refused = await failing(auth.getAccessToken());
      assert.equal(refused.description, "The code was used.");
      assert.match(refused.message, /invalid_grant/);
      assert.equal(told.length, ["402", "418"].includes(what) ? 0 : 1);
    });
  }
});

describe("discovery, keys and user info", () => {
  const changes = {
    201: (text) => reply(201, text),
    203: (text) => reply(203, text),
    "a byte order mark": (text) => reply(200, mark(text)),
    "a byte of another encoding": (text) => reply(200, odd(JSON.parse(text))),
    "text/plain": (text) => reply(200, text, "text/plain"),
    "no content type": (text) => reply(200, text, null),
    "null in what is not needed": (text) =>
      reply(200, {
        ...JSON.parse(text),
        registration_endpoint: null,
        end_session_endpoint: 7,
        phone_number: 7,
      }),
  };
  for (const [what, change] of Object.entries(changes)) {
    test(what, async () => {
      const provider = createProvider();
      const fetch = async (address, init) => {
        const answer = await provider.fetch(address, init);
        return String(address).endsWith("/token") ? answer : change(await answer.text());
      };
      const options = { clientId: "c", redirectUri: "https://console.example/back", issuer: provider.issuer };
      const auth = createAuth({ ...options, name: `lenient ${what}`, fetch });
      await auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
      const { sub, claims } = await auth.getUser();
      assert.deepEqual([sub, claims.sub], ["somebody", "somebody"]);
    });
  }
});
