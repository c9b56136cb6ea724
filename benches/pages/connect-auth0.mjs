// connect-web and auth0-spa-js, with its default settings: without refresh tokens it starts no worker.
import { Auth0Client } from "@auth0/auth0-spa-js";
import { calls } from "./connect-calls.mjs";
import { provider, start } from "./page.mjs";

globalThis.session = new Auth0Client({
  domain: provider.host,
  clientId: provider.clientId,
  authorizationParams: { redirect_uri: provider.redirectUri },
});

start(calls);
