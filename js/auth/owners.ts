// Whose registrations a keeper may keep with a session, as the keeper in Rust asks it (src/bindings/keeper_owners.rs).
import { waitFor } from "../platform/waiting.js";
import type { Owner, Session } from "../session/session.js";

/** @internal The methods that wait take a signal, which is aborted when nobody waits any longer. */
export interface Owners {
  owner(): Promise<unknown[]>;
  changed(signal: AbortSignal): Promise<void>;
  /** Whether the person has signed out. */
  ended(signal: AbortSignal): Promise<boolean>;
}

/** @internal The kind, the name of the session or of the person, whether it outlives the page, and the person's. */
export function flatOwner(owner: Owner): unknown[] {
  if (owner.kind === "session") return [owner.kind, owner.session, owner.isLasting, owner.person];
  return owner.kind === "named" ? [owner.kind, owner.name] : [owner.kind];
}

/** @internal */
export function ownersOf(session: Session): Owners {
  return {
    owner: async () => flatOwner(await session.owner()),
    // From this turn on: nothing that happens while the owner is being asked for may be missed.
    changed: (signal) => waitFor<void>(signal, (end) => session.onChanged(() => end())),
    ended: (signal) =>
      waitFor<boolean>(signal, (end) => session.onEnded(({ code }) => end(code === "sign_in_required"))),
  };
}
