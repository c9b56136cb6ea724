import { useEffect } from "react";
import { RegistrationRejectedError } from "sipbreakout-web";
import { useCall } from "../call.ts";
import { type Draft, requestOf } from "../draft.ts";
import { clockTime } from "../now.ts";
import {
  deleteRequestOf,
  draftOf,
  formatSeconds,
  type Registration,
  registrationOf,
  type Status,
  secondsLeft,
  statusOf,
} from "../registrations.ts";
import { routeOf } from "../routes.ts";
import { clientFor } from "../sdk.ts";
import { ErrorNotice } from "./error-notice.tsx";

interface Props {
  registration: Registration;
  now: number;
  /** What is typed into the form, for a sign-in that begins here. */
  draft: Draft;
  onStart: () => void;
  onEdit: (registration: Registration) => void;
  onRefreshed: (registration: Registration) => void;
  onRemoved: (registration: Registration, deleted: boolean) => void;
}

const statusWords: Readonly<Record<Status, string>> = {
  registered: "Registered",
  expiring: "Expires soon",
  expired: "Expired",
};

export function RegistrationCard({
  registration,
  draft: typed,
  now,
  onStart,
  onEdit,
  onRefreshed,
  onRemoved,
}: Props) {
  const call = useCall();
  // By value: what another tab stores makes every entry a new object.
  const told = JSON.stringify(registration);
  const status = statusOf(registration, now);
  const left = secondsLeft(registration, now);
  const name = registration.number || "the number that you signed in with";
  const refreshLabel = status === "expired" ? "Register again" : "Refresh now";
  const client = clientFor(registration.apiVersion);

  // What failed was about the registration as it was.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed registration is what clears it
  useEffect(call.clearError, [told, call.clearError]);

  // The same parameters again: the core starts the time to live anew.
  const refresh = () =>
    call.run(async (signal) => {
      onStart();
      const draft = draftOf(registration);
      const response = await client.upsertRegistration(requestOf(draft), { signal });
      onRefreshed(registrationOf(draft, registration.number, response));
    });

  const remove = () =>
    call.run(async (signal) => {
      onStart();
      await client.deleteRegistration(deleteRequestOf(registration), { signal });
      onRemoved(registration, true);
    });

  return (
    <li
      className="registration"
      data-testid="registration"
      data-number={registration.number}
      data-status={status}
    >
      <div className="registration-head">
        <h3 className="number">{registration.number || "Your number"}</h3>
        <p className="badge" data-testid="status" role="status">
          {statusWords[status]}
        </p>
      </div>
      <Facts registration={registration} />
      {status === "expired" ? (
        <p className="lapsed">
          The operator has forgotten this registration. The phone system is out of the call path: calls go as
          if it had never been registered.
        </p>
      ) : (
        <div className="time-left">
          <div className="bar" aria-hidden="true">
            <div style={{ width: `${Math.min(100, (left / registration.timeToLiveSeconds) * 100)}%` }} />
          </div>
          <p>
            <span className="countdown" role="timer" aria-label="Time left" data-testid="countdown">
              {formatSeconds(left)}
            </span>{" "}
            left, until {clockTime(registration.expiresAt)}
          </p>
        </div>
      )}
      {call.error !== undefined && (
        <ErrorNotice error={call.error} draft={typed} onRetry={call.retry} testId="registration-error">
          {call.error instanceof RegistrationRejectedError && (
            <button type="button" className="button small" onClick={() => onRemoved(registration, false)}>
              Only take it off this list
            </button>
          )}
        </ErrorNotice>
      )}
      <div className="registration-actions">
        <button
          type="button"
          className={status === "registered" ? "button small" : "button small primary"}
          data-testid="refresh"
          aria-disabled={call.busy}
          aria-label={`${refreshLabel}: ${name}`}
          onClick={refresh}
        >
          {refreshLabel}
        </button>
        <button
          type="button"
          className="button small"
          data-testid="update"
          aria-label={`Update ${name}`}
          onClick={() => onEdit(registration)}
        >
          Update
        </button>
        <button
          type="button"
          className="button small danger"
          data-testid="delete"
          aria-disabled={call.busy}
          aria-label={`Delete ${name}`}
          onClick={remove}
        >
          Delete
        </button>
        {call.busy && (
          <button type="button" className="button small way-out" data-testid="cancel" onClick={call.cancel}>
            Cancel
          </button>
        )}
      </div>
    </li>
  );
}

function Facts({ registration }: { registration: Registration }) {
  const { sipUri, routeType, apiVersion, mobileOriginatingPrefix, mobileTerminatingPrefix } = registration;
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
        <dd>{apiVersion}</dd>
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
