// Access tokens from the application's own function. A token with an expiry is kept until little of its life is left, one
// without is asked for before each call. The application is asked one question at a time.
import { authError } from "../errors.js";
import { read } from "../given/read.js";
import type { AccessTokenSource } from "../options.js";
import { causeOf, type Secrets } from "../platform/cause.js";
import { now } from "../platform/clock.js";
import { isFresh, type Life } from "../token-life.js";
import type { Authorization, Caller, TokenSource } from "../token-source.js";
import { type Outcome, Question } from "./question.js";

/** How long the application may take. */
const TIMEOUT_MS = 10_000;

/** How many tokens are remembered: as many as a call may need. */
const QUOTED = 6;

/** @internal */
export class SuppliedTokens implements TokenSource {
  readonly #supply: AccessTokenSource;
  readonly #secretsOf: (tokens: string[]) => Secrets;
  #kept: { authorization: Authorization; life: Life } | undefined;
  /** The newest token, kept or not: only it is worth a question when it was refused. */
  #last: string | undefined;
  /** What the application returned, the last few: a later error of it may quote them. */
  #returned: string[] = [];
  #question: Question<Authorization> | undefined;
  #isForced = false;

  /** Asks nobody yet. `secretsOf` finds these tokens in what the application throws. */
  constructor(supply: AccessTokenSource, secretsOf: (tokens: string[]) => Secrets) {
    this.#supply = supply;
    this.#secretsOf = secretsOf;
  }

  authorize(_: string, refused: string | undefined, caller: Caller): Authorization | Promise<Authorization> {
    const isForced = refused !== undefined && (this.#last === undefined || this.#last === refused);
    if (isForced) this.#kept = undefined;
    if (this.#kept && isFresh(this.#kept.life, now())) return this.#kept.authorization;
    if (!this.#question || this.#question.isOver) return this.#ask(isForced, caller);
    const answer = this.#question.join(caller);
    if (!isForced || this.#isForced) return answer;
    // The answer to a plain question may be the very token that was refused.
    const again = () => {
      if (caller.isEnded) throw caller.reason;
      return this.authorize(_, refused, caller);
    };
    return answer.then(again, again);
  }

  subject(): undefined {}

  heed(): boolean {
    return false;
  }

  onEnded(): () => void {
    return () => {};
  }

  #ask(forceRefresh: boolean, caller: Caller): Authorization | Promise<Authorization> {
    const question = new Question<Authorization>();
    // Before the function is called: it may make calls itself.
    this.#question = question;
    this.#isForced = forceRefresh;
    const askedAtMoment = now();
    const took = (value: unknown) => this.#take(value, askedAtMoment);
    const threw = (thrown: unknown) => this.#threw(thrown);
    const supply = this.#supply;
    let outcome: Outcome<Authorization>;
    try {
      const returned: unknown = supply({
        forceRefresh,
        get signal() {
          return question.signal;
        },
      });
      if (typeof read(returned, "then") === "function") {
        const settle = (outcomeOf: (value: unknown) => Outcome<Authorization>) => (value: unknown) => {
          // Nobody waits any more: what comes so late may be older than what came since.
          if (!question.isOver) question.settle(outcomeOf(value));
        };
        new Promise((resolve) => resolve(returned)).then(settle(took), settle(threw));
        question.limit(TIMEOUT_MS, late);
        return question.join(caller);
      }
      outcome = took(returned);
    } catch (thrown) {
      outcome = threw(thrown);
    }
    question.settle(outcome);
    if (outcome.isGood) return outcome.value;
    throw outcome.error;
  }

  #take(value: unknown, since: Life["since"]): Outcome<Authorization> {
    const answer = answerIn(value);
    if (typeof answer === "string") return failed(answer);
    const { token, expiresAtMs } = answer;
    if (token !== this.#returned[0])
      this.#returned = [token, ...this.#returned.filter((other) => other !== token)].slice(0, QUOTED);
    if (!/^[!-~]+$/.test(token)) {
      const wrong = "it is empty, or has blanks, control or non-ASCII characters.";
      return failed(`accessToken() returned no token: ${wrong}`);
    }
    this.#last = token;
    const authorization: Authorization = { token, headers: [["authorization", `Bearer ${token}`]] };
    this.#kept =
      expiresAtMs === undefined
        ? undefined
        : { authorization, life: { since, lifeMs: expiresAtMs - since.wallMs } };
    return { isGood: true, value: authorization };
  }

  #threw(thrown: unknown): Outcome<never> {
    const message = "accessToken() threw or rejected; what it threw is the cause.";
    let cause: unknown;
    try {
      cause = causeOf(thrown, this.#secretsOf(this.#returned));
    } catch {
      // The wasm has stopped: nobody can tell whether it may be shown.
    }
    return failed(message, cause);
  }
}

const failed = (message: string, cause?: unknown): Outcome<never> => ({
  isGood: false,
  error: authError("token_supplier_failed", "auth", message, cause),
});

const late = () => authError("timeout", "timeout", "accessToken() did not settle within 10 seconds.");

/** What the application returned, each property read once; or what is wrong with it. */
function answerIn(value: unknown): { token: string; expiresAtMs: number | undefined } | string {
  if (typeof value === "string") return { token: value, expiresAtMs: undefined };
  try {
    const token = read(value, "token");
    if (typeof token !== "string") return "accessToken() must return a token or { token, expiresAt }.";
    const given = read(value, "expiresAt") ?? undefined;
    if (given === undefined) return { token, expiresAtMs: undefined };
    const time = typeof given === "object" ? (read(given, "getTime") as () => unknown).call(given) : given;
    if (Number.isFinite(time)) return { token, expiresAtMs: time as number };
    return "expiresAt must be a Date or the milliseconds since 1970.";
  } catch {
    // What was thrown is not kept: it may quote the token that stands beside it.
    return "Reading what accessToken() returned threw an error.";
  }
}
