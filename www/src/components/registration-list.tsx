import type { Draft } from "../draft.ts";
import { useNow } from "../now.ts";
import type { Registration } from "../registrations.ts";
import { RegistrationCard } from "./registration-card.tsx";

interface Props {
  registrations: readonly Registration[];
  draft: Draft;
  onStart: () => void;
  onEdit: (registration: Registration) => void;
  onRefreshed: (registration: Registration) => void;
  onRemoved: (registration: Registration, deleted: boolean) => void;
}

export function RegistrationList({ registrations, ...actions }: Props) {
  const now = useNow();
  return (
    <section className="list-section" aria-labelledby="list-title">
      <h2 id="list-title" tabIndex={-1}>
        Registered from this browser
      </h2>
      {registrations.length === 0 && (
        <p className="empty">Nothing yet. What you register here appears here, with the time it has left.</p>
      )}
      <ul className="registration-list" data-testid="registration-list">
        {registrations.map((registration) => (
          <RegistrationCard key={registration.number} registration={registration} now={now} {...actions} />
        ))}
      </ul>
      <p className="hint">
        The operator’s core has no call to read registrations back. This list is this browser’s own memory: it
        doesn’t know what was registered or deleted elsewhere. Signing out deletes nothing.
      </p>
    </section>
  );
}
