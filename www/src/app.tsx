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
      <TopBar user={session.state === "signedIn" ? session.user : undefined} />
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
      return <SignInPage error={session.error} draft={session.draft} onRetry={reopen} />;
    case "signedIn":
      // The key: another person's console starts from nothing.
      return (
        <>
          {session.error !== undefined && (
            <div className="unreachable">
              <ErrorNotice error={session.error} testId="sign-in-error" withoutSignIn />
            </div>
          )}
          <Console
            key={session.user.sub}
            user={session.user}
            expired={session.expired}
            initialDraft={session.draft}
          />
        </>
      );
  }
}
