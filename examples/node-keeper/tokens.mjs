// Client tokens (OAuth 2.0 client credentials). The secret comes from the environment and stays in this process.

import { requiredScopes } from "sipbreakout-web";

/** For `createClient({ accessToken })`. It is asked again when a token is nearly over, or was refused. */
export function tokensFrom(url) {
  const { SIPBREAKOUT_CLIENT_ID: id, SIPBREAKOUT_CLIENT_SECRET: secret } = process.env;
  const headers = id && secret ? { authorization: `Basic ${basic(id, secret)}` } : {};
  const body = new URLSearchParams({ grant_type: "client_credentials", scope: requiredScopes.v1 });
  return async ({ signal }) => {
    const response = await fetch(url, { method: "POST", headers, body, signal });
    if (!response.ok)
      throw new Error(`${new URL(url).origin} answered ${response.status} to the request for a token`);
    const { access_token: token, expires_in: seconds } = await response.json();
    return { token, expiresAt: Date.now() + seconds * 1000 };
  };
}

/** Both parts are form-encoded before (RFC 6749, 2.3.1). */
function basic(id, secret) {
  const encode = (text) => new URLSearchParams({ "": text }).toString().slice(1);
  return Buffer.from(`${encode(id)}:${encode(secret)}`).toString("base64");
}
