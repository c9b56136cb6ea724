// What the application may know of its session: no token is among it.

import type { SessionInfo } from "../auth-options.js";
import { isRecord } from "../given/read.js";
import type { Session } from "../session/session.js";
import { endWallMs, isAlive } from "../stores/stored-session.js";

/** @internal Undefined if nobody is signed in. Asks the store only. */
export async function sessionInfo(session: Session): Promise<SessionInfo | undefined> {
  await session.ready();
  await session.shared.signIns.settled();
  session.keepAlive();
  const stored = await session.load();
  if (!stored || !isAlive(stored)) return undefined;
  return {
    scopes: stored.scope.split(" ").filter(Boolean),
    expiresAt: new Date(endWallMs(stored)),
    claims: claimsIn(stored.idToken),
  };
}

/** It was checked before it was stored. */
function claimsIn(idToken = ""): SessionInfo["claims"] {
  try {
    const [, payload = ""] = idToken.split(".");
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
      letter.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(claims) ? (claims as SessionInfo["claims"]) : undefined;
  } catch {
    return undefined;
  }
}
