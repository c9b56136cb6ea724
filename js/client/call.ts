// One call of the core from beginning to end: its turn, then its attempts (attempts.ts). One deadline covers all of it.

import type { TokenSource } from "../token-source.js";
import { LocalFailure, localFailure } from "./attempt.js";
import { attempts, type Call, type CallResult, type Core } from "./attempts.js";
import { type CallLimits, endedBy } from "./call-limits.js";
import { Lanes, type Leave, Superseded } from "./lanes.js";
import type { CallSettings } from "./settings.js";

/** Of all clients of this page: they may have the same registrations. */
const lanes = new Lanes();

/** @internal Makes a call. */
export async function makeCall(
  core: Core,
  call: Call,
  settings: CallSettings,
  limits: CallLimits,
): Promise<CallResult> {
  const { path } = call;
  if (!(settings.timeoutMs > 0)) throw localFailure(LocalFailure.NoTime, path);
  // A session that ends takes its calls along.
  const stopListening = core.tokens.onEnded((error) => limits.end({ why: "ended", error }));
  try {
    const lane = call.phoneNumber === undefined ? undefined : `${core.baseUrl} tel ${call.phoneNumber}`;
    const isFree = lane !== undefined && lanes.isFree(lane) && !limits.isEnded;
    const leave = isFree ? (lanes.enter(lane) as Leave) : await turn(core, lane, path, limits);
    try {
      return await attempts(core, call, settings, limits);
    } finally {
      leave();
    }
  } finally {
    stopListening();
  }
}

/** Which calls must not overlap. The SIP URI has no part in it: the core keeps one registration for a number. */
async function laneOf({ baseUrl, tokens }: Core, limits: CallLimits): Promise<string> {
  const subject = tokens.subject();
  const sub = subject && (await limits.hold(subject));
  // Where nobody says whose the token is: all calls with these tokens.
  return sub === undefined ? `${baseUrl} own ${ownName(tokens)}` : `${baseUrl} sub ${sub}`;
}

let sources = 0;
const names = new WeakMap<TokenSource, number>();

function ownName(tokens: TokenSource): number {
  const name = names.get(tokens) ?? ++sources;
  names.set(tokens, name);
  return name;
}

async function turn(core: Core, known: string | undefined, path: string, limits: CallLimits): Promise<Leave> {
  try {
    limits.check();
    const lane = known ?? (await laneOf(core, limits));
    if (lanes.isFree(lane)) return lanes.enter(lane) as Leave;
    const entering = lanes.enter(lane, limits.signal) as Promise<Leave>;
    try {
      return await limits.hold(entering);
    } catch (thrown) {
      // The call may have been let in at the very moment it ended: without this its turn would never be over.
      entering.then(
        (leave) => leave(),
        () => {},
      );
      throw thrown;
    }
  } catch (thrown) {
    if (thrown instanceof Superseded) throw localFailure(LocalFailure.Superseded, path);
    throw endedBy(thrown, {
      deadline: () => localFailure(LocalFailure.NoTurnInTime, path, limits.timeoutMs),
      cancelled: (reason) => localFailure(LocalFailure.CancelledUnsent, path, 0, reason),
    });
  }
}
