// Taking back what the person agreed to: at a page of the provider whose address the application's back end gets. The
// person comes back with the `state` that was sent along.

import { isHandled, noteHandled } from "../answer/handled.js";
import { consentOf, writeConsent } from "../flows/consent-record.js";
import { readAnswerState, refusedByProvider } from "../flows/sign-in.js";
import { authError } from "../provider/auth-error.js";
import { stateOf } from "../provider/names.js";
import type { Session } from "../session/session.js";
import { signedOut } from "../stores/session-errors.js";
import { isSamePersons } from "../stores/stored-session.js";
import { inPageStorage } from "./pending-sign-ins.js";

const keyOf = ({ provider }: Session) => `sipbreakout/consent/${provider.namespace}`;

/** @internal Resolves to the `state` to send along, which is remembered until the person is back. */
export async function beginConsentRevocation(session: Session): Promise<string> {
  const { provider } = session;
  await session.ready();
  const state = stateOf(provider.namespace, provider.settings.name, provider.randomText(), "c");
  const begunWallMs = Date.now();
  const stored = await session.load().catch(() => undefined);
  const record = writeConsent(state, begunWallMs, stored);
  inPageStorage((storage) => storage.setItem(keyOf(session), record));
  return state;
}

/**
 * @internal Checks that `url` is the answer to the revocation that was begun in this tab, and no refusal. Without consent
 * there is no session: it is forgotten here as well.
 */
export async function finishConsentRevocation(session: Session, url: string): Promise<void> {
  await session.ready();
  const { state, refusal } = await readAnswerState(url);
  const key = keyOf(session);
  const done = () => {
    noteHandled(session.provider.namespace, state);
    inPageStorage((storage) => storage.removeItem(key));
  };
  const text = inPageStorage((storage) => storage.getItem(key));
  const begun = consentOf(text, state, Date.now());
  if (!begun) {
    if (isHandled(session.provider.namespace, state)) return;
    const message = "This answer belongs to no revocation that was begun in this tab within the last hour.";
    throw authError("state_unknown", message);
  }
  if (refusal) {
    done();
    throw await refusedByProvider(refusal, [state]);
  }
  await forgetSession(session, begun.person);
  // Last of all: a page that is reloaded before goes on with it.
  done();
}

async function forgetSession(
  session: Session,
  person: { id: string; sub: string | undefined } | undefined,
): Promise<void> {
  const release = await session.holdBriefly();
  try {
    const stored = await session.load();
    // Somebody else may have signed in meanwhile, and has taken back nothing.
    if (!stored || (person && !isSamePersons(stored, person))) return;
    await session.forget(stored);
    release?.();
    session.shared.end(signedOut());
    session.tell("signedOut", stored);
    await session.provider.revoke(stored);
  } finally {
    release?.();
  }
}
