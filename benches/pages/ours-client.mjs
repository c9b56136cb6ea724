// The client alone: no session, no keepers, in a wasm that has neither.
import { RegistrationCalls } from "../../target/client-alone/dist/client/registration-calls.js";
import { provide } from "../../target/client-alone/dist/core/load.js";
import { baseUrl, getToken, sipUri, start, timeoutMs } from "./page.mjs";

provide(() => new URL("./wasm/sipbreakout_bg.wasm", import.meta.url));

const client = new RegistrationCalls({ baseUrl, accessToken: getToken, timeoutMs });

start({
  upsert: async (phoneNumber) => {
    const { timeToLiveSeconds } = await client.upsertRegistration({ sipUri, routeType: "LOOP", phoneNumber });
    return timeToLiveSeconds;
  },
  remove: async (phoneNumber) => {
    await client.deleteRegistration({ sipUri, phoneNumber });
  },
});
