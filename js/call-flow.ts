// `describeCallFlow`: the legs of a call, for pictures and tests. Nothing is sent.

import { type PartyFields, readCallFlow } from "./client/call-flow-fields.js";
import { textOf } from "./client/encode.js";
import { sessionWasm } from "./core/session-wasm.js";
import { invalidInput, toSdkError } from "./errors.js";
import { merged, problemsOf } from "./given/problems.js";
import { REGISTRATION } from "./given/shapes.js";
import { asIs, type Fields, nested, optionsOf } from "./given/snapshot.js";
import type { RegistrationProblem, RegistrationRequest, RouteType } from "./options.js";

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

const PARTY: Fields<CallParty> = { phoneNumber: asIs, registration: /* @__PURE__ */ nested(REGISTRATION) };

const CALL_FLOW: Fields<CallFlowInput> = {
  caller: /* @__PURE__ */ nested(PARTY),
  callee: /* @__PURE__ */ nested(PARTY),
  behavior: asIs,
  placedBy: asIs,
};

/**
 * What the core does with a call: its legs in their order, the prefix, and what the PBX is sent. Where the operator's
 * documentation is silent, the answer says so.
 * @throws InvalidRequestError with paths as fields (`caller.registration.sipUri`), LoadError
 */
export async function describeCallFlow(input: CallFlowInput): Promise<CallFlow> {
  const given = optionsOf(input, CALL_FLOW);
  try {
    const wasm = sessionWasm.current() ?? (await sessionWasm.loaded());
    const found: RegistrationProblem[] = [];
    const { caller, callee, behavior, placedBy } = readCallFlow(given, found);
    const described = checked(found, () =>
      sessionWasm.ask(wasm, ({ describeCallFlow }) =>
        describeCallFlow(...partyOf(caller), ...partyOf(callee), behavior, placedBy),
      ),
    );
    return flowOf(described as unknown as Described);
  } catch (thrown) {
    throw toSdkError(thrown);
  }
}

/** What `work` gives. @throws InvalidRequestError with what was found before, and what Rust finds */
function checked<T>(found: RegistrationProblem[], work: () => T): T {
  let problems: RegistrationProblem[] = [];
  let result: T | undefined;
  try {
    result = work();
  } catch (thrown) {
    if (!Array.isArray(thrown)) throw thrown;
    problems = problemsOf(thrown);
  }
  const all = merged(found, problems);
  if (all.length > 0) throw invalidInput(all);
  return result as T;
}

const partyOf = ({ phoneNumber, registration }: PartyFields) =>
  [phoneNumber, registration && textOf(registration)] as const;

/** As src/bindings/call_flow.rs fills them. */
type Described = Unspecified | [route: RouteType | null, prefix: SpecifiedCallFlow["prefix"], legs: Leg[]];
type Unspecified = [code: UnspecifiedCallFlow["unspecified"], message: string];
type Leg = [
  leg: CallLeg["leg"],
  from: CallEnd,
  to: CallEnd,
  step: number,
  reason: CallLeg["reason"],
  afterSeconds?: number,
  inviteUri?: string,
  prefix?: string,
  sipUri?: string,
];

function flowOf(described: Described): CallFlow {
  if (described.length === 2) return { unspecified: described[0], message: described[1] };
  const [route, prefix, legs] = described;
  return { route, prefix, legs: legs.map(legOf) };
}

function legOf([leg, from, to, step, reason, afterSeconds, inviteUri, prefix, sipUri]: Leg): CallLeg {
  return {
    ...{ leg, from, to, step, reason },
    ...(afterSeconds !== undefined && { afterSeconds }),
    ...(inviteUri !== undefined && { inviteUri }),
    ...(prefix !== undefined && { prefix }),
    ...(sipUri !== undefined && { sipUri }),
  };
}
