// The package, as a page with a supplied token has it: no session.
import { createClient } from "../../dist/index.js";
import { baseUrl, getToken, sipUri, start, timeoutMs } from "./page.mjs";

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
