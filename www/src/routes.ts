// What the six route types do to calls, in words.
import type { ApiVersion, RouteType } from "sipbreakout-web";

export interface Route {
  type: RouteType;
  title: string;
  description: string;
  versions: readonly ApiVersion[];
  /** Whether the phone system gets calls that the number makes, and calls that it receives. */
  outgoing: boolean;
  incoming: boolean;
}

const both: readonly ApiVersion[] = ["v1", "v0"];

export const routes: readonly Route[] = [
  {
    type: "LOOP",
    title: "Through the phone system",
    description:
      "Every call from and to the number goes through the PBX first. It passes the call back, or answers or rejects it itself.",
    versions: both,
    outgoing: true,
    incoming: true,
  },
  {
    type: "FORK",
    title: "Both at once",
    description: "Every call from and to the number reaches the callee and the PBX at the same time.",
    versions: both,
    outgoing: true,
    incoming: true,
  },
  {
    type: "FALLBACK",
    title: "When there is no answer",
    description:
      "The PBX gets an incoming call when the number is busy or has not answered within 30 seconds, for voicemail or forwarding.",
    versions: both,
    outgoing: false,
    incoming: true,
  },
  {
    type: "LOOP_MO",
    title: "Outgoing calls only",
    description:
      "Calls that the number makes go through the PBX first. Calls that it receives are left alone.",
    versions: ["v1"],
    outgoing: true,
    incoming: false,
  },
  {
    type: "LOOP_MT",
    title: "Incoming calls only",
    description:
      "Calls that the number receives go through the PBX first. Calls that it makes are left alone.",
    versions: ["v1"],
    outgoing: false,
    incoming: true,
  },
  {
    type: "INGRESS",
    title: "Calls from the phone system",
    description: "Ordinary calls are left alone. The PBX may place calls to the number.",
    versions: ["v1"],
    outgoing: false,
    incoming: false,
  },
];

export function routeOf(type: RouteType): Route | undefined {
  return routes.find((route) => route.type === type);
}

/** What the INVITE to the phone system names, with a prefix: `+47…` becomes `+0047…`. */
export function invitedUri(number: string, prefix: string): string {
  const digits = (text: string) => text.replace(/\D/g, "");
  return `sip:+${digits(prefix)}${digits(number)}`;
}
