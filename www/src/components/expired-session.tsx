import type { Draft } from "../draft.ts";
import { useSignIn } from "../session.ts";
import { ErrorNotice } from "./error-notice.tsx";

export function ExpiredSession({ draft }: { draft: Draft }) {
  const signIn = useSignIn(draft);
  return (
    <div className="notice warn" role="alert" data-testid="session-expired">
      <p className="notice-title">Your session has ended</p>
      <p>
        What is registered stays registered until its time runs out, and is not refreshed meanwhile. Sign in
        again, and it goes on. What you typed is kept.
      </p>
      <div className="notice-actions">
        <button type="button" className="button small" disabled={signIn.busy} onClick={signIn.go}>
          Sign in again
        </button>
      </div>
      {signIn.error !== undefined && <ErrorNotice error={signIn.error} withoutSignIn />}
    </div>
  );
}
