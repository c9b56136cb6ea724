import { Console } from "./components/console.tsx";
import { ErrorNotice } from "./components/error-notice.tsx";
import { Footer } from "./components/footer.tsx";
import { SignInPage } from "./components/sign-in-page.tsx";
import { TopBar } from "./components/top-bar.tsx";
import { type Session, useSession } from "./session.ts";

export function App() {
  const { session, reopen } = useSession();
  return (
    <div className="page">
      <TopBar session={session.state === "signedIn" ? session : undefined} />
      <main>
        <Page session={session} reopen={reopen} />
      </main>
      <Footer />
    </div>
  );
}

function Page({ session, reopen }: { session: Session; reopen: () => void }) {
  switch (session.state) {
    case "opening":
      return (
        <p className="opening" role="status">
          One moment…
        </p>
      );
    case "unreachable":
      return (
        <div className="unreachable">
          <ErrorNotice error={session.error} onRetry={reopen} testId="sign-in-error" />
        </div>
      );
    case "signedOut":
      return <SignInPage error={session.error} edits={session.edits} onRetry={reopen} />;
    case "signedIn":
      return (
        <>
          {session.error !== undefined && (
            <div className="unreachable">
              <ErrorNotice error={session.error} testId="sign-in-error" withoutSignIn />
            </div>
          )}
          {/* The key: another person's console starts from nothing. */}
          <Console key={session.user?.sub ?? ""} session={session} reopen={reopen} />
        </>
      );
  }
}
