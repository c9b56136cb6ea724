// What is told when there is no session, or no longer the same one.
import { authError } from "../provider/auth-error.js";

/** @internal */
export const sessionExpired = () => authError("session_expired", "The session has ended: sign in again.");

/** @internal */
export const signedOut = () => authError("sign_in_required", "The session was signed out: sign in again.");

/** @internal Not the code of a sign-out: nobody has left. */
export const replaced = () =>
  authError("session_expired", "Somebody else signed in. What was begun before is not done in their name.");

/** @internal */
export const signInRequired = () =>
  authError("sign_in_required", "Nobody is signed in: sign in first (signIn).");

/** @internal */
export const authClosed = () => authError("aborted", "This Auth was closed: make another one (createAuth).");

/** @internal Of the store of the session, or of the sign-ins under way. */
export const storageRefused = (cause?: unknown) =>
  authError(
    "storage_unavailable",
    "The storage refused (blocked site data, private mode, a full quota or an adapter), or did not answer in time: allow " +
      "storage for this site.",
    cause,
  );
