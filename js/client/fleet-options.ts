// The options of a fleet, checked before anything is taken.
import { InvalidRequestError, type RawError, type SdkError, toSdkError } from "../errors.js";
import { bare, read } from "../given/read.js";
import { FLEET } from "../given/shapes.js";
import type { CallOptions, FleetOptions, RegistrationProblem } from "../options.js";
import { opener, type Requests } from "./fleet-requests.js";

/** @internal */
export type Call<Request, Response> = (request: Request, options: CallOptions) => Promise<Response>;

const NAMES = Object.keys(FLEET);

/** @internal */
export function failure(
  raw: Pick<RawError, "family" | "code" | "kind" | "message" | "cause" | "problems">,
): SdkError {
  return toSdkError({ retryable: false, grpcStatus: 1, ...raw });
}

/** @internal The options, which are a copy already. All that is wrong with them is one error, before anything is taken. */
export async function check<Request, Response>(
  call: Call<Request, Response>,
  requests: Requests<Request>,
  given: unknown,
): Promise<FleetOptions> {
  const problems: RegistrationProblem[] = [];
  const options: Record<string, unknown> = bare({});
  const want = (isGood: boolean, field: string, wanted: string, code = "wrong_type") => {
    if (!isGood) problems.push({ field, code, message: `${wanted} is wanted.` });
  };
  const fields = (given ?? bare({})) as Record<string, unknown>;
  want(typeof fields === "object" && !Array.isArray(fields), "options", "An object");
  for (const name of NAMES) {
    options[name] = undefined;
    try {
      options[name] = read(fields, name) ?? undefined;
    } catch {
      want(false, name, "Something that can be read", "unreadable");
    }
  }
  for (const name of Object.keys(fields)) {
    want(NAMES.includes(name), name, `One of ${NAMES.join(", ")}`, "unknown_field");
  }
  const { concurrency = 1, maxPerSecond = 1, onProgress = check, ...callOptions } = options;
  const count = concurrency as number;
  const isCount = count >= 1 && count <= 100 && Number.isInteger(count);
  want(isCount, "concurrency", "A whole number from 1 to 100", "out_of_range");
  const isRate = typeof maxPerSecond === "number" && maxPerSecond > 0;
  want(isRate, "maxPerSecond", "A number above 0", "out_of_range");
  want(typeof onProgress === "function", "onProgress", "A function");
  want(!!opener(requests), "requests", "An iterable, or an async iterable,");
  try {
    // Nothing is sent for an empty request. It loads the wasm, and is told what else is wrong with the options.
    await call({} as Request, callOptions);
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    problems.push(...error.problems.filter(({ field }) => field !== "sipUri" && field !== "routeType"));
  }
  if (problems.length === 0) return options as FleetOptions;
  const message = problems.map((problem) => `${problem.field}: ${problem.message}`).join(" ");
  throw failure({ family: "invalid", code: "invalid_input", kind: "invalid", message, problems });
}
