// Who is signed in, followed from the moment the page opens until the session ends.
import { useCallback, useEffect, useState } from "react";
import { AuthError, type User } from "sipbreakout-web";
import { config } from "./config.ts";
import { type Edits, readEdits, takeKeptEdits } from "./draft.ts";
import { doubtPerson, hasKeeping, type Keeping, keepingOf } from "./keeping.ts";
import { auth } from "./sdk.ts";

export type Session =
  | { state: "opening" }
  | { state: "signedOut"; error?: unknown; edits: Edits }
  | { state: "unreachable"; error: unknown; edits: Edits }
  | SignedIn;

/** `uncertain`: the access token is over and can't be renewed for now. `expired`: the session has ended. */
export type SessionHealth = "good" | "uncertain" | "expired";

export interface SignedIn {
  state: "signedIn";
  /** Undefined when the provider does not say who it is; `userError` is why. What is kept goes on all the same. */
  user: User | undefined;
  userError?: unknown;
  keeping: Keeping;
  health: SessionHealth;
  /** What was typed before a sign-in or a reload. */
  edits: Edits;
  /** An answer to a sign-in that was not used. */
  error?: unknown;
}

/** Travels through the sign-in: what was typed into the form is still there afterwards, for the same person. */
interface AppState {
  draft: Edits | undefined;
  sub: string | undefined;
}

// Asked once, when the page opens: handling the answer takes it out of the address bar.
const isCallback = auth.isRedirectCallback();
const keptEdits = takeKeptEdits();

/** Who was signed in last in this page. */
let lastSub: string | undefined;

interface Arrival {
  edits: Edits;
  /** Who typed them, if that was known. */
  sub?: string | undefined;
  error?: unknown;
}

function arrivalOf(appState: unknown, error?: unknown): Arrival {
  const { draft, sub } = (appState ?? {}) as Partial<AppState>;
  return { edits: readEdits(draft), sub: typeof sub === "string" ? sub : undefined, error };
}

async function finishSignIn(): Promise<Arrival> {
  if (!isCallback) return { edits: keptEdits };
  try {
    return arrivalOf((await auth.handleRedirectCallback()).appState);
  } catch (error) {
    // A failed sign-in gives the appState back too.
    return arrivalOf(error instanceof AuthError ? error.appState : undefined, error);
  }
}

async function openSession(): Promise<Session> {
  return readSession(await finishSignIn());
}

async function readSession({ edits, sub, error }: Arrival): Promise<Session> {
  try {
    // A stale or foreign answer does not end the session that there is.
    if (!(await auth.isSignedIn())) return { state: "signedOut", edits, error };
  } catch (cause) {
    // The SDK tries again to load the wasm: what is kept must not lapse because nobody presses a button. After a sign-in it
    // is not known yet whose that is.
    if (!isCallback) startKeeping();
    return { state: "unreachable", error: error ?? cause, edits };
  }
  startKeeping();
  try {
    const user = await auth.getUser();
    lastSub = user.sub;
    const typed = sub === undefined || sub === user.sub ? edits : {};
    const keeping = keepingOf(user.sub);
    return { state: "signedIn", user, keeping, health: healthNow(), edits: typed, error };
  } catch (userError) {
    const isOver = await auth.isSignedIn().then(
      (isSignedIn) => !isSignedIn,
      () => false,
    );
    if (isOver) return { state: "signedOut", error: error ?? userError, edits };
    const keeping = keepingOf(undefined);
    return { state: "signedIn", user: undefined, userError, keeping, health: healthNow(), edits, error };
  }
}

/** Keeping needs the session, not the person's name: it goes on while the provider is slow or does not answer. */
function startKeeping() {
  if (!hasKeeping()) void keepingOf(undefined).resume();
}

function healthNow(): SessionHealth {
  return auth.sessionState === "uncertain" ? "uncertain" : "good";
}

/** The page stays as it is, with what was typed; where nobody is known there is nothing to stay for. */
function expired(error: unknown) {
  return (session: Session): Session => {
    if (session.state !== "signedIn" || session.user) return withHealth(session, "expired");
    return { state: "signedOut", error: error ?? session.userError, edits: session.edits };
  };
}

/** The session with another health; the same object if it has it already. */
function withHealth(session: Session, health: SessionHealth): Session {
  return session.state === "signedIn" && session.health !== health ? { ...session, health } : session;
}

export function useSession(): { session: Session; reopen: () => void } {
  const [session, setSession] = useState<Session>({ state: "opening" });
  const [attempt, setAttempt] = useState(0);
  const reopen = useCallback(() => {
    setSession({ state: "opening" });
    setAttempt((count) => count + 1);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the session again
  useEffect(() => {
    let shown = true;
    // StrictMode runs this twice. The SDK exchanges the code once and gives both the same answer.
    openSession().then((next) => {
      if (shown) setSession(next);
    });
    return () => {
      shown = false;
    };
  }, [attempt]);

  useEffect(() => {
    const over = new AbortController();
    const until = { signal: over.signal };
    const turn = (health: SessionHealth) => setSession((now) => withHealth(now, health));
    auth.addEventListener("sessionExpired", ({ detail: { error } }) => setSession(expired(error)), until);
    auth.addEventListener("sessionUncertain", () => turn("uncertain"), until);
    auth.addEventListener("tokenRefreshed", () => turn("good"), until);
    auth.addEventListener(
      "signedOut",
      () => {
        doubtPerson();
        setSession({ state: "signedOut", edits: {} });
      },
      until,
    );
    return () => over.abort();
  }, []);

  const isUnreachable = session.state === "unreachable";
  useEffect(() => {
    if (!isUnreachable || !hasKeeping()) return;
    const keeping = keepingOf(undefined);
    // The SDK could load its wasm after all, and goes on with what is kept.
    return keeping.subscribe(() => keeping.isKeeping && reopen());
  }, [isUnreachable, reopen]);

  const offersSignIn =
    isUnreachable ||
    session.state === "signedOut" ||
    (session.state === "signedIn" && (session.health !== "good" || session.user === undefined));
  useEffect(() => {
    if (!offersSignIn) return;
    // Another tab's sign-in is this one's, too. What is typed here stays, if it is the same person.
    const onSignedIn = () => {
      doubtPerson();
      readSession({ edits: {} }).then(setSession);
    };
    auth.addEventListener("signedIn", onSignedIn);
    return () => auth.removeEventListener("signedIn", onSignedIn);
  }, [offersSignIn]);

  return { session, reopen };
}

/** Something that ends with the browser leaving the page: sign-in and sign-out. */
function useDeparture<Input extends unknown[]>(depart: (...input: Input) => Promise<unknown>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  useEffect(() => {
    // Back from the provider by the back button: the page is as it was left, busy.
    const onPageShow = (event: PageTransitionEvent) => {
      if (event.persisted) setBusy(false);
    };
    window.addEventListener("pageshow", onPageShow);
    return () => window.removeEventListener("pageshow", onPageShow);
  }, []);

  const go = async (...input: Input) => {
    setBusy(true);
    setError(undefined);
    try {
      await depart(...input);
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  return { go, busy, error };
}

export function useSignIn(edits: Edits | undefined) {
  return useDeparture(() => auth.signIn({ appState: { draft: edits, sub: lastSub } satisfies AppState }));
}

/** Signing out ends the keeping in every tab. */
export function useSignOut() {
  return useDeparture(() => auth.signOut({ returnTo: config.redirectUri }));
}
