// A provider behind `fetch`: discovery, tokens, user info, revocation.

import { generateKeyPairSync, sign } from "node:crypto";

const issuer = "https://id.example.com";

const json = (value, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const jwt = (claims) => {
  const signed = [{ alg: "RS256", kid: "key" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
};

export function createProvider() {
  const nonces = new Map();
  /** `requests`: the last parts of the addresses; `hold`: what the token endpoint waits for. */
  const provider = { issuer, requests: [], hold: undefined, revocationStatus: 200 };

  const endpoints = {
    "openid-configuration": () =>
      json({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        revocation_endpoint: `${issuer}/revoke`,
        end_session_endpoint: `${issuer}/logout`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/keys`,
      }),
    keys: () => json({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "key", use: "sig" }] }),
    token: async (form) => {
      await provider.hold;
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: issuer, sub: "somebody", aud: form.get("client_id"), iat: now, exp: now + 300 };
      const id_token = jwt({ ...claims, nonce: nonces.get(form.get("code")) });
      const refresh_token = `refresh-of-${form.get("code")}`;
      return json({ access_token: "access", token_type: "bearer", expires_in: 300, refresh_token, id_token });
    },
    userinfo: () => json({ sub: "somebody", phone_number: "+4799900001" }),
    revoke: () => json({}, provider.revocationStatus),
  };

  provider.fetch = async (address, init) => {
    const name = String(address).split("/").at(-1);
    provider.requests.push(name);
    return endpoints[name](new URLSearchParams(await new Response(init?.body).text()));
  };

  /** What the provider sends the browser back to, after the person said yes. */
  provider.answer = (signInUrl) => {
    const query = new URL(signInUrl).searchParams;
    const code = `code-${nonces.size}`;
    nonces.set(code, query.get("nonce"));
    const answer = new URL(query.get("redirect_uri"));
    answer.searchParams.set("code", code);
    answer.searchParams.set("state", query.get("state"));
    answer.searchParams.set("iss", issuer);
    return answer.href;
  };
  return provider;
}
