import type { SignedIn } from "../session.ts";
import { SignOut } from "./sign-out.tsx";

export function TopBar({ session }: { session: SignedIn | undefined }) {
  return (
    <header className="top-bar">
      <div className="top-bar-row">
        <p className="brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          SIP breakout console
        </p>
        {session?.health === "expired" && (
          <p className="whose" data-testid="ended-session">
            <span>
              Session ended: <span className="number">{numberOf(session)}</span>
            </span>
          </p>
        )}
        {session && session.health !== "expired" && (
          <div className="whose">
            <p>
              <span className="whose-label">Signed in as </span>
              <strong className="number" data-testid="user-number">
                {numberOf(session)}
              </strong>
            </p>
            <SignOut key={session.user?.sub ?? ""} keeping={session.keeping} />
          </div>
        )}
      </div>
    </header>
  );
}

function numberOf({ user }: SignedIn): string {
  return user?.phoneNumber ?? "a number that the operator does not tell";
}
