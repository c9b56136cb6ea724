// The input of `describeCallFlow` as it was given: its fields are strings or none.
import { isRecord } from "../given/read.js";
import { Reader } from "../given/reader.js";
import type { RegistrationProblem } from "../options.js";
import { type RegistrationFields, readRegistration } from "./registration-fields.js";

const BEHAVIORS = ["answered", "busy", "noAnswer", "pbxAnswers", "pbxRejects"] as const;

/** @internal */
export interface PartyFields {
  readonly phoneNumber: string | undefined;
  readonly registration: RegistrationFields | undefined;
}

interface CallFlowFields {
  readonly caller: PartyFields;
  readonly callee: PartyFields;
  readonly behavior: (typeof BEHAVIORS)[number];
  readonly placedBy: "caller" | "pbx";
}

/** @internal Adds to `problems` what is wrong with how they are given. */
export function readCallFlow(input: unknown, problems: RegistrationProblem[]): CallFlowFields {
  const reader = new Reader(input, "input");
  const parties = [reader.value("caller"), reader.value("callee")] as const;
  const behavior = reader.choice("behavior", BEHAVIORS) ?? "answered";
  const placedBy = reader.choice("placedBy", ["caller", "pbx"]) ?? "caller";
  problems.push(...reader.finish());
  const caller = readParty(parties[0], "caller", problems);
  const callee = readParty(parties[1], "callee", problems);
  return { caller, callee, behavior, placedBy };
}

function readParty(value: unknown, path: string, problems: RegistrationProblem[]): PartyFields {
  const reader = Reader.nested(value, path);
  const phoneNumber = reader.string("phoneNumber");
  const given = reader.value("registration");
  let registration: RegistrationFields | undefined;
  if (given !== undefined) {
    const fields = readRegistration(problems, Reader.nested(given, `${path}.registration`));
    // Of what is no registration nothing is missing.
    if (isRecord(given)) registration = fields;
  }
  problems.push(...reader.finish());
  return { phoneNumber, registration };
}
