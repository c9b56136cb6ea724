// Signing out. Where something is kept there is something to decide first.
import { useRef, useState } from "react";
import type { User } from "sipbreakout-web";
import { useKeeping } from "../keeping.ts";
import { useSignOut } from "../session.ts";
import { ErrorNotice } from "./error-notice.tsx";

export function SignOut({ user }: { user: User }) {
  const signOut = useSignOut();
  const { list } = useKeeping(user.sub);
  const [deletes, setDeletes] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const count = list.kept?.length ?? 0;

  const begin = () => {
    if (count === 0) signOut.go(false);
    else dialog.current?.showModal();
  };
  const confirm = () => {
    dialog.current?.close();
    signOut.go(deletes);
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
      <dialog ref={dialog} className="dialog" aria-labelledby="sign-out-title" data-testid="sign-out-dialog">
        <h2 id="sign-out-title">Sign out?</h2>
        <p>
          {count === 1 ? "One number is" : `${count} numbers are`} kept registered by this browser. That ends
          now, in all its tabs. The operator forgets what is registered when its time runs out, within the
          hour.
        </p>
        <label className="check">
          <input
            type="checkbox"
            checked={deletes}
            data-testid="delete-registrations"
            onChange={(event) => setDeletes(event.target.checked)}
          />
          <span>
            <strong>Also delete {count === 1 ? "the registration" : "the registrations"}</strong>
            <span className="hint">Calls then go without the phone system at once.</span>
          </span>
        </label>
        <div className="dialog-actions">
          <button type="button" className="button primary" data-testid="confirm-sign-out" onClick={confirm}>
            {deletes ? "Delete and sign out" : "Sign out"}
          </button>
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Stay signed in
          </button>
        </div>
      </dialog>
      {signOut.error !== undefined && (
        <div className="sign-out-error">
          <ErrorNotice error={signOut.error} onRetry={() => signOut.go(deletes)} />
        </div>
      )}
    </>
  );
}
