// What the form shows: the fields that a person filled in, and for the others what is kept for the number. So an update
// changes what the person changed, and nothing else, also when it becomes known late what is kept.
import { useState } from "react";
import { type Draft, draftFields, type Edits, emptyDraft } from "./draft.ts";
import { draftOf, type Kept } from "./kept.ts";
import { useNumber } from "./number.ts";

/** What of a kept registration the form needs. */
export type KeptRequest = Pick<Kept, "request" | "number" | "apiVersion">;

export interface FormContent {
  /** What is kept for the number, or was kept for it last; the empty form if nothing was. */
  base: Draft;
  edits: Edits;
}

export function openForm(ownNumber: string | undefined, edits: Edits = {}): FormContent {
  return { base: emptyDraft(ownNumber), edits };
}

export function draftIn({ base, edits }: FormContent): Draft {
  return { ...base, ...edits };
}

/** The form for `number` when this is kept; the same object if that changes nothing. */
export function followKept(
  content: FormContent,
  kept: readonly KeptRequest[],
  number: string | undefined,
): FormContent {
  const known = kept.find((one) => one.number === number);
  if (!known) return content;
  const base = draftOf(known);
  const isSame = draftFields.every((field) => base[field] === content.base[field]);
  return isSame ? content : { ...content, base };
}

/** The form after `sent` was asked for. What was typed since then stays typed. */
export function afterSending({ edits }: FormContent, sent: Draft): FormContent {
  const since = draftFields.filter((field) => edits[field] !== undefined && edits[field] !== sent[field]);
  return { base: sent, edits: Object.fromEntries(since.map((field) => [field, edits[field]])) };
}

/** What a new page needs to show the same form. `comesBack`: what is kept for the number does so by itself. */
export function carriedOf(content: FormContent, comesBack: boolean, ownNumber: string | undefined): Edits {
  const draft = draftIn(content);
  const empty = emptyDraft(ownNumber);
  const carried = draftFields.filter((field) => {
    if (content.edits[field] !== undefined) return true;
    const isNeeded = field === "phoneNumber" || !comesBack;
    return isNeeded && draft[field] !== empty[field];
  });
  return Object.fromEntries(carried.map((field) => [field, draft[field]]));
}

export interface Form {
  draft: Draft;
  /** The number that the draft registers: the one typed, or the one that signed in. Undefined if it is no number. */
  number: string | undefined;
  /** Something is kept for it. */
  replaces: boolean;
  /** For a sign-in or a reload. */
  carried: Edits;
  edit: (edits: Edits) => void;
  /** Shows another registration, or the first one again; what was typed is dropped. */
  show: (kept?: KeptRequest) => void;
  sent: (draft: Draft) => void;
}

export function useForm(
  kept: readonly KeptRequest[] | undefined,
  ownNumber: string | undefined,
  initial: Edits,
): Form {
  const [content, setContent] = useState(() => openForm(ownNumber, initial));
  const typed = useNumber(draftIn(content).phoneNumber);
  const number = typed === "" ? (ownNumber ?? "") : typed;
  const current = followKept(content, kept ?? [], number);
  // React's way to follow a property: it renders again before anything is shown.
  if (current !== content) setContent(current);
  const replaces = kept?.some((one) => one.number === number) ?? false;
  return {
    draft: draftIn(current),
    number,
    replaces,
    // As long as it is not known what is kept, it may come back.
    carried: carriedOf(current, replaces || kept === undefined, ownNumber),
    edit: (edits) => setContent((now) => ({ ...now, edits: { ...now.edits, ...edits } })),
    show: (one) => setContent(one ? { base: draftOf(one), edits: {} } : openForm(ownNumber)),
    sent: (draft) => setContent((now) => afterSending(now, draft)),
  };
}
