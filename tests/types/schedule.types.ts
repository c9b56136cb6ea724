// The schedule: a registration is JSON that is only read, and what is due is told apart by `call`.

import { createClient, type SdkError } from "sipbreakout-web";
import {
  begin,
  type CallFailure,
  deleted,
  deletionDesired,
  desired,
  failed,
  type GrantedAnswer,
  type NextCall,
  next,
  registered,
  type ScheduledRegistration,
  type ScheduledState,
} from "sipbreakout-web/schedule";
import { equal } from "./assertions.js";

const registration: ScheduledRegistration = desired();
equal<(typeof registration)["v"], 1>(true);
const stored: ScheduledRegistration = JSON.parse(JSON.stringify(registration));
// @ts-expect-error It is only read.
registration.desired = "nothing";
// @ts-expect-error What is stored already is desired from a moment on.
desired(registration);

const due: NextCall = next(stored, Date.now());
equal<typeof due.state, ScheduledState>(true);
if (due.call === undefined) {
  equal<typeof due.atMs, undefined>(true);
} else {
  equal<typeof due.call, "upsert" | "delete">(true);
  equal<typeof due.timeoutMs, number>(true);
}

const begun: ScheduledRegistration = begin(stored, Date.now(), { timeoutMs: 4000 });
const answer: GrantedAnswer = { timeToLiveMs: 3_600_000 };
registered(begun, Date.now(), answer, 0.5);
// @ts-expect-error The time to live has to be there.
registered(begun, Date.now(), {});
declare const error: SdkError;
failed(begun, Date.now(), error);
const failure: CallFailure = { code: "unavailable", kind: "network", retryAfterMs: 1000 };
failed(begun, Date.now(), failure, 0.5);
deleted(deletionDesired(begun, Date.now()), Date.now());

createClient({ baseUrl: "https://api.example.com", accessToken: () => "token" })
  .upsertRegistration({ sipUri: "sips:pbx.example.com", routeType: "LOOP" }, { retry: false })
  .catch((thrown: SdkError) => failed(begun, Date.now(), thrown));
