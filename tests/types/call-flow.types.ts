// Call flows: what is described, and that a flow which is unspecified has no legs.

import {
  type CallFlow,
  type CallFlowInput,
  type CallLeg,
  describeCallFlow,
  type RegistrationRequest,
  type RouteType,
  type UnspecifiedCallFlow,
} from "sipbreakout-web";
import { equal } from "./assertions.js";

const registration: RegistrationRequest = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };
const caller = { phoneNumber: "+4799900001" };
const callee = { phoneNumber: "+47112334455", registration };
const input: CallFlowInput = { caller, callee, behavior: "noAnswer", placedBy: "caller" };

const described = describeCallFlow(input);
equal<typeof described, Promise<CallFlow>>(true);
describeCallFlow({ caller, callee: { ...callee, registration: undefined }, behavior: undefined });

export async function picture(): Promise<string> {
  const flow = await described;
  if (flow.unspecified) {
    equal<typeof flow, UnspecifiedCallFlow>(true);
    equal<typeof flow.legs, undefined>(true);
    return `${flow.unspecified}: ${flow.message}`;
  }
  equal<typeof flow.route, RouteType | null>(true);
  equal<typeof flow.prefix, "mobileOriginating" | "mobileTerminating" | null>(true);
  equal<typeof flow.legs, CallLeg[]>(true);
  return flow.legs.map(({ leg, from, to }) => `${leg} ${from} → ${to}`).join("\n");
}

// @ts-expect-error: a flow may be unspecified
described.then((flow) => flow.legs.length);
// @ts-expect-error: two numbers make a call
describeCallFlow({ caller });
// @ts-expect-error: a number is needed
describeCallFlow({ caller: {}, callee });
// @ts-expect-error: no such behavior
describeCallFlow({ caller, callee, behavior: "engaged" });
// @ts-expect-error: a misspelled field
describeCallFlow({ caller, callee, behaviour: "busy" });
// @ts-expect-error: no such route type
describeCallFlow({ caller, callee: { ...callee, registration: { ...registration, routeType: "BOTH" } } });
equal<CallLeg["leg"], 1 | 2 | 3 | 4>(true);
