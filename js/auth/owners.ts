// Whose registrations a keeper may keep with a session, and when that may change.
import type { Owners } from "../owners.js";
import type { Session } from "../session/session.js";

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
