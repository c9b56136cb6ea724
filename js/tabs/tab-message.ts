// What the tabs tell each other about a session: that it began, went on or ended. Never a token. It is a hint to read one's own
// store again: another store of the same kind may have another person's session.
import { type AuthErrorCode, authErrorKinds } from "../generated.js";
import { fieldsOf, isAnyText, isNumber, isText, jsonOf, NONE } from "../platform/stored-json.js";
import type { Person } from "../stores/stored-session.js";
import { type SessionEvent, sessionEvent } from "./session-event.js";

/** The form of the messages; a tab with another version of the package does not read them. */
const VERSION = 1;

/** @internal */
export interface TabMessage {
  readonly event: SessionEvent;
  /** Which kind of store the session is in: only who has the same one has the same session. */
  readonly place: string;
  /** Whose session it was. */
  readonly sub: string | undefined;
  /** Which one, where that is known: a message may come late, when there is another session already. */
  readonly session: string | undefined;
}

/** @internal The text to post. */
export const writeMessage = ({ type, at, code }: SessionEvent, place: string, about?: Person): string =>
  jsonOf({
    v: VERSION,
    place,
    sub: about?.sub ?? null,
    session: about?.id ?? null,
    event: type,
    detail: at ?? code ?? null,
  });

/** @internal Undefined for what is no such message: other scripts of the origin can post there too. */
export function readMessage(text: string): TabMessage | undefined {
  const { v, place, sub, session, event, detail } = fieldsOf(text) ?? NONE;
  if (v !== VERSION || !isText(place) || !isAnyText(sub) || !isAnyText(session)) return undefined;
  const read = eventOf(event, detail);
  return read && { event: read, place, sub: sub ?? undefined, session: session ?? undefined };
}

function eventOf(event: unknown, detail: unknown): SessionEvent | undefined {
  if (event === "signedIn" || event === "signedOut") return sessionEvent(event);
  if (event === "tokenRefreshed") {
    return isNumber(detail) && Number.isFinite(detail) ? sessionEvent(event, detail) : undefined;
  }
  if (event !== "sessionUncertain" && event !== "sessionExpired") return undefined;
  return isCode(detail) ? sessionEvent(event, undefined, detail) : undefined;
}

const isCode = (value: unknown): value is AuthErrorCode =>
  isText(value) && Object.hasOwn(authErrorKinds, value);

/** @internal Whether the message is about this session, or another one of the same person. Who has no name is nobody's equal. */
export const isAbout = ({ sub, session }: TabMessage, stored: Person): boolean =>
  (!!sub && sub === stored.sub) || (!!session && session === stored.id);
