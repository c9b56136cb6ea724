// No error of a session shows a secret: the provider, and the caller's own fetch and storage, repeat what they were given,
// in every encoding.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { failure } from "./grpc-web.mjs";
import { clean, encodings, jwt, loudly, opaque, random } from "./leaks.mjs";
import { closePage, openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

describe("a session's error has nothing of what the provider repeats", () => {
  let provider;
  let sent;
  let answer;
  let count = 0;
  before(() => openPage("https://console.example/back"));
  after(closePage);

  /** A session; `answer(place, secrets)` may take the place of the provider. */
  function session(options = {}) {
    globalThis.location.href = "https://console.example/back";
    provider = createProvider();
    answer = undefined;
    sent = {};
    const fetch = async (address, init) => {
      const form = new URLSearchParams(await new Response(init?.body).text());
      for (const name of ["code", "code_verifier", "refresh_token"])
        if (form.has(name)) sent[name] = form.get(name);
      const headers = new Headers(init?.headers);
      for (const name of ["authorization", "dpop"]) {
        const value = headers.get(name)?.replace(/^(Bearer|DPoP) /, "");
        if (value) sent[name] = value;
      }
      const place = String(address).split("/").at(-1);
      return answer?.(place, sent) ?? provider.fetch(address, init);
    };
    count += 1;
    return createAuth({
      ...{ clientId: "c", redirectUri: "https://console.example/back", issuer: provider.issuer, fetch },
      ...{ name: `leaks-${count}`, autoRefresh: false, ...options },
    });
  }

  /** Tokens that are long enough to be looked for. */
  const tokens = { access_token: opaque, refresh_token: `refresh ${random(30)}`, id_token: jwt };
  const issue = (place) => {
    if (place !== "token") return undefined;
    return Response.json({
      ...tokens,
      id_token: undefined,
      scope: "phone",
      token_type: "bearer",
      expires_in: 300,
    });
  };
  async function signedIn(options) {
    const auth = session({ scope: "phone", ...options });
    answer = issue;
    globalThis.location.href = provider.answer(await auth.createSignInUrl());
    await auth.handleRedirectCallback();
    return auth;
  }

  /** Refusals that quote. */
  const quoting = (text) => [
    Response.json(
      { error: text, error_description: text, error_uri: `https://id.example.com/?${text}` },
      { status: 400 },
    ),
    Response.json(
      { error: "invalid_request", error_description: `${"x".repeat(985)}${text}` },
      { status: 400 },
    ),
    Response.json(
      { error: "invalid_request", error_description: text, error_uri: `https://x/#${text}` },
      { status: 401 },
    ),
    Response.json({ error: "temporarily_unavailable", error_description: text }, { status: 503 }),
  ];

  test("at the exchange of a code", async () => {
    for (const [encoding, write] of Object.entries(encodings)) {
      for (let which = 0; which < 4; which += 1) {
        const auth = session();
        const url = new URL(provider.answer(await auth.createSignInUrl()));
        url.searchParams.set("code", `code+/ ${random(30)}`);
        globalThis.location.href = url.href;
        answer = (place, { code, code_verifier }) =>
          place === "token" ? quoting(`${write(code)} and ${write(code_verifier)}`)[which] : undefined;
        const error = await failure(auth.handleRedirectCallback());
        assert.deepEqual(Object.keys(sent).sort(), ["code", "code_verifier"]);
        clean(error, sent, encoding);
      }
    }
  });

  test("at a refresh and at user info, also of tokens that were not sent", async () => {
    for (const [encoding, write] of Object.entries(encodings)) {
      for (let which = 0; which < 4; which += 1) {
        const auth = await signedIn();
        const all = Object.values(tokens).slice(0, 2).map(write).join(" ");
        answer = (place) => (place === "token" || place === "userinfo" ? quoting(all)[which] : undefined);
        clean(await failure(auth.getUser()), tokens, `user info, ${encoding}`);
        clean(await failure(auth.getAccessToken({ forceRefresh: true })), tokens, `refresh, ${encoding}`);
      }
    }
  });

  test("nor of tokens that a refusal itself brings", async () => {
    const auth = await signedIn();
    const body = { access_token: jwt, error: "invalid_scope", error_description: `issued ${jwt}` };
    answer = (place) => (place === "token" ? Response.json(body, { status: 400 }) : undefined);
    clean(await failure(auth.getAccessToken({ forceRefresh: true })), { jwt });
  });

  test("nor of a proof (DPoP)", async () => {
    for (const write of Object.values(encodings)) {
      const auth = session({ dpop: true });
      globalThis.location.href = provider.answer(await auth.createSignInUrl());
      answer = (place, { dpop }) => (place === "token" ? quoting(write(dpop))[0] : undefined);
      const error = await failure(auth.handleRedirectCallback());
      assert.ok(sent.dpop.length > 200);
      clean(error, { proof: sent.dpop });
    }
  });

  test("nor what fetch says of it", async () => {
    for (let which = 0; which < loudly("").length; which += 1) {
      const auth = await signedIn();
      const quote = Object.values(tokens).join(" & ");
      answer = (place) => (place === "token" || place === "userinfo" ? loudly(quote)[which]() : undefined);
      const shown = { access_token: tokens.access_token };
      clean(await failure(auth.getUser()), shown, `user info, ${which}`);
      const { refresh_token } = tokens;
      clean(
        await failure(auth.getAccessToken({ forceRefresh: true })),
        { refresh_token },
        `refresh, ${which}`,
      );
    }
  });

  test("nor what a storage says of what it was given", async () => {
    const map = new Map();
    let isBroken = false;
    const say = (what) => {
      if (isBroken) throw new Error(`can't ${what}: ${[...map.values()].join(" ")}`);
    };
    const adapter = {
      get(key) {
        say("get");
        return map.get(key);
      },
      async set(key, value) {
        map.set(key, value);
        say("set");
      },
      remove(key) {
        say("remove");
        map.delete(key);
      },
    };
    const auth = await signedIn({ storage: adapter });
    assert.ok([...map.values()].join().includes(opaque));
    isBroken = true;
    for (const work of [
      () => auth.getAccessToken(),
      () => auth.getUser(),
      () => auth.signOut({ localOnly: true }),
    ]) {
      clean(await failure(work()), tokens);
    }
    const odd = session({ storage: { ...adapter, get: () => ({ ...tokens }) } });
    clean(await failure(odd.getAccessToken()), tokens);
  });

  test("nor of the code that stands beside an error in the address", async () => {
    const auth = session();
    const url = new URL(provider.answer(await auth.createSignInUrl()));
    const code = `code-${random(30)}`;
    url.searchParams.set("code", code);
    url.searchParams.set("error", "access_denied");
    url.searchParams.set("error_description", `not for ${code}`);
    globalThis.location.href = url.href;
    const error = await failure(auth.handleRedirectCallback());
    assert.equal(error.code, "access_denied");
    clean(error, { code });
  });
});

test("a store that throws quotes its own record, however many stores there are", async () => {
  openPage("https://console.example/back");
  const sessions = [];
  for (let i = 0; i < 10; i += 1) {
    const provider = createProvider();
    const of = (name) => `${name}-${random(60 + i).slice(i, i + 60)}-${i}`.replace(/[+/=]/g, "-");
    const tokens = { access_token: of("access"), refresh_token: of("refresh") };
    const entries = new Map();
    let isLoud = false;
    const quote = (key) => {
      if (isLoud && entries.has(key)) throw new Error(`damaged: ${entries.get(key)}`);
    };
    const storage = {
      get: async (key) => quote(key) ?? entries.get(key),
      set: async (key, value) => void (quote(key) ?? entries.set(key, value)),
      remove: async (key) => void entries.delete(key),
    };
    const fetch = async (address, init) =>
      String(address).endsWith("/token")
        ? Response.json({ ...tokens, token_type: "bearer", expires_in: 300, scope: "phone" })
        : provider.fetch(address, init);
    const auth = createAuth({
      ...{
        clientId: "c",
        redirectUri: "https://console.example/back",
        issuer: provider.issuer,
        fetch,
        storage,
      },
      ...{ name: `store-${i}`, autoRefresh: false, scope: "phone" },
    });
    await auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
    await auth.getAccessToken({ forceRefresh: true });
    const loud = async () => {
      isLoud = true;
      return failure(auth.getAccessToken());
    };
    sessions.push({ loud, tokens });
  }
  for (const [i, { loud, tokens }] of sessions.entries()) {
    const error = await loud();
    assert.equal(error.code, "storage_unavailable");
    assert.match(String(error.cause), /damaged/);
    clean(error, tokens, `store ${i}`);
  }
  closePage();
});
