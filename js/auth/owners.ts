// Whose registrations a keeper may keep with a session, and when that may change.
import type { AuthError } from "../errors.js";
import type { Owner, Session } from "../session/session.js";

/** @internal Listening returns how to stop. */
export interface Owners {
  owner(): Promise<Owner>;
  onChanged(listener: () => void): () => void;
  /** Told whether the person has signed out. */
  onEnded(listener: (isLeft: boolean) => void): () => void;
  /** Why the session can't be renewed for now, if it can't. */
  doubt(): AuthError | undefined;
  onDoubted(listener: (doubt: AuthError | undefined) => void): () => void;
}

/** @internal */
export function ownersOf(session: Session): Owners {
  return {
    owner: () => session.owner(),
    onChanged: (listener) => session.onChanged(listener),
    onEnded: (listener) => session.onEnded(({ code }) => listener(code === "sign_in_required")),
    doubt: () => session.shared.doubt,
    onDoubted: (listener) => session.shared.onDoubted(listener),
  };
}
