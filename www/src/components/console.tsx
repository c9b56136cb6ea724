// The signed-in page: what is registered, and the form that registers.
import { useEffect, useRef, useState } from "react";
import type { User } from "sipbreakout-web";
import { type Draft, emptyDraft } from "../draft.ts";
import { clockTime } from "../now.ts";
import { useRegistrations } from "../registration-store.ts";
import { draftOf, type Registration } from "../registrations.ts";
import { ExpiredSession } from "./expired-session.tsx";
import { RegistrationForm } from "./registration-form.tsx";
import { RegistrationList } from "./registration-list.tsx";

interface Props {
  user: User;
  expired: boolean;
  initialDraft: Draft | undefined;
}

export function Console({ user, expired, initialDraft }: Props) {
  const ownNumber = user.phoneNumber;
  const { registrations, change } = useRegistrations(user.sub);
  const [draft, setDraft] = useState(initialDraft ?? emptyDraft(ownNumber));
  const [notice, setNotice] = useState("");
  const page = useRef<HTMLDivElement>(null);
  const noticePlace = useRef<HTMLDivElement>(null);

  useEffect(() => {
    // The button that led to it may be at the end of a long form; the list is next to the notice.
    if (notice) noticePlace.current?.scrollIntoView({ block: "nearest" });
  }, [notice]);

  const clearNotice = () => setNotice("");
  const registered = (registration: Registration, did: string) => {
    change({ type: "registered", registration });
    const { number, sipUri, expiresAt } = registration;
    setNotice(`${number || "Your number"} ${did} at ${sipUri} until ${clockTime(expiresAt)}.`);
  };
  const removed = ({ number }: Registration, deleted: boolean) => {
    change({ type: "removed", number });
    // The button that was pressed is gone.
    page.current?.querySelector<HTMLElement>("#list-title")?.focus();
    setNotice(
      deleted
        ? `${number || "Your number"} is no longer registered. Its calls go without the phone system.`
        : `${number || "Your number"} is off this list. Nothing was changed at the operator.`,
    );
  };
  const edit = (registration: Registration) => {
    clearNotice();
    setDraft(draftOf(registration));
    const first = page.current?.querySelector<HTMLInputElement>("input[name=sipUri]");
    first?.focus();
  };

  return (
    <div className="console" ref={page}>
      <h1 className="visually-hidden">Registrations</h1>
      {expired && <ExpiredSession draft={draft} />}
      {/* Always there, so that a screen reader hears what is put into it. */}
      <div className="notice-place" role="status" ref={noticePlace}>
        {notice && (
          <div className="notice good" data-testid="notice">
            <p>{notice}</p>
            <button type="button" className="button quiet small" onClick={clearNotice}>
              Dismiss
            </button>
          </div>
        )}
      </div>
      <div className="columns">
        <RegistrationList
          registrations={registrations}
          draft={draft}
          onStart={clearNotice}
          onEdit={edit}
          onRefreshed={(registration) => registered(registration, "is registered again")}
          onRemoved={removed}
        />
        <RegistrationForm
          draft={draft}
          setDraft={setDraft}
          ownNumber={ownNumber}
          registrations={registrations}
          onStart={clearNotice}
          onRegistered={(registration, replaced) =>
            registered(registration, replaced ? "is now registered" : "is registered")
          }
        />
      </div>
    </div>
  );
}
