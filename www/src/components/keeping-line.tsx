// What the keeping of a registration comes to at the moment, in words: what happens next, and who does it.
import type { Kept } from "../kept.ts";
import { otherStanding, secondsUntil } from "../kept.ts";
import { clockTime } from "../now.ts";
import type { SessionHealth } from "../session.ts";

interface Props {
  kept: Kept;
  now: number;
  health: SessionHealth;
  /** Something was asked for just now, and is under way. */
  busy: boolean;
}

export function KeepingLine({ kept, now, health, busy }: Props) {
  const { state, expiresAt, error, isDeleting } = kept;
  const standsUntil = expiresAt !== undefined && expiresAt > now ? clockTime(expiresAt) : undefined;
  const isChange = otherStanding(kept, now) !== undefined;
  if (isDeleting) return <Line>Deleting…</Line>;
  switch (state) {
    case "registering":
      return (
        <Line>{error ? <>The operator has not accepted it yet. {next(kept, now)}</> : "Registering…"}</Line>
      );
    case "registered":
      if (isChange) {
        const isUnderWay = error === undefined;
        return (
          <Line>
            {isUnderWay ? (
              "Telling the operator…"
            ) : (
              <>The operator has not confirmed the change. {next(kept, now)}</>
            )}
          </Line>
        );
      }
      if (error) {
        return (
          <Line>
            The operator has not confirmed the last refresh.{" "}
            {`What was registered before stays registered until ${standsUntil}.`} {next(kept, now)}
          </Line>
        );
      }
      if (busy) return <Line>Refreshing…</Line>;
      if (health !== "good") {
        const why = health === "expired" ? "your session has ended" : "your session can’t be renewed";
        return (
          <Line urgent>
            It is not refreshed at the moment, because {why}. It stays registered until {standsUntil}.
          </Line>
        );
      }
      return <Line>{next(kept, now)}</Line>;
    case "atRisk":
      return (
        <Line urgent={!error}>
          The operator could not be told again so far, and forgets it at {standsUntil}. {next(kept, now)}
        </Line>
      );
    case "lapsed":
      return (
        <Line urgent={!error}>
          The operator has forgotten this registration: calls go as if it had never been. {next(kept, now)}
        </Line>
      );
    case "rejected":
      return (
        <Line>
          Nothing more is tried until you change it.
          {standsUntil && ` What was registered before stays registered until ${standsUntil}.`}
        </Line>
      );
    case "suspended":
      return (
        <Line urgent>
          You are no longer signed in, so it is not refreshed.{" "}
          {standsUntil
            ? `It stays registered until ${standsUntil}. Sign in again to keep it registered.`
            : "The operator has forgotten it. Sign in again to register it again."}
        </Line>
      );
    default:
      return null;
  }
}

/** `urgent`: there is no error beside it that catches the eye. */
function Line({ urgent = false, children }: { urgent?: boolean; children: React.ReactNode }) {
  return (
    <p className={urgent ? "keeping urgent" : "keeping"} data-testid="keeping">
      {children}
    </p>
  );
}

/** When the operator is told next, and by whom. */
function next({ state, error, nextRefreshAt, isLeading }: Kept, now: number): string {
  const who = isLeading ? "this tab" : "another tab of this browser";
  const isRetry = state !== "registered" || error !== undefined;
  if (nextRefreshAt === undefined) return `Refreshed by ${who}.`;
  const seconds = secondsUntil(nextRefreshAt, now);
  if (isRetry) return seconds > 0 ? `Next try in ${seconds}\u00a0s, by ${who}.` : `Trying, by ${who}…`;
  return seconds > 0 ? `Next refresh at ${clockTime(nextRefreshAt)}, by ${who}.` : `Refreshing, by ${who}…`;
}
