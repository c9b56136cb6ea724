// The signed-in page: what is kept registered, and the form that registers.
import { useEffect, useRef, useState } from "react";
import type { RegistrationKeeper, User } from "sipbreakout-web";
import { useCall } from "../call.ts";
import { type Draft, emptyDraft } from "../draft.ts";
import { type Asked, useKeeping } from "../keeping.ts";
import { draftOf, type Kept, keptOf, wishOf } from "../kept.ts";
import { clockTime } from "../now.ts";
import { ErrorNotice } from "./error-notice.tsx";
import { ExpiredSession } from "./expired-session.tsx";
import { RegistrationForm } from "./registration-form.tsx";
import { RegistrationList } from "./registration-list.tsx";

interface Props {
  user: User;
  expired: boolean;
  initialDraft: Draft | undefined;
}

interface Failure {
  kept: Kept;
  error: unknown;
  /** What is to be said of the number. */
  words: string;
  retry?: () => void;
}

export function Console({ user, expired, initialDraft }: Props) {
  const ownNumber = user.phoneNumber;
  const { keeping, list } = useKeeping(user.sub);
  const [draft, setDraft] = useState(initialDraft ?? emptyDraft(ownNumber));
  const [notice, setNotice] = useState("");
  // What failed and has no card to say it: what was to be deleted is kept no more.
  const [failure, setFailure] = useState<Failure>();
  const again = useCall();
  const page = useRef<HTMLDivElement>(null);
  const noticePlace = useRef<HTMLDivElement>(null);

  useEffect(() => {
    // The button that led to it may be at the end of a long form; the list is next to the notice.
    if (notice) noticePlace.current?.scrollIntoView({ block: "nearest" });
  }, [notice]);

  const clear = () => {
    setNotice("");
    setFailure(undefined);
    again.clearError();
  };

  /** Says so when the core took it. If it did not, the card has the reason. */
  const follow = async ({ keeper, taken }: Asked, did: string) => {
    if (await taken) setNotice(success(keeper, did));
    else cardOf(page.current, keeper)?.scrollIntoView({ block: "nearest" });
  };

  const register = async (wanted: Draft) => {
    clear();
    const asked = await keeping.keep(wanted.apiVersion, wishOf(wanted, ownNumber));
    follow(asked, asked.isKnown ? "is now registered" : "is registered");
  };
  const refresh = async (kept: Kept) => {
    clear();
    try {
      await follow(await keeping.refresh(kept.keeper), "is registered again");
    } catch (error) {
      setFailure({ kept, error, words: "could not be refreshed" });
    }
  };
  const edit = (kept: Kept) => {
    clear();
    setDraft(draftOf(kept));
    page.current?.querySelector<HTMLInputElement>("input[name=sipUri]")?.focus();
  };
  const leave = (words: string) => {
    setNotice(words);
    // The button that was pressed is gone.
    page.current?.querySelector<HTMLElement>("#list-title")?.focus();
  };
  const stop = async (kept: Kept) => {
    clear();
    try {
      await kept.keeper.stop();
    } catch (error) {
      setFailure({ kept, error, words: "may be kept still, by another tab" });
      return;
    }
    const until = kept.expiresAt && kept.expiresAt > Date.now() ? clockTime(kept.expiresAt) : undefined;
    const end = until ? `It stays registered until ${until}, and ends by itself.` : "It is not registered.";
    leave(`${nameOf(kept)} is kept no more. ${end}`);
  };
  const remove = async (kept: Kept) => {
    clear();
    try {
      await kept.keeper.stop({ delete: true });
      leave(deleted(kept));
    } catch (error) {
      const retry = () => removeAgain(kept);
      setFailure({ kept, error, words: "is kept no more, and was not deleted", retry });
    }
  };
  const removeAgain = (kept: Kept) =>
    again.run(async (signal) => {
      await keeping.delete(kept, signal);
      clear();
      leave(deleted(kept));
    });

  return (
    <div className="console" ref={page}>
      <h1 className="visually-hidden">Registrations</h1>
      {expired && <ExpiredSession draft={draft} />}
      {/* Always there, so that a screen reader hears what is put into it. */}
      <div className="notice-place" role="status" ref={noticePlace}>
        {notice && (
          <div className="notice good" data-testid="notice">
            <p>{notice}</p>
            <button type="button" className="button quiet small" onClick={() => setNotice("")}>
              Dismiss
            </button>
          </div>
        )}
      </div>
      <div className="columns">
        <RegistrationList
          kept={list.kept}
          draft={draft}
          onRefresh={refresh}
          onEdit={edit}
          onStop={stop}
          onDelete={remove}
        >
          {list.error !== undefined && (
            <ErrorNotice error={list.error} draft={draft} onRetry={keeping.resume} testId="list-error" />
          )}
          {failure && (
            <div className="failure">
              <p>
                <strong className="number">{nameOf(failure.kept)}</strong> {failure.words}:
              </p>
              <ErrorNotice
                error={again.error ?? failure.error}
                draft={draft}
                onRetry={failure.retry}
                testId="action-error"
              >
                <button type="button" className="button quiet small" onClick={clear}>
                  Dismiss
                </button>
              </ErrorNotice>
            </div>
          )}
        </RegistrationList>
        <RegistrationForm
          draft={draft}
          setDraft={setDraft}
          ownNumber={ownNumber}
          kept={list.kept ?? []}
          onStart={clear}
          onSubmit={register}
        />
      </div>
    </div>
  );
}

function nameOf({ number }: Pick<Kept, "number">): string {
  return number || "Your number";
}

function success(keeper: RegistrationKeeper, did: string): string {
  const kept = keptOf(keeper);
  const until =
    kept.expiresAt === undefined ? "" : ` until ${clockTime(kept.expiresAt)}, and refreshed before`;
  return `${nameOf(kept)} ${did} at ${kept.request.sipUri}${until}.`;
}

function deleted(kept: Kept): string {
  return `${nameOf(kept)} is no longer registered. Its calls go without the phone system.`;
}

function cardOf(page: HTMLElement | null, keeper: RegistrationKeeper): HTMLElement | undefined {
  const { number } = keptOf(keeper);
  const cards = page?.querySelectorAll<HTMLElement>("[data-testid=registration]") ?? [];
  return [...cards].find((card) => card.dataset.number === number);
}
