// The session has ended, or can't be renewed for now. Either way a person can sign in again.
import type { Edits } from "../draft.ts";
import { type SessionHealth, useSignIn } from "../session.ts";
import { ErrorNotice } from "./error-notice.tsx";

interface Props {
  health: Exclude<SessionHealth, "good">;
  edits: Edits;
}

const words = {
  expired: {
    title: "Your session has ended",
    text: "What is registered stays registered until its time runs out, and is not refreshed meanwhile. Sign in again to keep it registered. What you typed is kept.",
  },
  uncertain: {
    title: "Your session can’t be renewed at the moment",
    text: "What is registered stays registered until its time runs out, and is not refreshed meanwhile. This page tries again by itself. If that does not help, sign in again. What you typed is kept.",
  },
};

export function SessionNotice({ health, edits }: Props) {
  const signIn = useSignIn(edits);
  const { title, text } = words[health];
  return (
    <div className="notice warn" role="alert" data-testid={`session-${health}`}>
      <p className="notice-title">{title}</p>
      <p>{text}</p>
      <div className="notice-actions">
        <button type="button" className="button small" disabled={signIn.busy} onClick={signIn.go}>
          Sign in again
        </button>
      </div>
      {signIn.error !== undefined && <ErrorNotice error={signIn.error} withoutSignIn />}
    </div>
  );
}
