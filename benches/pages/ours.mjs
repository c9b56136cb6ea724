// The package, as a console has it: with a session, which is made and not used, since the token is supplied.
import { createAuth, createClient } from "../../dist/index.js";
import { baseUrl, getToken, provider, sipUri, start, timeoutMs } from "./page.mjs";

globalThis.session = createAuth({
  issuer: provider.issuer,
  clientId: provider.clientId,
  redirectUri: provider.redirectUri,
});

const client = createClient({ baseUrl, accessToken: getToken, timeoutMs });

start({
  upsert: async (phoneNumber) => {
    const { timeToLiveSeconds } = await client.upsertRegistration({ sipUri, routeType: "LOOP", phoneNumber });
    return timeToLiveSeconds;
  },
  remove: async (phoneNumber) => {
    await client.deleteRegistration({ sipUri, phoneNumber });
  },
});
