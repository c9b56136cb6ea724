// What the six route types do to calls, in words.
import type { ApiVersion, RouteType } from "sipbreakout-web";

export interface Route {
  type: RouteType;
  title: string;
  description: string;
  versions: readonly ApiVersion[];
}

const both: readonly ApiVersion[] = ["v1", "v0"];

export const routes: readonly Route[] = [
  {
    type: "LOOP",
    title: "Through the PBX",
    description:
      "Every call from and to the number goes through the PBX first. It passes the call back, or answers or rejects it itself.",
    versions: both,
  },
  {
    type: "FORK",
    title: "Both at once",
    description: "Every call from and to the number reaches the callee and the PBX at the same time.",
    versions: both,
  },
  {
    type: "FALLBACK",
    title: "When there is no answer",
    description:
      "The PBX gets an incoming call when the number is busy or has not answered within 30 seconds, for voicemail or forwarding.",
    versions: both,
  },
  {
    type: "LOOP_MO",
    title: "Outgoing calls only",
    description:
      "Calls that the number makes go through the PBX first. Calls that it receives are left alone.",
    versions: ["v1"],
  },
  {
    type: "LOOP_MT",
    title: "Incoming calls only",
    description:
      "Calls that the number receives go through the PBX first. Calls that it makes are left alone.",
    versions: ["v1"],
  },
  {
    type: "INGRESS",
    title: "Calls from the PBX",
    description: "Ordinary calls are left alone. The PBX may place calls to the number.",
    versions: ["v1"],
  },
];

export function routeOf(type: RouteType): Route | undefined {
  return routes.find((route) => route.type === type);
}
