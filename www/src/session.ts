// Who is signed in, followed from the moment the page opens until the session ends.
import { useCallback, useEffect, useState } from "react";
import { AuthError, type User } from "sipbreakout-web";
import { config } from "./config.ts";
import { type Draft, readDraft, takeKeptDraft } from "./draft.ts";
import { auth } from "./sdk.ts";

export type Session =
  | { state: "opening" }
  | { state: "signedOut"; error?: unknown; draft: Draft | undefined }
  | { state: "unreachable"; error: unknown; draft: Draft | undefined }
  | { state: "signedIn"; user: User; expired: boolean; draft: Draft | undefined; error?: unknown };

/** Travels through the sign-in: what was typed into the form is still there afterwards. */
interface AppState {
  draft: Draft | undefined;
}

// Asked once, when the page opens: handling the answer takes it out of the address bar.
const isCallback = auth.isRedirectCallback();
const keptDraft = takeKeptDraft();
if (!isCallback) dropLogOutState();

/** Back from the log-out page there is a `state` in the address, which says nothing any more. */
function dropLogOutState() {
  const address = new URL(location.href);
  if (!address.searchParams.has("state")) return;
  address.searchParams.delete("state");
  history.replaceState(history.state, "", address);
}

interface Arrival {
  draft?: Draft | undefined;
  error?: unknown;
}

async function finishSignIn(): Promise<Arrival> {
  if (!isCallback) return { draft: keptDraft };
  try {
    const { appState } = await auth.handleRedirectCallback();
    return { draft: readDraft((appState as AppState | undefined)?.draft) };
  } catch (error) {
    // A failed sign-in gives the appState back too.
    const appState = error instanceof AuthError ? error.appState : undefined;
    return { draft: readDraft((appState as AppState | undefined)?.draft), error };
  }
}

async function openSession(): Promise<Session> {
  return readSession(await finishSignIn());
}

async function readSession({ draft, error }: Arrival): Promise<Session> {
  try {
    // A stale or foreign answer does not end the session that there is.
    if (!(await auth.isSignedIn())) return { state: "signedOut", draft, error };
    return { state: "signedIn", user: await auth.getUser(), expired: false, draft, error };
  } catch (cause) {
    const ended = !(cause instanceof AuthError) || cause.kind === "auth";
    return { state: ended ? "signedOut" : "unreachable", error: error ?? cause, draft };
  }
}

export function useSession(): { session: Session; reopen: () => void } {
  const [session, setSession] = useState<Session>({ state: "opening" });
  const [attempt, setAttempt] = useState(0);

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
    const onExpired = () => setSession((now) => (now.state === "signedIn" ? { ...now, expired: true } : now));
    const onSignedOut = () => setSession({ state: "signedOut", draft: undefined });
    auth.addEventListener("sessionExpired", onExpired);
    auth.addEventListener("signedOut", onSignedOut);
    return () => {
      auth.removeEventListener("sessionExpired", onExpired);
      auth.removeEventListener("signedOut", onSignedOut);
    };
  }, []);

  const isOver = session.state === "signedOut" || (session.state === "signedIn" && session.expired);
  useEffect(() => {
    if (!isOver) return;
    // Another tab's sign-in is this one's, too. What is typed here stays, if it is the same person.
    const onSignedIn = () => {
      readSession({ draft: undefined }).then(setSession);
    };
    auth.addEventListener("signedIn", onSignedIn);
    return () => auth.removeEventListener("signedIn", onSignedIn);
  }, [isOver]);

  const reopen = useCallback(() => {
    setSession({ state: "opening" });
    setAttempt((count) => count + 1);
  }, []);
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

export function useSignIn(draft: Draft | undefined) {
  return useDeparture(() => auth.signIn({ appState: { draft } satisfies AppState }));
}

/** Signing out ends the keeping in every tab. `deleteRegistrations`: and the registrations, at the operator. */
export function useSignOut() {
  return useDeparture((deleteRegistrations: boolean) =>
    auth.signOut({ returnTo: config.redirectUri, deleteRegistrations }),
  );
}
