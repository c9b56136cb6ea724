import { LoadError } from "sipbreakout-web";
import type { Edits } from "../draft.ts";
import { useSignIn } from "../session.ts";
import { ErrorNotice } from "./error-notice.tsx";
import { LegPicture } from "./leg-picture.tsx";

interface Props {
  error?: unknown;
  edits: Edits;
  onRetry: () => void;
}

export function SignInPage({ error, edits, onRetry }: Props) {
  const signIn = useSignIn(edits);
  const shown = signIn.error ?? error;
  // A sign-in's answer is good once. Only where the SDK never looked at it is there something to try again.
  const retry = shown instanceof LoadError ? onRetry : undefined;
  return (
    <div className="welcome">
      <div className="welcome-text">
        {shown !== undefined && (
          <ErrorNotice error={shown} testId="sign-in-error" onRetry={retry} withoutSignIn />
        )}
        <h1>Put your PBX in a mobile number’s calls</h1>
        <p className="lead">
          A registration tells the mobile operator to involve your PBX, over SIP, in the calls of one number.
          Here you make one and change it; it is kept alive until you delete it.
        </p>
        <p>
          <button
            type="button"
            className="button primary large"
            data-testid="sign-in"
            disabled={signIn.busy}
            onClick={signIn.go}
          >
            {signIn.busy ? "Going to the operator…" : "Sign in with your number"}
          </button>
        </p>
        <p className="soft">
          The operator asks for the number and for your consent. This console never sees a password.
        </p>
      </div>
      <aside className="welcome-steps" aria-label="How it works">
        <LegPicture type="LOOP" />
        <ol>
          <li>
            <strong>Sign in</strong> with the mobile number whose calls you want to route.
          </li>
          <li>
            <strong>Name your PBX</strong> by its SIP address and choose which calls reach it, and when.
          </li>
          <li>
            <strong>Keep a tab open.</strong> The operator forgets a registration after an hour. Any tab of
            this console refreshes it in time.
          </li>
        </ol>
      </aside>
    </div>
  );
}
