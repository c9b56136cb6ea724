import type { User } from "sipbreakout-web";
import { SignOut } from "./sign-out.tsx";

export function TopBar({ user }: { user: User | undefined }) {
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
            <SignOut key={user.sub} user={user} />
          </div>
        )}
      </div>
    </header>
  );
}
