import type { User } from "sipbreakout-web";
import { useSignOut } from "../session.ts";
import { ErrorNotice } from "./error-notice.tsx";

export function TopBar({ user }: { user: User | undefined }) {
  const signOut = useSignOut();
  return (
    <header className="top-bar">
      <div className="top-bar-row">
        <p className="brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          SIP breakout console
        </p>
        {user && (
          <div className="whose">
            <p>
              <span className="whose-label">Signed in as </span>
              <strong className="number" data-testid="user-number">
                {user.phoneNumber ?? "a number that the operator does not tell"}
              </strong>
            </p>
            <button
              type="button"
              className="button quiet"
              data-testid="sign-out"
              disabled={signOut.busy}
              onClick={signOut.go}
            >
              {signOut.busy ? "Signing out…" : "Sign out"}
            </button>
          </div>
        )}
      </div>
      {signOut.error !== undefined && <ErrorNotice error={signOut.error} onRetry={signOut.go} />}
    </header>
  );
}
