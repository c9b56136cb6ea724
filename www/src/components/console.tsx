// The signed-in page: what is kept registered, and the form that registers.
import { useEffect, useRef, useState } from "react";
import { isSdkError, type RegistrationKeeper, RpcError } from "sipbreakout-web";
import type { Draft } from "../draft.ts";
import { useForm } from "../form.ts";
import { type Asked, type Undeleted, useKept } from "../keeping.ts";
import { type Kept, keptOf, wishOf } from "../kept.ts";
import { type Notice, useNotice } from "../notice.ts";
import { clockTime } from "../now.ts";
import type { SignedIn } from "../session.ts";
import { DeletionDialog } from "./deletion-dialog.tsx";
import { ErrorNotice } from "./error-notice.tsx";
import { Failure } from "./failure.tsx";
import { RegistrationForm } from "./registration-form.tsx";
import { RegistrationList } from "./registration-list.tsx";
import { SessionNotice } from "./session-notice.tsx";

interface Props {
  session: SignedIn;
  /** Asks again who is signed in. */
  reopen: () => void;
}

export function Console({ session, reopen }: Props) {
  const { user, keeping, health, userError } = session;
  const ownNumber = user?.phoneNumber;
  const list = useKept(keeping);
  const form = useForm(list.kept, ownNumber, session.edits);
  const edits = form.carried;
  const { notice, say } = useNotice(list, health);
  const [failure, setFailure] = useState<Undeleted & { words: string }>();
  /** What may be about to be deleted: a person is asked first. */
  const [doomed, setDoomed] = useState<Kept>();
  const page = useRef<HTMLDivElement>(null);
  const noticePlace = useRef<HTMLDivElement>(null);

  useEffect(() => {
    // The button that led to it may be at the end of a long form; the list is next to the notice.
    if (notice) noticePlace.current?.scrollIntoView({ block: "nearest" });
  }, [notice]);

  const clear = () => {
    say(undefined);
    setFailure(undefined);
  };

  /** Says so when the core took it. If it did not, the card has the reason. */
  const follow = async ({ keeper, taken }: Asked, did: string) => {
    if (await taken) say(success(keeper, did));
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
      setFailure({ kept, error, words: "could not be refreshed:" });
    }
  };
  const edit = (kept: Kept) => {
    clear();
    form.show(kept);
    page.current?.querySelector<HTMLInputElement>("input[name=sipUri]")?.focus();
  };
  const leave = (left: Notice) => {
    say(left);
    // The button that was pressed is gone.
    page.current?.querySelector<HTMLElement>("#list-title")?.focus();
  };
  const stop = async (kept: Kept) => {
    clear();
    try {
      await kept.keeper.stop();
    } catch (error) {
      setFailure({ kept, error, words: "may still be kept registered, by another tab:" });
      return;
    }
    const until = kept.expiresAt && kept.expiresAt > Date.now() ? kept.expiresAt : undefined;
    const end = until
      ? `It stays registered until ${clockTime(until)}, and ends by itself.`
      : "It is not registered.";
    leave({ text: `${nameOf(kept)} is no longer kept registered. ${end}`, number: kept.number, until });
  };
  const remove = async (kept: Kept) => {
    clear();
    if (await keeping.delete(kept)) leave(deleted(kept));
  };
  const removeAgain = async (undeleted: Undeleted) => {
    clear();
    if (await keeping.deleteAgain(undeleted)) leave(deleted(undeleted.kept));
  };

  return (
    <div className="console" ref={page}>
      <h1 className="visually-hidden">Registrations</h1>
      {health !== "good" && <SessionNotice health={health} edits={edits} />}
      {/* Always there, so that a screen reader hears what is put into it. */}
      <div className="notice-place" role="status" ref={noticePlace}>
        {notice && (
          <div className="notice good" data-testid="notice">
            <p>{notice.text}</p>
            <button type="button" className="button quiet small" onClick={() => say(undefined)}>
              Dismiss
            </button>
          </div>
        )}
      </div>
      <div className="columns">
        <RegistrationList
          kept={list.kept}
          health={health}
          edits={edits}
          onRefresh={refresh}
          onEdit={edit}
          onStop={stop}
          onDelete={setDoomed}
        >
          {list.error !== undefined && (
            <ErrorNotice error={list.error} edits={edits} onRetry={keeping.resume} testId="list-error" />
          )}
          {failure && <Failure {...failure} edits={edits} onDismiss={clear} />}
          {list.undeleted.map((undeleted) => (
            <Failure
              key={undeleted.kept.number}
              {...undeleted}
              words={notDeleted(undeleted)}
              edits={edits}
              onRetry={() => removeAgain(undeleted)}
              onDismiss={() => keeping.dismiss(undeleted)}
            />
          ))}
        </RegistrationList>
        {user === undefined ? (
          <section className="panel unknown" aria-labelledby="unknown-title">
            <h2 id="unknown-title">The operator does not say who is signed in</h2>
            <p className="soft">What is kept goes on. To register or change something, try again.</p>
            <ErrorNotice error={userError} edits={edits} onRetry={reopen} testId="sign-in-error" />
          </section>
        ) : (
          <RegistrationForm form={form} onStart={clear} onSubmit={register} />
        )}
      </div>
      {doomed && (
        <DeletionDialog kept={doomed} onClose={() => setDoomed(undefined)} onDelete={() => remove(doomed)} />
      )}
    </div>
  );
}

function nameOf({ number }: Pick<Kept, "number">): string {
  return number || "Your number";
}

function success(keeper: RegistrationKeeper, did: string): Notice {
  const { number, request, expiresAt: until } = keptOf(keeper);
  const end = until === undefined ? "" : ` until ${clockTime(until)}, and will be refreshed before then`;
  const text = `${nameOf({ number })} ${did} at ${request.sipUri}${end}.`;
  return { text, number, registered: { keeper, request }, until };
}

function notDeleted({ kept: { expiresAt }, error }: Undeleted): string {
  const until = expiresAt && expiresAt > Date.now() ? ` until ${clockTime(expiresAt)}` : "";
  const next = isTriedAgain(error)
    ? " This browser tries again by itself while you stay signed in; signing out gives the deletion up."
    : "";
  return `is no longer kept registered, but was not deleted. It may stay registered${until}.${next}`;
}

/** Whether the SDK goes on with a deletion that failed so: not after a refusal, or when somebody wants it kept again. */
function isTriedAgain(error: unknown): boolean {
  if (!isSdkError(error) || error.code === "superseded") return false;
  if (error.kind === "rejected" || error.kind === "invalid") return false;
  return !(error instanceof RpcError && (error.kind === "auth" || error.kind === "config"));
}

function deleted({ number }: Kept): Notice {
  const text = `${nameOf({ number })} is no longer registered. Its calls go without the PBX.`;
  return { text, number };
}

function cardOf(page: HTMLElement | null, keeper: RegistrationKeeper): HTMLElement | undefined {
  const { number } = keptOf(keeper);
  const cards = page?.querySelectorAll<HTMLElement>("[data-testid=registration]") ?? [];
  return [...cards].find((card) => card.dataset.number === number);
}
