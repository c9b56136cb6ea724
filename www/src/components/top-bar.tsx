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
        {session && (
          <div className="whose">
            <p>
              <span className="whose-label">Signed in as </span>
              <strong className="number" data-testid="user-number">
                {session.user?.phoneNumber ?? "a number that the operator does not tell"}
              </strong>
            </p>
            <SignOut key={session.user?.sub ?? ""} keeping={session.keeping} />
          </div>
        )}
      </div>
    </header>
  );
}
