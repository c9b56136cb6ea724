import type { Edits } from "../draft.ts";
import type { Kept } from "../kept.ts";
import { useNow } from "../now.ts";
import type { SessionHealth } from "../session.ts";
import { type CardActions, RegistrationCard } from "./registration-card.tsx";

interface Props extends CardActions {
  kept: readonly Kept[] | undefined;
  health: SessionHealth;
  edits: Edits;
  /** What is to be said above the list. */
  children?: React.ReactNode;
}

export function RegistrationList({ kept, children, ...actions }: Props) {
  const now = useNow();
  return (
    <section className="list-section" aria-labelledby="list-title">
      <h2 id="list-title" tabIndex={-1}>
        Kept by this browser
      </h2>
      {children}
      {kept?.length === 0 && (
        <p className="empty">
          This browser keeps nothing registered. What you register here appears here, and stays registered
          while a tab of this console is open. A registration that could not be deleted stays at the operator
          until its time is over. This browser goes on trying to delete it while you stay signed in, unless
          the operator refused.
        </p>
      )}
      <ul className="registration-list" data-testid="registration-list">
        {kept?.map((one) => (
          <RegistrationCard key={one.number} kept={one} now={now} {...actions} />
        ))}
      </ul>
      <p className="hint">
        Any tab of this console keeps these numbers registered while you are signed in. With no tab open they
        lapse within the hour. The operator’s core has no call to read registrations back: what was registered
        or deleted elsewhere is not in this list.
      </p>
    </section>
  );
}
