// The first token, asked for while the wasm comes: the application's function may make a request of its own.
import type { AccessTokenSource } from "../options.js";

type Question = Parameters<AccessTokenSource>[0];

/** @internal */
export class EarlyToken {
  readonly #source: AccessTokenSource;
  #isAsked = false;
  #answer: Promise<Awaited<ReturnType<AccessTokenSource>>> | undefined;
  #abort: AbortController | undefined;
  /** How many calls may take the answer. */
  #calls = 0;
  /** The question of the call that has taken the answer. */
  #taken: Question | undefined;

  constructor(source: AccessTokenSource) {
    this.#source = source;
  }

  /** For a call that waits for the wasm. The first one asks now. */
  join(): void {
    this.#calls += 1;
    if (!this.#isAsked) this.#ask();
  }

  #ask(): void {
    this.#isAsked = true;
    const source = this.#source;
    const signal = () => this.#signal;
    const question: Question = {
      forceRefresh: false,
      get signal() {
        return signal();
      },
    };
    this.#answer = new Promise((resolve) => resolve(source(question)));
    // Whoever takes the answer hears of it.
    this.#answer.catch(() => {});
  }

  /** The application's function; the first question has the early answer. */
  readonly supply: AccessTokenSource = (question) => {
    const answer = this.#answer;
    this.#answer = undefined;
    if (!answer) return this.#source(question);
    this.#taken = question;
    if (this.#abort) question.signal.addEventListener("abort", () => this.#abort?.abort());
    return answer;
  };

  /** For a call that is over. If no other one may take the answer, nobody waits for it. */
  leave(): void {
    this.#calls -= 1;
    if (!this.#answer || this.#calls > 0) return;
    this.#answer = undefined;
    this.#abort ??= new AbortController();
    this.#abort.abort();
  }

  get #signal(): AbortSignal {
    if (this.#taken) return this.#taken.signal;
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }
}
