// The one place where an error of the SDK becomes words, a button and technical details.

import { useEffect, useRef } from "react";
import { type Edits, reloadKeeping } from "../draft.ts";
import { explain, technicalDetails } from "../explain.ts";
import { useSignIn } from "../session.ts";

interface Props {
  error: unknown;
  /** What is typed, so that a new sign-in keeps it. */
  edits?: Edits | undefined;
  onRetry?: (() => void) | undefined;
  testId?: string;
  /** Where the page offers its own way to sign in. */
  withoutSignIn?: boolean;
  /** For what comes again and again by itself: the page does not move to it. */
  unmoved?: boolean;
  children?: React.ReactNode;
}

export function ErrorNotice({ error, edits, onRetry, testId, withoutSignIn, unmoved, children }: Props) {
  const signIn = useSignIn(edits);
  const place = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each error is shown, also one after another
  useEffect(() => {
    // The button that led to it may be at the end of a window, and the way out below it.
    if (!unmoved) place.current?.scrollIntoView({ block: "nearest" });
  }, [error]);
  const { title, advice, quote, remedy } = explain(error);
  return (
    <div className="notice bad" role="alert" data-testid={testId} ref={place}>
      <p className="notice-title">{title}</p>
      {quote && <blockquote>{quote}</blockquote>}
      <p>{advice}</p>
      <div className="notice-actions">
        {remedy === "retry" && onRetry && (
          <button type="button" className="button small" onClick={onRetry}>
            Try again
          </button>
        )}
        {remedy === "signIn" && !withoutSignIn && (
          <button type="button" className="button small" disabled={signIn.busy} onClick={signIn.go}>
            Sign in again
          </button>
        )}
        {remedy === "reload" && (
          <button type="button" className="button small" onClick={() => reloadKeeping(edits)}>
            Reload the page
          </button>
        )}
        {children}
      </div>
      {signIn.error !== undefined && <p>{explain(signIn.error).advice}</p>}
      <details className="technical">
        <summary>Technical details</summary>
        <pre>{technicalDetails(error)}</pre>
      </details>
    </div>
  );
}
