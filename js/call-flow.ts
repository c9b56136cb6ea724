// `describeCallFlow`: the legs of a call, for pictures and tests. Nothing is sent.

import { enter } from "./core/load.js";
import { CALL_FLOW } from "./given/shapes.js";
import { optionsOf } from "./given/snapshot.js";
import type { RegistrationRequest, RouteType } from "./options.js";

/** One of the two numbers of a call. */
export interface CallParty {
  /** E.164 with a leading plus. */
  phoneNumber: string;
  /** The number's registration, if it has one. Its own `phoneNumber` may be left out; given, it must be this number. */
  registration?: RegistrationRequest | undefined;
}

export interface CallFlowInput {
  caller: CallParty;
  callee: CallParty;
  /**
   * What the callee does (`answered`, `busy`, `noAnswer`; the PBX passes on what it should), or that the PBX ends the
   * call itself. Default `answered`.
   */
  behavior?: "answered" | "busy" | "noAnswer" | "pbxAnswers" | "pbxRejects" | undefined;
  /** `pbx`: the callee's PBX places a call to the callee (INGRESS). Default `caller`. */
  placedBy?: "caller" | "pbx" | undefined;
}

/** An end of a leg. */
export type CallEnd = "caller" | "core" | "pbx" | "callee";

/** One SIP dialog of a call. */
export interface CallLeg {
  leg: 1 | 2 | 3 | 4;
  from: CallEnd;
  to: CallEnd;
  /** Legs of one step are made at once; a later step begins only after the earlier one. */
  step: number;
  /**
   * Why there is this leg: it is the `call`; the core sends it on (`route`); the PBX passed it back (`returned`: that leg and
   * the one that follows from it); the PBX is called beside the callee (`fork`); the callee was `busy` or gave `noAnswer`.
   */
  reason: "call" | "route" | "returned" | "fork" | "busy" | "noAnswer";
  /** Of `noAnswer`: how long the callee had. */
  afterSeconds?: number;
  /** To the PBX: whom the INVITE is for. The prefix stands between plus and number: `sip:+0047112334455`. */
  inviteUri?: string;
  /** To the PBX: the digits put before the number; may be empty. */
  prefix?: string;
  /** To and from the PBX: its address, as registered. */
  sipUri?: string;
}

/** What the core does. */
export interface SpecifiedCallFlow {
  /** Of the registration that decides the call's way; null for an ordinary call. */
  route: RouteType | null;
  /** Which prefix the PBX is shown; null where the core calls none. */
  prefix: "mobileOriginating" | "mobileTerminating" | null;
  legs: CallLeg[];
  unspecified?: undefined;
}

/** The operator's documentation does not say what the core does. */
export interface UnspecifiedCallFlow {
  /**
   * - `two_pbxes`: both numbers' registrations apply, with different PBXes.
   * - `two_routes`: both apply, and how their route types combine is not documented.
   * - `pbx_not_called`: the PBX should act in a call that does not reach it.
   * - `no_ingress`: a PBX places a call to a number without INGRESS.
   * - `same_number`: a number calls itself.
   */
  unspecified: "two_pbxes" | "two_routes" | "pbx_not_called" | "no_ingress" | "same_number";
  /** The same for a person. */
  message: string;
  route?: undefined;
  prefix?: undefined;
  legs?: undefined;
}

/** Ask for `unspecified` to know which it is: `if (flow.unspecified) …`. */
export type CallFlow = SpecifiedCallFlow | UnspecifiedCallFlow;

/**
 * What the core does with a call: its legs in their order, the prefix, and what the PBX is sent. Where the operator's
 * documentation is silent, the answer says so.
 * @throws InvalidRequestError with paths as fields (`caller.registration.sipUri`), LoadError
 */
export function describeCallFlow(input: CallFlowInput): Promise<CallFlow> {
  const given = optionsOf(input, CALL_FLOW);
  return enter((wasm) => wasm.describeCallFlow(given) as CallFlow);
}
