// A registration as the body of a request. Rust says what is wrong with it (src/breakout/).
import { ask, type Wasm } from "../core/load.js";
import type { ApiVersion, RegistrationProblem } from "../options.js";
import { Asked } from "./attempt.js";
import { problemsOf } from "./raw-failure.js";
import type { RegistrationFields } from "./registration-fields.js";

type Encoded = { body: Uint8Array; phoneNumber: string | undefined; problems: RegistrationProblem[] };

/** @internal The request for these fields; or what is wrong with them. */
export function encode(
  wasm: Wasm,
  asked: number,
  apiVersion: ApiVersion,
  fields: RegistrationFields,
): Encoded {
  const { sipUri, routeType, phoneNumber, mobileOriginatingPrefix, mobileTerminatingPrefix } = fields;
  const all = [sipUri, routeType, phoneNumber, mobileOriginatingPrefix, mobileTerminatingPrefix];
  const texts = all.map((text) => text ?? "");
  try {
    const [body, number] = ask(wasm, ({ encodeUpsert, encodeDelete }) =>
      asked === Asked.upsert ? encodeUpsert(apiVersion === "v0", texts) : encodeDelete(texts),
    ) as unknown as [Uint8Array, string | undefined];
    return { body, phoneNumber: number, problems: [] };
  } catch (thrown) {
    if (!Array.isArray(thrown)) throw thrown;
    return { body: new Uint8Array(), phoneNumber: undefined, problems: problemsOf(thrown) };
  }
}
