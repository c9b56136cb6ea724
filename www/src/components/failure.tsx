// What was asked of a registration and failed, where no card is left to say it.
import { useState } from "react";
import type { Edits } from "../draft.ts";
import type { Kept } from "../kept.ts";
import { ErrorNotice } from "./error-notice.tsx";

interface Props {
  kept: Kept;
  error: unknown;
  /** What is to be said of the number. */
  words: string;
  edits: Edits;
  onRetry?: () => Promise<void>;
  onDismiss: () => void;
}

export function Failure({ kept, error, words, edits, onRetry, onDismiss }: Props) {
  const [busy, setBusy] = useState(false);
  const retry = () => {
    if (busy || !onRetry) return;
    setBusy(true);
    onRetry().finally(() => setBusy(false));
  };
  return (
    <div className="failure" data-testid="failure">
      <p>
        <strong className="number">{kept.number || "Your number"}</strong> {words}
      </p>
      <ErrorNotice error={error} edits={edits} onRetry={onRetry && retry} testId="action-error">
        <button type="button" className="button quiet small" onClick={onDismiss}>
          Dismiss
        </button>
      </ErrorNotice>
    </div>
  );
}
