import { useState } from "react";
import type { KeeperState } from "sipbreakout-web";
import type { Edits } from "../draft.ts";
import { formatSeconds, type Kept, otherStanding, secondsLeft, type Taken } from "../kept.ts";
import { clockTime } from "../now.ts";
import { routeOf } from "../routes.ts";
import type { SessionHealth } from "../session.ts";
import { ErrorNotice } from "./error-notice.tsx";
import { KeepingLine } from "./keeping-line.tsx";

/** What can be done with a registration. */
export interface CardActions {
  /** Resolves when it is known what came of it. */
  onRefresh: (kept: Kept) => Promise<void>;
  onEdit: (kept: Kept) => void;
  onStop: (kept: Kept) => void;
  /** Asks whether to. */
  onDelete: (kept: Kept) => void;
}

interface Props extends CardActions {
  kept: Kept;
  now: number;
  health: SessionHealth;
  /** What is typed into the form, for a sign-in that begins here. */
  edits: Edits;
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

export function RegistrationCard({ kept, edits, now, health, onRefresh, onEdit, onStop, onDelete }: Props) {
  const [isRefreshing, setIsRefreshing] = useState(false);
  const { number, state, isDeleting = false } = kept;
  const busy = isRefreshing || isDeleting;
  const left = secondsLeft(kept, now);
  const other = otherStanding(kept, now);
  const name = number || "the number that you signed in with";

  const refresh = async () => {
    if (busy) return;
    setIsRefreshing(true);
    await onRefresh(kept).finally(() => setIsRefreshing(false));
  };

  return (
    <li
      className="registration"
      data-testid="registration"
      data-number={number}
      data-status={state}
      data-pending={other !== undefined}
      data-session={health}
    >
      <div className="registration-head">
        <h3 className="number">{number || "Your number"}</h3>
        <p className="badge" data-testid="status" role="status">
          {other && state === "registered" ? "Change pending" : stateWords[state]}
        </p>
      </div>
      {other && (
        <Facts
          title={`In effect until ${clockTime(kept.expiresAt ?? now)}`}
          taken={other}
          testId="in-effect"
        />
      )}
      <Facts title={wantedTitle(kept, now)} taken={kept} testId="wanted" />
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
      <KeepingLine kept={kept} now={now} health={health} busy={busy} />
      {kept.error !== undefined && state !== "suspended" && (
        <ErrorNotice error={kept.error} edits={edits} testId="registration-error" unmoved />
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
              onClick={refresh}
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
              onClick={() => !isDeleting && onDelete(kept)}
            >
              Delete
            </button>
          )}
        </div>
      )}
    </li>
  );
}

/** Undefined where what is wanted is in effect, or on its way. */
function wantedTitle(kept: Kept, now: number): string | undefined {
  const { state, error } = kept;
  if (state === "rejected") return "Refused by the operator";
  if (otherStanding(kept, now)) return "Wanted, not confirmed by the operator";
  if (secondsLeft(kept, now) > 0 || (state === "registering" && !error)) return undefined;
  return state === "registering" ? "Wanted, not confirmed by the operator" : "Wanted, not in effect";
}

interface FactsProps {
  /** Where it is not plain what these are. */
  title: string | undefined;
  taken: Taken;
  testId: string;
}

function Facts({ title, taken, testId }: FactsProps) {
  const { sipUri, routeType, mobileOriginatingPrefix, mobileTerminatingPrefix } = taken.request;
  return (
    <div className="facts-group" data-testid={testId}>
      {title && <h4>{title}</h4>}
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
          <dd>{taken.apiVersion}</dd>
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
    </div>
  );
}
