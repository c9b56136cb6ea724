// The sign-ins that a page finishes, or has finished: whoever comes with the same answer gets the same outcome.

/** How many that are over are remembered. */
const REMEMBERED = 8;

/** @internal What a sign-in led to, beside the session that it names. */
export interface FinishedSignIn {
  readonly appState: unknown;
  readonly session: string;
}

interface SignIn {
  readonly state: string;
  readonly outcome: Promise<FinishedSignIn>;
  isOver: boolean;
}

/** @internal */
export class SignIns {
  #known: SignIn[] = [];

  /** That of this state, finished or not. */
  get(state: string): Promise<FinishedSignIn> | undefined {
    return this.#known.find((known) => known.state === state)?.outcome;
  }

  remember(state: string, outcome: Promise<FinishedSignIn>): void {
    const oldest = this.#known.find(({ isOver }) => isOver);
    if (oldest && this.#known.length >= REMEMBERED) {
      this.#known = this.#known.filter((known) => known !== oldest);
    }
    const signIn = { state, outcome, isOver: false };
    this.#known.push(signIn);
    const over = () => {
      signIn.isOver = true;
    };
    outcome.then(over, over);
  }

  /** An answer that was another session's may still be handled when it is this one's. */
  forget(state: string): void {
    this.#known = this.#known.filter((known) => known.state !== state);
  }

  /** Somebody waits for a code to be exchanged. */
  get isUnderWay(): boolean {
    return this.#known.some(({ isOver }) => !isOver);
  }

  /** Those that are over lead to nothing any more: the person has signed out. */
  forgetFinished(): void {
    this.#known = this.#known.filter(({ isOver }) => !isOver);
  }

  /** Waits for those that are being finished. */
  async settled(): Promise<void> {
    const waiting = this.#known.filter(({ isOver }) => !isOver);
    await Promise.allSettled(waiting.map(({ outcome }) => outcome));
  }
}
