// Signing out. Where something is kept there is something to decide first. What is to be deleted is deleted before the
// person is signed out: if that fails, it can be said, and tried again.
import { useRef, useState } from "react";
import { explain } from "../explain.ts";
import { type Keeping, type Undeleted, useKept } from "../keeping.ts";
import { clockTime } from "../now.ts";
import { useSignOut } from "../session.ts";
import { ErrorNotice } from "./error-notice.tsx";

export function SignOut({ keeping }: { keeping: Keeping }) {
  const signOut = useSignOut();
  const { kept = [], undeleted } = useKept(keeping);
  const [deletes, setDeletes] = useState(false);
  const [isDeleting, setIsDeleting] = useState(false);
  const [hasFailed, setHasFailed] = useState(false);
  const [count, setCount] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  /** Counts the dialogs, so that one that was closed signs nobody out. */
  const asked = useRef(0);

  const begin = () => {
    // It stays the same in the dialog while one after the other is deleted.
    setCount(kept.length);
    setDeletes(false);
    if (kept.length === 0) signOut.go();
    else dialog.current?.showModal();
  };
  const finish = () => {
    dialog.current?.close();
    signOut.go();
  };
  const closed = () => {
    asked.current += 1;
    setHasFailed(false);
  };
  const deleteAndFinish = async () => {
    if (isDeleting) return;
    const turn = asked.current;
    setIsDeleting(true);
    const done = await Promise.all([
      ...kept.map((one) => keeping.delete(one)),
      ...undeleted.map((one) => keeping.deleteAgain(one)),
    ]);
    setIsDeleting(false);
    if (turn !== asked.current) return;
    if (done.every((isDone) => isDone)) finish();
    else setHasFailed(true);
  };

  return (
    <>
      <button
        type="button"
        className="button quiet"
        data-testid="sign-out"
        disabled={signOut.busy}
        onClick={begin}
      >
        {signOut.busy ? "Signing out…" : "Sign out"}
      </button>
      <dialog
        ref={dialog}
        className="dialog"
        aria-labelledby="sign-out-title"
        data-testid="sign-out-dialog"
        onClose={closed}
      >
        {hasFailed ? (
          <>
            <h2 id="sign-out-title">Not everything was deleted</h2>
            <NotDeleted undeleted={undeleted} />
            <div className="dialog-actions">
              <button
                type="button"
                className="button primary"
                data-testid="delete-again"
                aria-disabled={isDeleting}
                onClick={deleteAndFinish}
              >
                {isDeleting ? "Deleting…" : "Try again"}
              </button>
              <button type="button" className="button" data-testid="sign-out-anyway" onClick={finish}>
                Sign out anyway
              </button>
              <button type="button" className="button" onClick={() => dialog.current?.close()}>
                Stay signed in
              </button>
            </div>
          </>
        ) : (
          <>
            <h2 id="sign-out-title">Sign out?</h2>
            <p>
              {count === 1 ? "One number is" : `${count} numbers are`} kept registered by this browser. That
              ends now, in all its tabs. The operator forgets what is registered when its time runs out,
              within the hour.
            </p>
            <label className="check">
              <input
                type="checkbox"
                checked={deletes}
                disabled={isDeleting}
                data-testid="delete-registrations"
                onChange={(event) => setDeletes(event.target.checked)}
              />
              <span>
                <strong>Also delete {count === 1 ? "the registration" : "the registrations"}</strong>
                <span className="hint">Calls then go without the PBX at once.</span>
              </span>
            </label>
            <div className="dialog-actions">
              <button
                type="button"
                className="button primary"
                data-testid="confirm-sign-out"
                aria-disabled={isDeleting}
                onClick={deletes ? deleteAndFinish : finish}
              >
                {confirmLabel(deletes, isDeleting)}
              </button>
              <button type="button" className="button" onClick={() => dialog.current?.close()}>
                Stay signed in
              </button>
            </div>
          </>
        )}
      </dialog>
      {signOut.error !== undefined && (
        <div className="sign-out-error">
          <ErrorNotice error={signOut.error} onRetry={signOut.go} />
        </div>
      )}
    </>
  );
}

function confirmLabel(deletes: boolean, isDeleting: boolean): string {
  if (isDeleting) return "Deleting…";
  return deletes ? "Delete and sign out" : "Sign out";
}

function NotDeleted({ undeleted }: { undeleted: readonly Undeleted[] }) {
  return (
    <div className="dialog-text" role="alert" data-testid="not-deleted">
      <p>
        You are still signed in. These registrations could not be deleted, so calls may still reach the PBX:
      </p>
      <ul className="not-deleted">
        {undeleted.map(({ kept, error }) => (
          <li key={kept.number}>
            <strong className="number">{kept.number || "Your number"}</strong>{" "}
            <span className="address">{(kept.inEffect ?? kept).request.sipUri}</span>
            <p>
              {explain(error).title}.{" "}
              {kept.expiresAt !== undefined &&
                `The operator forgets it at ${clockTime(kept.expiresAt)} by itself.`}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}
