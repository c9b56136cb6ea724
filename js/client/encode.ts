// A registration's fields as the message that is sent, made and validated in Rust (src/breakout/).
import { callsWasm, type Wasm } from "../core/calls-wasm.js";
import { problemsOf } from "../given/problems.js";
import type { ApiVersion, RegistrationProblem } from "../options.js";
import type { RegistrationFields } from "./registration-fields.js";
import { Asked } from "./request.js";

interface Encoded {
  body: Uint8Array;
  phoneNumber: string | undefined;
  problems: readonly RegistrationProblem[];
}

const NONE: readonly RegistrationProblem[] = [];

/** @internal A registration's fields, all in one text, which crosses quicker than five: behind a character that is in none of them, and divided by it. */
export function textOf(fields: RegistrationFields): string {
  const { sipUri, routeType, phoneNumber, mobileOriginatingPrefix, mobileTerminatingPrefix } = fields;
  const all = [sipUri, routeType, phoneNumber, mobileOriginatingPrefix, mobileTerminatingPrefix];
  const texts = all.map((text) => text ?? "");
  let divider = "\0";
  for (let code = 1; code < 128 && texts.some((text) => text.includes(divider)); code += 1) {
    divider = String.fromCharCode(code);
  }
  return divider + texts.join(divider);
}

/** @internal The request for these fields; or what is wrong with them. */
export function encode(
  wasm: Wasm,
  asked: number,
  apiVersion: ApiVersion,
  fields: RegistrationFields,
  text = textOf(fields),
): Encoded {
  try {
    const encoded = callsWasm.ask(wasm, ({ encodeUpsert, encodeDelete }) =>
      asked === Asked.upsert ? encodeUpsert(apiVersion === "v0", text) : encodeDelete(text),
    );
    const [body, number] = Array.isArray(encoded) ? encoded : [encoded, fields.phoneNumber || undefined];
    return { body, phoneNumber: number, problems: NONE };
  } catch (thrown) {
    if (!Array.isArray(thrown)) throw thrown;
    return { body: new Uint8Array(), phoneNumber: undefined, problems: problemsOf(thrown) };
  }
}
