// The options of a fleet, checked before anything is taken.
import { InvalidRequestError, invalidInput } from "../errors.js";
import { merged } from "../given/problems.js";
import { Reader } from "../given/reader.js";
import type { CallOptions, FleetOptions, RegistrationProblem } from "../options.js";
import { opener, type Requests } from "./fleet-requests.js";

/** @internal */
export type Call<Request, Response> = (request: Request, options: CallOptions) => Promise<Response>;

/** @internal The options as they are meant. */
export interface FleetSettings {
  readonly concurrency: number;
  /** Between the beginnings of two calls. */
  readonly intervalMs: number;
  readonly onProgress: FleetOptions["onProgress"];
  readonly signal: AbortSignal | undefined;
  /** Of each call; `signal` is the fleet's own. */
  readonly callOptions: Omit<CallOptions, "signal">;
}

/** @internal The options are a copy already. @throws InvalidRequestError with all that is wrong with them */
export async function fleetSettings<Request, Response>(
  call: Call<Request, Response>,
  requests: Requests<Request>,
  given: unknown,
): Promise<FleetSettings> {
  const reader = new Reader(given, "options");
  const concurrency = (reader.value("concurrency") ?? 8) as number;
  const maxPerSecond = (reader.value("maxPerSecond") ?? Infinity) as number;
  const onProgress = reader.function<NonNullable<FleetOptions["onProgress"]>>("onProgress");
  const signal = reader.value("signal") as AbortSignal | undefined;
  const callOptions = {
    timeoutMs: reader.value("timeoutMs"),
    headers: reader.value("headers"),
    retry: reader.value("retry"),
  } as CallOptions;
  if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 100)) {
    reader.problem("concurrency", "out_of_range", "Give a whole number from 1 to 100.");
  }
  if (!(typeof maxPerSecond === "number" && maxPerSecond > 0)) {
    reader.problem("maxPerSecond", "out_of_range", "Give a number above 0.");
  }
  if (!opener(requests)) {
    reader.problem("requests", "wrong_type", "An iterable, or an async iterable, is wanted.");
  }
  const problems = merged(reader.finish(), await problemsOfCalls(call, { ...callOptions, signal }));
  if (problems.length > 0) throw invalidInput(problems);
  return { concurrency, intervalMs: 1000 / maxPerSecond, onProgress, signal, callOptions };
}

/** What is wrong with options that a single call has, too: the call says it, so that there is one check of them. */
async function problemsOfCalls<Request, Response>(
  call: Call<Request, Response>,
  options: CallOptions,
): Promise<RegistrationProblem[]> {
  try {
    // Nothing is sent for an empty request.
    await call({} as Request, options);
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return error.problems.filter(({ field }) => field !== "sipUri" && field !== "routeType");
  }
  return [];
}
