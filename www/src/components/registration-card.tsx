import { useState } from "react";
import type { KeeperState } from "sipbreakout-web";
import type { Draft } from "../draft.ts";
import { formatSeconds, type Kept, secondsLeft } from "../kept.ts";
import { clockTime } from "../now.ts";
import { routeOf } from "../routes.ts";
import { ErrorNotice } from "./error-notice.tsx";
import { KeepingLine } from "./keeping-line.tsx";

/** What can be done with a registration. Each resolves when it is known what came of it. */
export interface CardActions {
  onRefresh: (kept: Kept) => Promise<void>;
  onEdit: (kept: Kept) => void;
  onStop: (kept: Kept) => Promise<void>;
  onDelete: (kept: Kept) => Promise<void>;
}

interface Props extends CardActions {
  kept: Kept;
  now: number;
  /** What is typed into the form, for a sign-in that begins here. */
  draft: Draft;
}

const stateWords: Readonly<Record<KeeperState, string>> = {
  registering: "Not registered yet",
  registered: "Registered",
  atRisk: "At risk",
  lapsed: "Lapsed",
  rejected: "Refused",
  suspended: "Suspended",
  stopped: "Not kept",
};

export function RegistrationCard({ kept, draft, now, onRefresh, onEdit, onStop, onDelete }: Props) {
  const [busy, setBusy] = useState(false);
  const { number, state } = kept;
  const left = secondsLeft(kept, now);
  const name = number || "the number that you signed in with";

  const run = (action: (kept: Kept) => Promise<void>) => async () => {
    if (busy) return;
    setBusy(true);
    await action(kept).finally(() => setBusy(false));
  };

  return (
    <li className="registration" data-testid="registration" data-number={number} data-status={state}>
      <div className="registration-head">
        <h3 className="number">{number || "Your number"}</h3>
        <p className="badge" data-testid="status" role="status">
          {stateWords[state]}
        </p>
      </div>
      <Facts kept={kept} />
      {left > 0 && kept.expiresAt !== undefined && (
        <div className="time-left">
          <div className="bar" aria-hidden="true">
            <div style={{ width: `${Math.min(100, (left / kept.timeToLiveSeconds) * 100)}%` }} />
          </div>
          <p>
            <span className="countdown" role="timer" aria-label="Time left" data-testid="countdown">
              {formatSeconds(left)}
            </span>{" "}
            left, until {clockTime(kept.expiresAt)}
          </p>
        </div>
      )}
      <KeepingLine kept={kept} now={now} busy={busy} />
      {kept.error !== undefined && state !== "suspended" && (
        <ErrorNotice error={kept.error} draft={draft} testId="registration-error" unmoved />
      )}
      {state !== "suspended" && (
        <div className="registration-actions">
          {state !== "rejected" && (
            <button
              type="button"
              className={state === "registered" && !kept.error ? "button small" : "button small primary"}
              data-testid="refresh"
              aria-disabled={busy}
              aria-label={`Refresh now: ${name}`}
              onClick={run(onRefresh)}
            >
              Refresh now
            </button>
          )}
          <button
            type="button"
            className={state === "rejected" ? "button small primary" : "button small"}
            data-testid="update"
            aria-label={`Change ${name}`}
            onClick={() => onEdit(kept)}
          >
            Change
          </button>
          <button
            type="button"
            className="button small"
            data-testid="stop"
            aria-label={`Stop keeping ${name}`}
            onClick={() => onStop(kept)}
          >
            Stop keeping
          </button>
          {kept.expiresAt !== undefined && (
            <button
              type="button"
              className="button small danger"
              data-testid="delete"
              aria-disabled={busy}
              aria-label={`Delete ${name}`}
              onClick={run(onDelete)}
            >
              Delete
            </button>
          )}
        </div>
      )}
    </li>
  );
}

function Facts({ kept }: { kept: Kept }) {
  const { sipUri, routeType, mobileOriginatingPrefix, mobileTerminatingPrefix } = kept.request;
  return (
    <dl className="facts">
      <div>
        <dt>PBX</dt>
        <dd className="address">{sipUri}</dd>
      </div>
      <div>
        <dt>Calls</dt>
        <dd>
          {routeOf(routeType)?.title} <code>{routeType}</code>
        </dd>
      </div>
      <div>
        <dt>API</dt>
        <dd>{kept.apiVersion}</dd>
      </div>
      {(mobileOriginatingPrefix || mobileTerminatingPrefix) && (
        <div>
          <dt>Prefixes</dt>
          <dd>
            {[
              mobileOriginatingPrefix && `outgoing ${mobileOriginatingPrefix}`,
              mobileTerminatingPrefix && `incoming ${mobileTerminatingPrefix}`,
            ]
              .filter(Boolean)
              .join(", ")}
          </dd>
        </div>
      )}
    </dl>
  );
}
